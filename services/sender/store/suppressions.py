"""Suppressions, and which outreaches they are about."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import Connection

from schemas.details import Channel
from schemas.publish import SuppressionScope
from services.kit.database import as_json, rows, run

HERE = UUID("3d2f6a57-9f0e-4f35-8a63-6b4de2b3c201")


@dataclass(frozen=True, slots=True)
class Suppression:
    workspace_id: UUID
    suppression_id: UUID
    key: str
    reason: str
    scope: SuppressionScope = SuppressionScope.WORKSPACE
    campaign_id: UUID | None = None
    channel: Channel | None = None
    heard_here: bool = False
    """Put down at once by what came in here; until publish tells the same and takes it over."""


def heard_here(workspace_id: UUID, key: str, channel: Channel, reason: str) -> Suppression:
    key_id = uuid5(HERE, f"{workspace_id}/{key}/{channel}")
    return Suppression(workspace_id, key_id, key, reason, channel=channel, heard_here=True)


def keep(connection: Connection, suppressions: Iterable[Suppression]) -> None:
    """Those that publish tells take the place of the same ones heard here, so that lifting them lifts all."""
    found = [
        {
            "workspace_id": s.workspace_id,
            "suppression_id": s.suppression_id,
            "scope": s.scope,
            "campaign_id": s.campaign_id,
            "key": s.key,
            "channel": s.channel,
            "reason": s.reason,
            "heard_here": s.heard_here,
        }
        for s in suppressions
    ]
    run(
        connection,
        """INSERT INTO suppressions SELECT * FROM json_populate_recordset(NULL::suppressions, :new)
           ON CONFLICT (workspace_id, suppression_id) DO UPDATE SET reason = EXCLUDED.reason""",
        new=as_json(found),
    )
    run(
        connection,
        """DELETE FROM suppressions USING json_to_recordset(:told) AS told (workspace_id uuid, key text)
           WHERE suppressions.heard_here AND suppressions.workspace_id = told.workspace_id AND suppressions.key = told.key""",
        told=as_json(s for s in found if not s["heard_here"]),
    )


def lift(connection: Connection, suppression_ids: Iterable[UUID]) -> None:
    run(
        connection,
        "DELETE FROM suppressions WHERE suppression_id = ANY(CAST(:ids AS uuid[]))",
        ids=[str(key) for key in suppression_ids],
    )


def reasons(connection: Connection, outreach_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Of these outreaches, those that somebody must not get, and why. Sees what was committed before this statement began."""
    found = rows(
        connection,
        """SELECT DISTINCT ON (o.outreach_id) o.outreach_id, x.reason
           FROM outreach o
                CROSS JOIN LATERAL unnest(o.keys) AS k (key)
                JOIN suppressions x ON x.key = k.key
                LEFT JOIN workspaces theirs ON theirs.workspace_id = x.workspace_id
                LEFT JOIN workspaces ours ON ours.workspace_id = o.workspace_id
           WHERE o.outreach_id = ANY(CAST(:ids AS uuid[])) AND (x.channel IS NULL OR x.channel = o.channel)
                 AND ((x.workspace_id = o.workspace_id AND (x.scope <> 'campaign' OR x.campaign_id = o.campaign_id))
                      OR (x.scope = 'client' AND theirs.client_id = ours.client_id))
           ORDER BY o.outreach_id, x.reason""",
        ids=[str(key) for key in outreach_ids],
    )
    return {row.outreach_id: row.reason for row in found}
