"""Clients, their plans and their workspaces."""

from uuid import UUID

from services.accounts.domain import client, workspace
from services.accounts.handlers.directory import CLIENT, WORKSPACE, by_the_rules, found, tell, the_client
from services.accounts.store import lists
from services.accounts.views import ClientView, WorkspaceView
from services.kit.events import Told, Work


def create_client(work: Work, client_id: UUID, name: str, plan: str, licences: int | None) -> tuple[ClientView, list[Told]]:
    """`licences`: as agreed with this client, else the plan's."""
    with by_the_rules():
        told = tell(work, CLIENT, client_id, client.create(client_id, name, plan, licences))
    return found(lists.client(work.connection, client_id), "client"), told


def change_plan(work: Work, client_id: UUID, plan: str) -> tuple[ClientView, list[Told]]:
    with by_the_rules():
        told = tell(work, CLIENT, client_id, client.change_plan(the_client(work, client_id), plan))
    return found(lists.client(work.connection, client_id), "client"), told


def create_workspace(work: Work, workspace_id: UUID, client_id: UUID, name: str, zone: str) -> tuple[WorkspaceView, list[Told]]:
    the_client(work, client_id)
    with by_the_rules():
        told = tell(work, WORKSPACE, workspace_id, workspace.create(workspace_id, client_id, name, zone))
    return found(lists.workspace(work.connection, workspace_id), "workspace"), told
