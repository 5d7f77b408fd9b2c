"""A workspace: whose, and in which time zone its days begin."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.accounts import WorkspaceCreated
from services.accounts.domain.rules import RuleBroken


@dataclass(frozen=True)
class Workspace:
    workspace_id: UUID
    client_id: UUID
    time_zone: str


def create(workspace_id: UUID, client_id: UUID, name: str, time_zone: str) -> list[WorkspaceCreated]:
    check_zone(time_zone)
    return [WorkspaceCreated(workspace_id=workspace_id, client_id=client_id, name=name, time_zone=time_zone)]


def check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RuleBroken(f"{name} is no IANA time zone; one is Europe/Berlin") from error


def evolve(_: Workspace | None, event: WorkspaceCreated) -> Workspace:
    return Workspace(event.workspace_id, event.client_id, event.time_zone)
