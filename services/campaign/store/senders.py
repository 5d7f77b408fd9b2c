"""Senders and workspaces, as heard."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from schemas.details import Channel
from services.kit.database import as_json, rows, run


def register(connection: Connection, senders: Collection[dict[str, Any]]) -> None:
    """Each: workspace_id, sender_id, name, channels, cap."""
    run(
        connection,
        """INSERT INTO senders (workspace_id, sender_id, name, channels, cap)
           SELECT * FROM json_to_recordset(:rows) AS new (workspace_id uuid, sender_id uuid, name text, channels text[], cap int)
           ON CONFLICT (workspace_id, sender_id) DO UPDATE SET name = excluded.name, channels = excluded.channels, cap = excluded.cap""",
        rows=as_json(senders),
    )


def pause(connection: Connection, senders: Collection[dict[str, Any]]) -> None:
    """Each: workspace_id, sender_id, paused. One that is not known yet is paused from the beginning."""
    run(
        connection,
        """INSERT INTO senders (workspace_id, sender_id, paused)
           SELECT * FROM json_to_recordset(:rows) AS new (workspace_id uuid, sender_id uuid, paused boolean)
           ON CONFLICT (workspace_id, sender_id) DO UPDATE SET paused = excluded.paused""",
        rows=as_json(senders),
    )


def channels_of(connection: Connection, sender_ids: Collection[UUID]) -> dict[UUID, frozenset[Channel]]:
    """Of those that are known."""
    found = rows(connection, "SELECT sender_id, channels FROM senders WHERE sender_id = ANY(:s) AND cap IS NOT NULL", s=list(sender_ids))
    return {row.sender_id: frozenset(map(Channel, row.channels)) for row in found}


def keep_workspaces(connection: Connection, workspaces: Collection[dict[str, Any]]) -> None:
    """Each: workspace_id, client_id, time_zone."""
    run(
        connection,
        """INSERT INTO workspaces (workspace_id, client_id, time_zone)
           SELECT * FROM json_to_recordset(:rows) AS new (workspace_id uuid, client_id uuid, time_zone text)
           ON CONFLICT (workspace_id) DO UPDATE SET client_id = excluded.client_id, time_zone = excluded.time_zone""",
        rows=as_json(workspaces),
    )


def zone_of(connection: Connection, workspace_id: UUID) -> str | None:
    found = rows(connection, "SELECT time_zone FROM workspaces WHERE workspace_id = :w", w=workspace_id)
    return str(found[0].time_zone) if found else None
