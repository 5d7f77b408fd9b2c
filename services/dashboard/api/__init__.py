"""The pages' routes, and what is shown when one cannot be."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.dashboard.api import campaigns, golden, imports, leads, people, provider, review, signin, tasks, uploads
from services.kit.service import Context

router = APIRouter(include_in_schema=False)
# Signing in comes last: it also answers for all that is no page.
for part in (leads, campaigns, tasks, uploads, imports, provider, golden, review, people, signin):
    router.include_router(part.router)


def routers(_: Context) -> Sequence[APIRouter]:
    return (router,)
