"""Clients, their plans, and workspaces."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import Field

from services.accounts.api.common import Name, change, client_of, look
from services.accounts.handlers import clients
from services.accounts.handlers.directory import found
from services.accounts.store import lists
from services.accounts.store.lists import Stretch
from services.accounts.views import ClientView, ColleagueView, WorkspaceView
from services.kit.http import Ask, Desk, Page, Part, may

router = APIRouter(prefix="/api/accounts", tags=["clients"])


class CreateClient(Ask):
    name: Name
    plan: str = "starter"
    licences: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """As agreed with this client; else the plan's."""


class ChangePlan(Ask):
    plan: str


class CreateWorkspace(Ask):
    name: Name
    time_zone: str = "UTC"
    """IANA name."""


@router.get("/clients")
def all_clients(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("client.edit")]) -> Page[ClientView]:
    stretch = Stretch(part.after(str, UUID), part.limit + 1)
    return part.page(look(desk, "*", lambda c: lists.clients(c, stretch)), lambda view: (view.name, view.client_id))


@router.post("/clients", status_code=201)
def create_client(ask: CreateClient, desk: Annotated[Desk, may("client.edit")]) -> ClientView:
    client_id = uuid4()
    return change(desk, client_id, lambda work: clients.create_client(work, client_id, ask.name, ask.plan, ask.licences))


@router.get("/clients/{client_id}")
def one_client(client_id: UUID, desk: Annotated[Desk, may("client.view")]) -> ClientView:
    return found(look(desk, client_id, lambda c: lists.client(c, client_id)), "client")


@router.put("/clients/{client_id}/plan")
def change_plan(client_id: UUID, ask: ChangePlan, desk: Annotated[Desk, may("plan.edit")]) -> ClientView:
    return change(desk, client_id, lambda work: clients.change_plan(work, client_id, ask.plan))


@router.get("/clients/{client_id}/workspaces")
def workspaces_of_client(
    client_id: UUID, part: Annotated[Part, Depends()], desk: Annotated[Desk, may("client.view")]
) -> Page[WorkspaceView]:
    stretch = Stretch(part.after(str, UUID), part.limit + 1)
    seen = look(desk, client_id, lambda c: lists.workspaces(c, client_id, stretch))
    return part.page(seen, lambda view: (view.name, view.workspace_id))


@router.post("/clients/{client_id}/workspaces", status_code=201)
def create_workspace(client_id: UUID, ask: CreateWorkspace, desk: Annotated[Desk, may("workspace.edit")]) -> WorkspaceView:
    workspace_id = uuid4()
    return change(desk, client_id, lambda work: clients.create_workspace(work, workspace_id, client_id, ask.name, ask.time_zone))


@router.get("/workspaces/{workspace_id}")
def one_workspace(workspace_id: UUID, desk: Annotated[Desk, may("workspace.view")]) -> WorkspaceView:
    whose = client_of(desk.caller.client_id)
    return found(look(desk, whose, lambda c: lists.workspace(c, workspace_id)), "workspace")


@router.get("/workspaces/{workspace_id}/users")
def colleagues(workspace_id: UUID, part: Annotated[Part, Depends()], desk: Annotated[Desk, may("workspace.view")]) -> Page[ColleagueView]:
    """The client's users who have a role in this workspace, in order of name."""
    stretch = Stretch(part.after(str, UUID), part.limit + 1)
    seen = look(desk, client_of(desk.caller.client_id), lambda c: lists.colleagues(c, workspace_id, stretch))
    return part.page(seen, lambda view: (view.name, view.user_id))
