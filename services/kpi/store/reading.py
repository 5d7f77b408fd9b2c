"""What the API shows: numbers from the counters, lists from the rows that these are counted from. Each reads one workspace."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from services.kit.database import rows, run

ARCHIVED = "EXISTS (SELECT FROM archived a WHERE a.workspace_id = contacts.workspace_id AND a.contact_id = contacts.contact_id)"
LEAD = f"""
contact_id, name, title, company, erased, last_action_at, last_action, last_reply_at, score, reasons,
coalesce(last_action_at, 'epoch') AS by_last_action, coalesce(score, 0) AS by_score, coalesce(combined, 0) AS by_combined,
{ARCHIVED} AS archived,
NOT EXISTS (
    SELECT FROM seen s WHERE s.workspace_id = contacts.workspace_id AND s.contact_id = contacts.contact_id AND s.actor = :actor
) AS new
"""
SORTS = {
    "last_action": "coalesce(last_action_at, 'epoch')",
    "score": "coalesce(score, 0)",
    "combined": "coalesce(combined, 0)",
}
"""As the indexes have them: those without one come last."""
VIEWS = {"active": f"NOT {ARCHIVED}", "archived": ARCHIVED, None: "true"}


@dataclass(frozen=True)
class Number:
    step_id: str
    kpi: str
    value: int
    change: int
    """Since the instant asked for."""


@dataclass(frozen=True)
class Filter:
    """Which leads, and in what order. `view` None: archived or not."""

    kpi: str = "all"
    view: str | None = None
    q: str | None = None
    sort: str = "last_action"


def zone_of(connection: Connection, workspace_id: UUID) -> ZoneInfo:
    """UTC, until accounts has told of the workspace."""
    found = rows(connection, "SELECT time_zone FROM workspaces WHERE workspace_id = :id", id=workspace_id)
    return ZoneInfo(found[0].time_zone if found else "UTC")


def numbers(connection: Connection, workspace_id: UUID, campaign_id: UUID, since: datetime) -> list[Number]:
    found = rows(
        connection,
        """SELECT step_id, kpi, sum(value)::bigint AS value,
                  coalesce(sum(value) FILTER (WHERE began >= :since), 0)::bigint AS change
           FROM counters WHERE workspace_id = :workspace AND campaign_id = :campaign GROUP BY step_id, kpi""",
        workspace=workspace_id,
        campaign=campaign_id,
        since=since,
    )
    return [Number(row.step_id, row.kpi, row.value, row.change) for row in found]


def leads(
    connection: Connection, workspace_id: UUID, actor: str, asked: Filter, *, after: tuple[Any, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """The highest first, from after the sort key given."""
    key = SORTS[asked.sort]
    return rows(
        connection,
        f"""SELECT {LEAD} FROM contacts
            WHERE workspace_id = :workspace AND :kpi = ANY (names) AND {VIEWS[asked.view]}
              AND (CAST(:q AS text) IS NULL OR concat_ws(' ', name, title, company) ILIKE :q)
              {f"AND ({key}, contact_id) < (:key, CAST(:id AS uuid))" if after else ""}
            ORDER BY {key} DESC, contact_id DESC LIMIT :limit""",  # noqa: S608 - from the constants above
        workspace=workspace_id,
        actor=actor,
        kpi=asked.kpi,
        q=like(asked.q),
        limit=limit,
        **({"key": after[0], "id": str(after[1])} if after else {}),
    )


def like(part: str | None) -> str | None:
    """A pattern for what contains this, taken literally."""
    if not part:
        return None
    literal = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"


def lead(connection: Connection, workspace_id: UUID, actor: str, contact_id: UUID) -> Row[Any] | None:
    found = rows(
        connection,
        f"SELECT {LEAD}, names FROM contacts WHERE workspace_id = :workspace AND contact_id = :id",  # noqa: S608 - as above
        workspace=workspace_id,
        actor=actor,
        id=contact_id,
    )
    return found[0] if found else None


def timeline(
    connection: Connection, workspace_id: UUID, contact_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """The latest first; with what happened to contacts that are merged into this one."""
    return rows(
        connection,
        f"""SELECT event_id, contact_id, at, kind, words, text, campaign_id, step_id, channel FROM entries
            WHERE workspace_id = :workspace AND contact_id IN (
                SELECT CAST(:id AS uuid) UNION ALL
                SELECT other_id FROM kin JOIN contacts c ON c.workspace_id = kin.workspace_id AND c.contact_id = other_id
                WHERE kin.workspace_id = :workspace AND kin.contact_id = :id AND c.fold->>'into' = CAST(:id AS text))
              {"AND (at, event_id) < (:at, CAST(:event AS uuid))" if after else ""}
            ORDER BY at DESC, event_id DESC LIMIT :limit""",  # noqa: S608 - nothing of the caller's
        workspace=workspace_id,
        id=str(contact_id),
        limit=limit,
        **({"at": after[0], "event": str(after[1])} if after else {}),
    )


def campaign(connection: Connection, workspace_id: UUID, campaign_id: UUID) -> Row[Any] | None:
    found = rows(
        connection,
        "SELECT name, state, fold->'steps' AS steps FROM campaigns WHERE workspace_id = :workspace AND campaign_id = :id",
        workspace=workspace_id,
        id=campaign_id,
    )
    return found[0] if found else None


def recipients(
    connection: Connection, workspace_id: UUID, campaign_id: UUID, name: str, *, after: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Those of the campaign that count for `name` (`step|kpi`), by id."""
    return rows(
        connection,
        f"""SELECT recipient_id, r.contact_id, touches, r.fold->'plan'->'here' AS here, r.fold->'plan'->>'exited' AS exited,
                   c.name, c.title, c.company, c.erased
            FROM recipients r JOIN contacts c ON c.workspace_id = r.workspace_id AND c.contact_id = r.contact_id
            WHERE r.workspace_id = :workspace AND campaign_id = :campaign AND :name = ANY (r.names)
              {"AND recipient_id > CAST(:after AS uuid)" if after else ""}
            ORDER BY recipient_id LIMIT :limit""",  # noqa: S608 - nothing of the caller's
        workspace=workspace_id,
        campaign=campaign_id,
        name=name,
        limit=limit,
        **({"after": str(after)} if after else {}),
    )


