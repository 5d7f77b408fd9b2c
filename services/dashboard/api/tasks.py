"""The tasks that people do by hand on LinkedIn and Twitter, and the buttons by which they say so."""

from asyncio import gather
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.dashboard.frame import PageRoute, Visited
from services.dashboard.links import link
from services.dashboard.words import ACTS, CHANNELS, DONE

router = APIRouter(route_class=PageRoute, prefix="/workspaces/{workspace_id}/tasks")
Show = Literal["open", "done"]


@router.get("")
async def tasks(visit: Visited, workspace_id: UUID, show: Show = "open", cursor: str | None = None) -> Response:
    path, state = f"/workspaces/{workspace_id}/tasks", {"show": show if show == "done" else None}
    api = f"/api/sender/workspaces/{workspace_id}/tasks"
    _, found = await gather(visit.enter(workspace_id), visit.apis.get(api, done=show == "done", cursor=cursor))
    more = found["next"] and link(path, state, cursor=found["next"])
    shown = {
        "tasks": [with_profile(task) for task in found["items"]],
        "more": more,
        "show": show,
        "path": path,
        "acts": ACTS,
        "done": DONE,
        "channels": CHANNELS,
    }
    return visit.page("tasks_rows.html" if visit.wants_rows else "tasks.html", "tasks", **shown)


@router.post("/{outreach_id}/done")
async def done(visit: Visited, workspace_id: UUID, outreach_id: UUID) -> Response:
    return await act(visit, workspace_id, f"{outreach_id}/done", "open")


@router.post("/{outreach_id}/accepted")
async def accepted(visit: Visited, workspace_id: UUID, outreach_id: UUID) -> Response:
    return await act(visit, workspace_id, f"{outreach_id}/accepted", "done")


async def act(visit: Visited, workspace_id: UUID, what: str, show: Show) -> Response:
    """Do it, and back to the list where the button stood."""
    await visit.apis.post(f"/api/sender/workspaces/{workspace_id}/tasks/{what}")
    return RedirectResponse(f"/workspaces/{workspace_id}/tasks{'?show=done' if show == 'done' else ''}", 303)


def with_profile(task: dict[str, Any]) -> dict[str, Any]:
    """The address comes from imported files: only one of the web may become a link."""
    address = task["address"] or ""
    return {**task, "profile": address if urlsplit(address).scheme in {"http", "https"} else None}
