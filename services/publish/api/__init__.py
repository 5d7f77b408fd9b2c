"""Publish's routes, by what they are about."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.kit.service import Context
from services.publish.api import contacts, exclusions, fields, lists, segments


def routers(_: Context) -> Sequence[APIRouter]:
    return (segments.router, contacts.router, fields.router, lists.router, exclusions.router)