def archive(connection: Connection, workspace_id: UUID, contact_id: UUID, actor: str, now: datetime) -> None:
    run(
        connection,
        "INSERT INTO archived (workspace_id, contact_id, by, at) VALUES (:workspace, :id, :actor, :now) ON CONFLICT DO NOTHING",
        workspace=workspace_id,
        id=contact_id,
        actor=actor,
        now=now,
    )


def unarchive(connection: Connection, workspace_id: UUID, contact_id: UUID) -> None:
    run(
        connection,
        "DELETE FROM archived WHERE workspace_id = :workspace AND contact_id = :id",
        workspace=workspace_id,
        id=contact_id,
    )


def see(connection: Connection, workspace_id: UUID, contact_id: UUID, actor: str, now: datetime) -> None:
    """The user has looked at it, or acted on it: to them it is not new any more."""
    run(
        connection,
        "INSERT INTO seen (workspace_id, actor, contact_id, at) VALUES (:workspace, :actor, :id, :now) ON CONFLICT DO NOTHING",
        workspace=workspace_id,
        actor=actor,
        id=contact_id,
        now=now,
    )


def preferences(connection: Connection, workspace_id: UUID, actor: str) -> dict[str, Any]:
    """How this user last wanted the Leads page; nothing, if by default."""
    found = rows(
        connection,
        "SELECT leads FROM preferences WHERE workspace_id = :workspace AND actor = :actor",
        workspace=workspace_id,
        actor=actor,
    )
    return dict(found[0].leads) if found else {}


def prefer(connection: Connection, workspace_id: UUID, actor: str, leads: dict[str, Any]) -> None:
    run(
        connection,
        """INSERT INTO preferences (workspace_id, actor, leads) VALUES (:workspace, :actor, :leads)
           ON CONFLICT (workspace_id, actor) DO UPDATE SET leads = EXCLUDED.leads""",
        workspace=workspace_id,
        actor=actor,
        leads=json.dumps(leads),
    )
