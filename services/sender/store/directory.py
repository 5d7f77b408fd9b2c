"""What other services tell of workspaces, licences and campaigns, as far as sending needs it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import as_json, rows, run


@dataclass(frozen=True, slots=True)
class Workspace:
    workspace_id: UUID
    client_id: UUID
    time_zone: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """None: as before."""

    workspace_id: UUID
    campaign_id: UUID
    name: str | None = None
    halted: bool | None = None


def keep_workspaces(connection: Connection, workspaces: Iterable[Workspace]) -> None:
    run(
        connection,
        """INSERT INTO workspaces SELECT * FROM json_to_recordset(:new) AS new (workspace_id uuid, client_id uuid, time_zone text)
           ON CONFLICT (workspace_id) DO UPDATE SET time_zone = EXCLUDED.time_zone""",
        new=as_json({"workspace_id": w.workspace_id, "client_id": w.client_id, "time_zone": w.time_zone} for w in workspaces),
    )


def keep_licences(connection: Connection, granted: Iterable[tuple[UUID, UUID]], returned: Iterable[UUID]) -> None:
    """`granted` are (user, client)."""
    run(connection, "DELETE FROM licences WHERE user_id = ANY(CAST(:users AS uuid[]))", users=[str(user) for user in returned])
    run(
        connection,
        """INSERT INTO licences SELECT * FROM json_to_recordset(:new) AS new (user_id uuid, client_id uuid)
           ON CONFLICT (user_id) DO UPDATE SET client_id = EXCLUDED.client_id""",
        new=as_json({"user_id": user, "client_id": client} for user, client in granted),
    )


def keep_campaigns(connection: Connection, campaigns: Iterable[Campaign]) -> None:
    """At most one change of each campaign."""
    run(
        connection,
        """INSERT INTO campaigns AS known (workspace_id, campaign_id, name, halted)
           SELECT workspace_id, campaign_id, coalesce(name, ''), coalesce(halted, false) FROM json_to_recordset(:new)
               AS new (workspace_id uuid, campaign_id uuid, name text, halted boolean)
           ON CONFLICT (workspace_id, campaign_id) DO UPDATE SET
               name = CASE WHEN EXCLUDED.name = '' THEN known.name ELSE EXCLUDED.name END,
               halted = EXCLUDED.halted""",
        new=as_json({"workspace_id": c.workspace_id, "campaign_id": c.campaign_id, "name": c.name, "halted": c.halted} for c in campaigns),
    )


def halted_among(connection: Connection, campaign_ids: Iterable[UUID]) -> set[UUID]:
    found = rows(
        connection,
        "SELECT campaign_id FROM campaigns WHERE halted AND campaign_id = ANY(CAST(:ids AS uuid[]))",
        ids=[str(campaign) for campaign in campaign_ids],
    )
    return {row.campaign_id for row in found}


def is_licensed(connection: Connection, user_id: UUID) -> bool:
    """By the licences that the transaction sees."""
    return bool(rows(connection, "SELECT 1 FROM licences WHERE user_id = :user", user=user_id))


def time_zone_of(connection: Connection, workspace_id: UUID) -> str:
    """IANA name; UTC while the workspace has not been heard of."""
    found = rows(connection, "SELECT time_zone FROM workspaces WHERE workspace_id = :id", id=workspace_id)
    return str(found[0].time_zone) if found else "UTC"
