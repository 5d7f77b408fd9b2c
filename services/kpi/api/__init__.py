"""Kpi's routes, by what they are about."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.kit.service import Context
from services.kpi.api import campaigns, leads, operations, preferences


def routers(_: Context) -> Sequence[APIRouter]:
    # Preferences before leads: their path would else be taken for a lead's.
    return (preferences.router, leads.router, campaigns.router, operations.router)
