"""Dedupe's routes, by what they are about."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.dedupe.api import golden, review, survivorship
from services.kit.service import Context


def routers(_: Context) -> Sequence[APIRouter]:
    return (golden.router, golden.own, survivorship.router, review.router)
