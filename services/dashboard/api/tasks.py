"""The tasks that people do by hand on LinkedIn and Twitter, and the buttons by which they say so."""

from asyncio import gather
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.dashboard.frame import PageRoute, Visit, Visited
from services.dashboard.links import link
from services.dashboard.words import ACTS, CHANNELS, DONE

router = APIRouter(route_class=PageRoute, prefix="/workspaces/{workspace_id}/tasks")
Show = Literal["open", "done"]
Told = Literal["done", "accepted"]
BUTTON_AT: dict[Told, Show] = {"done": "open", "accepted": "done"}
TOLD: dict[Told, str] = {
    "done": "Thank you, the task is done.",
    "accepted": "Noted: the request is accepted, and the recipient is a Connection now.",
}


@router.get("")
async def tasks(visit: Visited, workspace_id: UUID, show: Show = "open", told: Told | None = None, cursor: str | None = None) -> Response:
    """`told` is what the visitor just said by a button."""
    path = f"/workspaces/{workspace_id}/tasks"
    api = f"/api/sender/workspaces/{workspace_id}/tasks"
    _, found = await gather(visit.enter(workspace_id), visit.apis.get(api, done=show == "done", cursor=cursor))
    return visit.page(
        "tasks_rows.html" if visit.wants_rows else "tasks.html",
        "tasks",
        tasks=[with_profile(task) for task in found["items"]],
        more=found["next"] and link(path, {"show": show}, cursor=found["next"]),
        show=show,
        told=told and TOLD[told],
        path=path,
        acts=ACTS,
        done=DONE,
        channels=CHANNELS,
    )


@router.post("/{outreach_id}/done")
async def done(visit: Visited, workspace_id: UUID, outreach_id: UUID) -> Response:
    return await act(visit, workspace_id, outreach_id, "done")


@router.post("/{outreach_id}/accepted")
async def accepted(visit: Visited, workspace_id: UUID, outreach_id: UUID) -> Response:
    return await act(visit, workspace_id, outreach_id, "accepted")


async def act(visit: Visit, workspace_id: UUID, outreach_id: UUID, told: Told) -> Response:
    """Say it to sender, and back to the list where the button stood."""
    await visit.apis.post(f"/api/sender/workspaces/{workspace_id}/tasks/{outreach_id}/{told}")
    return RedirectResponse(link(f"/workspaces/{workspace_id}/tasks", {"show": BUTTON_AT[told], "told": told}), 303)


def with_profile(task: dict[str, Any]) -> dict[str, Any]:
    """The address comes from imported files: only one of the web may become a link."""
    address = task["address"] or ""
    return {**task, "profile": address if urlsplit(address).scheme in {"http", "https"} else None}
