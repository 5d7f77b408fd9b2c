"""The routes of ingest, all under /api/ingest/workspaces/{workspace_id}; the Provider's imports name its reserved id there."""

from fastapi import APIRouter

from services.ingest.api import imports, pushes, sources
from services.ingest.ports import RecordBus

PREFIX = "/api/ingest/workspaces/{workspace_id}"


def make_router(bus: RecordBus) -> APIRouter:
    """`bus` carries what is pushed."""
    router = APIRouter(prefix=PREFIX, tags=["ingest"])
    for part in (sources.router, sources.uploads, imports.router, imports.uploads, pushes.make_router(bus)):
        router.include_router(part)
    return router
