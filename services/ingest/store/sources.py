"""Sources, their saved mappings, and the zones of the workspaces that they belong to."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.ingest.domain.mapping import FieldMapping
from services.ingest.domain.types import Types, Written
from services.kit.database import as_json, rows, run

MOST_REMEMBERED = 200
"""Versions of a source's mapping, the latest, in which a column is looked for."""


@dataclass(frozen=True)
class Settled:
    """A mapping with the types of the source's own columns. `version` of None: it is not that of a saved one."""

    mapping: FieldMapping
    types: Types
    version: int | None
    left_out: tuple[str, ...] = ()
    """Columns of the file that are not mapped."""


@dataclass(frozen=True)
class Saved:
    version: int
    mapping: dict[str, str]
    types: Types


@dataclass(frozen=True)
class Remembered:
    """What the versions of a source's mapping say of each column, the last that has it. `fields`: empty for one that is left out."""

    fields: Mapping[str, str]
    types: Types
    latest: Settled | None
    """The last version."""


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


def saved_mapping(connection: Connection, workspace_id: UUID, source_id: UUID, version: int | None = None) -> Settled | None:
    """Of a version, else the last."""
    found = rows(
        connection,
        """SELECT version, mapping, types, left_out FROM mappings
           WHERE workspace_id = :w AND source_id = :s AND (CAST(:v AS integer) IS NULL OR version = :v) ORDER BY version DESC LIMIT 1""",
        w=workspace_id, s=source_id, v=version,
    )  # fmt: skip
    return version_in(found[0]) if found else None


def version_in(row: Row[Any]) -> Settled:
    return Settled(row.mapping, types_in(row.types), row.version, tuple(row.left_out))


def remembered(connection: Connection, workspace_id: UUID, source_id: UUID) -> Remembered:
    found = rows(
        connection,
        """SELECT version, mapping, types, left_out FROM mappings
           WHERE workspace_id = :w AND source_id = :s ORDER BY version DESC LIMIT :most""",
        w=workspace_id, s=source_id, most=MOST_REMEMBERED,
    )  # fmt: skip
    fields: dict[str, str] = {}
    types: dict[str, Written] = {}
    for row in reversed(found):
        fields |= row.mapping | dict.fromkeys(row.left_out, "")
        # A version that maps a column without a type takes it for text.
        types |= dict.fromkeys(row.mapping, Written.TEXT) | types_in(row.types)
    return Remembered(fields, types, version_in(found[0]) if found else None)


def types_in(stored: dict[str, str]) -> dict[str, Written]:
    return {column: Written(each) for column, each in stored.items()}


def mappings(connection: Connection, workspace_id: UUID, source_id: UUID, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """The versions of a source's mapping, the latest first, each with what the one before it said."""
    return rows(
        connection,
        """SELECT * FROM (
               SELECT version, mapping, types, made_by, made_at,
                      lag(mapping) OVER steps AS mapping_before, lag(types) OVER steps AS types_before
               FROM mappings WHERE workspace_id = :w AND source_id = :s WINDOW steps AS (ORDER BY version)) AS versions
           WHERE CAST(:before AS integer) IS NULL OR version < :before ORDER BY version DESC LIMIT :limit""",
        w=workspace_id, s=source_id, before=before, limit=limit,
    )  # fmt: skip


def save_mapping(connection: Connection, workspace_id: UUID, source_id: UUID, settled: Settled, *, by: str, now: datetime) -> Saved:
    """As a new version, unless it is the latest. The source's stream is locked, so that no version is given twice."""
    latest = saved_mapping(connection, workspace_id, source_id)
    same = latest and (dict(latest.mapping), dict(latest.types)) == (dict(settled.mapping), dict(settled.types))
    if latest and latest.version and same and set(settled.left_out) <= set(latest.left_out):
        return Saved(latest.version, dict(latest.mapping), latest.types)
    saved = Saved((latest.version or 0) + 1 if latest else 1, dict(settled.mapping), settled.types)
    run(
        connection,
        """INSERT INTO mappings (workspace_id, source_id, version, mapping, types, left_out, made_by, made_at)
           VALUES (:w, :s, :v, CAST(:m AS jsonb), CAST(:types AS jsonb), :out, :b, :t)""",
        w=workspace_id, s=source_id, v=saved.version, m=json.dumps(saved.mapping), types=json.dumps(saved.types), out=[*settled.left_out],
        b=by, t=now,
    )  # fmt: skip
    return saved
