"""Imports of a workspace, or the Provider's own: what came in, and taking one back after a look at what that would do."""

from asyncio import gather
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from schemas.body import PROVIDER
from services.dashboard.frame import PageRoute, Visit, Visited
from services.dashboard.links import link
from services.kit.errors import Forbidden

router = APIRouter(route_class=PageRoute, prefix="/workspaces/{workspace_id}/imports")
MOST_REFUSED = 50
MOVING = frozenset({"running", "undoing"})
TONES = {"finished": "good", "failed": "bad", "undone": "grey", "undoing": "warn"}
"""The colour of an import's state."""


async def enter(visit: Visit, workspace_id: UUID) -> None:
    """The Provider's own imports belong to no workspace, and are for its operators."""
    me = await visit.enter(None if workspace_id == PROVIDER else workspace_id)
    if workspace_id == PROVIDER and me["role"] != "operator":
        raise Forbidden("these imports are the Provider's")


@router.get("")
async def imports(visit: Visited, workspace_id: UUID, cursor: str | None = None) -> Response:
    return await listed(visit, workspace_id, cursor)


async def listed(visit: Visit, workspace_id: UUID, cursor: str | None = None, *, urls: str = "", problem: str | None = None) -> Response:
    """`urls`: what was asked to be read, and could not be."""
    path = f"/workspaces/{workspace_id}/imports"
    _, found, web = await gather(
        enter(visit, workspace_id),
        visit.apis.get(f"/api/ingest{path}", cursor=cursor),
        visit.apis.see(f"/api/ingest/workspaces/{workspace_id}/sources/web"),
    )
    return visit.page(
        "imports.html",
        "imports",
        imports=found["items"],
        more=found["next"] and link(path, {}, cursor=found["next"]),
        moving=any(each["state"] in MOVING for each in found["items"]),
        path=path,
        tones=TONES,
        web=web if web and web["on"] else None,
        urls=urls,
        problem=problem,
    )


@router.post("/web")
async def read_pages(visit: Visited, workspace_id: UUID, urls: Annotated[str, Form()]) -> Response:
    """Of these companies, one address to a line."""
    asked = [line.strip() for line in urls.splitlines() if line.strip()]
    api = f"/api/ingest/workspaces/{workspace_id}/sources/web"
    begun, problem = await visit.apis.attempt("POST", api, json={"urls": asked})
    if begun is None:
        return await listed(visit, workspace_id, urls=urls, problem=problem)
    return RedirectResponse(f"/workspaces/{workspace_id}/imports/{begun.json()['import_id']}", 303)


@router.get("/{import_id}")
async def one_import(visit: Visited, workspace_id: UUID, import_id: UUID, *, undo: bool = False) -> Response:
    """With `undo`, what undoing it would do, and the button that does it."""
    path = f"/workspaces/{workspace_id}/imports/{import_id}"
    _, shown, refused = await gather(
        enter(visit, workspace_id),
        visit.apis.get(f"/api/ingest{path}"),
        visit.apis.see(f"/api/ingest{path}/rejected", limit=MOST_REFUSED),
    )
    seen: Any = await visit.apis.get(f"/api/ingest{path}/undo") if undo and not shown["undo"] else None
    return visit.page(
        "import.html",
        "imports",
        it=shown,
        refused=refused and refused["items"],
        undo=seen,
        moving=shown["state"] in MOVING,
        path=path,
        tones=TONES,
    )


@router.post("/{import_id}/undo")
async def undo(visit: Visited, workspace_id: UUID, import_id: UUID) -> Response:
    path = f"/workspaces/{workspace_id}/imports/{import_id}"
    await visit.apis.post(f"/api/ingest{path}/undo")
    return RedirectResponse(path, 303)
