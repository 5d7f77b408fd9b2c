"""The pages' routes, and what is shown when one cannot be."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.dashboard.api import campaigns, leads, people, provider, review, signin, tasks
from services.kit.service import Context

router = APIRouter(include_in_schema=False)
# Signing in comes last: it also answers for all that is no page.
for part in (leads, campaigns, tasks, provider, review, people, signin):
    router.include_router(part.router)


def routers(_: Context) -> Sequence[APIRouter]:
    return (router,)
