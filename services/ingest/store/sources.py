"""Sources, their saved mappings, and the zones of the workspaces that they belong to."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.ingest.domain.mapping import FieldMapping
from services.kit.database import as_json, rows, run


@dataclass(frozen=True)
class SavedMapping:
    version: int
    mapping: dict[str, str]


def keep_zones(connection: Connection, zones: Iterable[tuple[UUID, str]]) -> None:
    run(
        connection,
        """INSERT INTO workspaces (workspace_id, time_zone)
           SELECT workspace_id, time_zone FROM json_to_recordset(:zones) AS new (workspace_id uuid, time_zone text)
           ON CONFLICT (workspace_id) DO UPDATE SET time_zone = EXCLUDED.time_zone""",
        zones=as_json({"workspace_id": workspace_id, "time_zone": zone} for workspace_id, zone in zones),
    )


def zone_of(connection: Connection, workspace_id: UUID) -> str:
    """IANA name; UTC for the Provider, and for a workspace not heard of yet."""
    found = rows(connection, "SELECT time_zone FROM workspaces WHERE workspace_id = :w", w=workspace_id)
    return str(found[0].time_zone) if found else "UTC"


def add_source(connection: Connection, workspace_id: UUID, source_id: UUID, *, name: str, kind: str, now: datetime) -> None:
    run(
        connection,
        """INSERT INTO sources (workspace_id, source_id, name, kind, registered_at) VALUES (:w, :s, :n, :k, :t)
           ON CONFLICT DO NOTHING""",
        w=workspace_id, s=source_id, n=name, k=kind, t=now,
    )  # fmt: skip


def sources(connection: Connection, workspace_id: UUID, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """By name, each with its latest mapping."""
    return rows(
        connection,
        """SELECT source_id, name, kind, registered_at, m.version, m.mapping
           FROM sources LEFT JOIN LATERAL (
               SELECT version, mapping FROM mappings
               WHERE mappings.workspace_id = sources.workspace_id AND mappings.source_id = sources.source_id
               ORDER BY version DESC LIMIT 1) AS m ON true
           WHERE sources.workspace_id = :w AND (CAST(:after AS text) IS NULL OR name > :after) ORDER BY name LIMIT :limit""",
        w=workspace_id, after=after, limit=limit,
    )  # fmt: skip


def latest_mapping(connection: Connection, workspace_id: UUID, source_id: UUID) -> SavedMapping | None:
    found = rows(
        connection,
        """SELECT version, mapping FROM mappings WHERE workspace_id = :w AND source_id = :s ORDER BY version DESC LIMIT 1""",
        w=workspace_id, s=source_id,
    )  # fmt: skip
    return SavedMapping(found[0].version, found[0].mapping) if found else None


def save_mapping(
    connection: Connection, workspace_id: UUID, source_id: UUID, mapping: FieldMapping, *, by: str, now: datetime
) -> SavedMapping:
    """As a new version, unless it is the latest. The source's stream is locked, so that no version is given twice."""
    latest = latest_mapping(connection, workspace_id, source_id)
    if latest and latest.mapping == dict(mapping):
        return latest
    saved = SavedMapping(latest.version + 1 if latest else 1, dict(mapping))
    run(
        connection,
        """INSERT INTO mappings (workspace_id, source_id, version, mapping, made_by, made_at)
           VALUES (:w, :s, :v, CAST(:m AS jsonb), :b, :t)""",
        w=workspace_id, s=source_id, v=saved.version, m=json.dumps(saved.mapping), b=by, t=now,
    )  # fmt: skip
    return saved
