"""The routes of ingest, all under /api/ingest/workspaces/{workspace_id}; the Provider's imports name its reserved id there.

Webhooks alone name no workspace: their callers know their source, and the secret that they sign with.
"""

from fastapi import APIRouter

from services.ingest.api import hooks, imports, progress, pushes, secrets, sources, undos, web
from services.ingest.ports import RecordBus

PREFIX = "/api/ingest/workspaces/{workspace_id}"


def make_router(bus: RecordBus) -> APIRouter:
    """`bus` carries what is pushed."""
    within = APIRouter(prefix=PREFIX, tags=["ingest"])
    plain = (sources.router, secrets.router, imports.router, progress.router, undos.router, web.router)
    for part in (*plain, sources.uploads, imports.uploads, pushes.make_router(bus)):
        within.include_router(part)
    router = APIRouter()
    router.include_router(within)
    router.include_router(hooks.make_router(bus))
    return router
