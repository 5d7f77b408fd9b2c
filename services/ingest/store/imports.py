"""Imports: jobs that a worker claims chunk by chunk, their progress, and the rows that were refused."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.ingest.domain.dates import DayOrder
from services.ingest.domain.layout import Form, Layout
from services.ingest.domain.lines import Place
from services.ingest.domain.types import Types
from services.ingest.domain.values import storable
from services.ingest.store.sources import types_in
from services.kit.database import as_json, rows, run


@dataclass(frozen=True)
class Counts:
    rows: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.rows + other.rows,
            self.accepted + other.accepted,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
        )


@dataclass(frozen=True)
class Job:
    """An import that this worker holds. `counts` are of the rows before `place`."""

    workspace_id: UUID
    import_id: UUID
    source_id: UUID
    source: str
    mapping: dict[str, str]
    types: Types
    mapping_version: int
    layout: Layout
    order: DayOrder
    zone: str
    place: Place
    counts: Counts
    takeovers: int
    asked_at: datetime
    correlation_id: str


def add_import(
    connection: Connection,
    workspace_id: UUID,
    import_id: UUID,
    source_id: UUID,
    **columns: Any,
) -> None:
    """`columns`: file_name, mapping_version, state, asked_by, asked_at, correlation_id; and what else of the table is known."""
    given = {"workspace_id": workspace_id, "import_id": import_id, "source_id": source_id, **columns}
    run(
        connection,
        f"INSERT INTO imports ({', '.join(given)}) VALUES ({', '.join(f':{name}' for name in given)})",  # noqa: S608 - our own names
        **given,
    )


def file_columns(layout: Layout, order: DayOrder, size: int) -> dict[str, Any]:
    """The columns of an import that reads a file from its first row on."""
    return {
        "layout": json.dumps(asdict(layout)),
        "day_order": order.value,
        "file_bytes": size,
        "place_offset": layout.start.offset,
        "place_line": layout.start.line,
    }


CLAIM = """
WITH mine AS (
    SELECT workspace_id, import_id, lease_by FROM imports
    WHERE state = 'running' AND NOT web AND (lease_until IS NULL OR lease_until < clock_timestamp() OR lease_by = :me)
    -- Who has waited longest first: imports take turns, chunk by chunk.
    ORDER BY lease_until NULLS FIRST, asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE imports SET lease_by = :me, lease_until = clock_timestamp() + make_interval(secs => :seconds),
                   takeovers = imports.takeovers + CASE WHEN mine.lease_by <> :me THEN 1 ELSE 0 END
FROM mine JOIN sources USING (workspace_id)
     JOIN mappings USING (workspace_id, source_id)
     LEFT JOIN workspaces USING (workspace_id)
WHERE imports.workspace_id = mine.workspace_id AND imports.import_id = mine.import_id
  AND sources.source_id = imports.source_id AND mappings.version = imports.mapping_version
RETURNING imports.*, sources.name AS source, mappings.mapping, mappings.types, COALESCE(workspaces.time_zone, 'UTC') AS zone
"""


def claim(connection: Connection, me: UUID, seconds: float) -> Job | None:
    """The next chunk's import, this worker's for so many seconds; None if there is none."""
    return next((job_of(row) for row in rows(connection, CLAIM, me=me, seconds=seconds)), None)


def job_of(row: Any) -> Job:
    layout = dict(row.layout)
    start = Place(*layout.pop("start"))
    return Job(
        workspace_id=row.workspace_id,
        import_id=row.import_id,
        source_id=row.source_id,
        source=row.source,
        mapping=row.mapping,
        types=types_in(row.types),
        mapping_version=row.mapping_version,
        layout=Layout(
            layout["encoding"],
            layout["delimiter"],
            tuple(layout["columns"]),
            start,
            # An import that was begun before there were forms is one of CSV.
            Form(layout.get("form", Form.CSV)),
        ),
        order=DayOrder(row.day_order),
        zone=row.zone,
        place=Place(row.place_offset, row.place_line),
        counts=Counts(row.rows, row.accepted, row.unchanged, row.rejected),
        takeovers=row.takeovers,
        asked_at=row.asked_at,
        correlation_id=row.correlation_id,
    )


def is_held(connection: Connection, job: Job, me: UUID) -> bool:
    """Whether the chunk is still this worker's; it is so until the end of the transaction."""
    found = rows(
        connection,
        """SELECT 1 FROM imports
           WHERE workspace_id = :w AND import_id = :i AND state = 'running' AND lease_by = :me AND place_offset = :from FOR UPDATE""",
        w=job.workspace_id, i=job.import_id, me=me, **{"from": job.place.offset},
    )  # fmt: skip
    return bool(found)


def advance(connection: Connection, job: Job, me: UUID, place: Place, counts: Counts) -> bool:
    """Store how far a chunk has brought the import, and let it go. False if it is no longer this worker's: then nothing is stored."""
    moved = run(
        connection,
        """UPDATE imports SET place_offset = :offset, place_line = :line, rows = :rows, accepted = :accepted, unchanged = :unchanged,
                              rejected = :rejected, lease_by = NULL, lease_until = clock_timestamp(), takeovers = 0
           WHERE workspace_id = :w AND import_id = :i AND state = 'running' AND lease_by = :me AND place_offset = :from""",
        w=job.workspace_id, i=job.import_id, me=me, offset=place.offset, line=place.line, **asdict(counts),
        **{"from": job.place.offset},
    )  # fmt: skip
    return moved == 1


def end(connection: Connection, workspace_id: UUID, import_id: UUID, *, state: str, reason: str | None, now: datetime) -> None:
    """One that is to be undone goes on to that."""
    run(
        connection,
        """UPDATE imports SET reason = :reason, ended_at = :now, lease_by = NULL, lease_until = NULL,
                              state = CASE WHEN EXISTS (SELECT FROM undos WHERE undos.workspace_id = :w AND undos.import_id = :i)
                                           THEN 'undoing' ELSE :state END
           WHERE workspace_id = :w AND import_id = :i""",
        w=workspace_id, i=import_id, state=state, reason=reason, now=now,
    )  # fmt: skip


def flaw(connection: Connection, workspace_id: UUID, import_id: UUID, flawed: Sequence[tuple[int, str, str]]) -> None:
    """Rows that came in with a value that does not fit its column: as `reject`, and counted."""
    if flawed:
        reject(connection, workspace_id, import_id, flawed, taken=True)
        run(
            connection,
            "UPDATE imports SET flawed = flawed + :n WHERE workspace_id = :w AND import_id = :i",
            w=workspace_id, i=import_id, n=len(flawed),
        )  # fmt: skip


def running(connection: Connection) -> int:
    """How many imports are on their way, in or out."""
    return int(rows(connection, "SELECT count(*) AS n FROM imports WHERE state IN ('running', 'undoing')")[0].n)


def running_ids(connection: Connection) -> set[UUID]:
    return {row.import_id for row in rows(connection, "SELECT import_id FROM imports WHERE state = 'running'")}


def reject(
    connection: Connection, workspace_id: UUID, import_id: UUID, refused: Iterable[tuple[int, str, str]], *, taken: bool = False
) -> None:
    """`refused`: line, reason, and the row as it stood. `taken`: only a part of each was refused, and the row came in."""
    run(
        connection,
        """INSERT INTO rejected_rows (workspace_id, import_id, taken, line, reason, raw)
           SELECT :w, :i, :taken, line, reason, raw FROM json_to_recordset(:refused) AS new (line bigint, reason text, raw text)
           ON CONFLICT DO NOTHING""",
        w=workspace_id, i=import_id, taken=taken,
        refused=as_json({"line": line, "reason": storable(reason), "raw": storable(raw)} for line, reason, raw in refused),
    )  # fmt: skip


VIEW = """
SELECT import_id, imports.source_id, sources.name AS source, file_name, state, reason, rows, accepted, unchanged, rejected, flawed,
       file_bytes, place_offset, imports.asked_by, imports.asked_at, imports.ended_at, imports.mapping_version,
       mappings.mapping, mappings.types, undos.asked_by AS undo_asked_by, undos.asked_at AS undo_asked_at,
       undos.ended_at AS undone_at, gone, back, stayed
FROM imports JOIN sources USING (workspace_id, source_id)
     LEFT JOIN undos USING (workspace_id, import_id)
     LEFT JOIN mappings ON mappings.workspace_id = imports.workspace_id AND mappings.source_id = imports.source_id
                       AND mappings.version = imports.mapping_version
WHERE imports.workspace_id = :w
"""


def find(connection: Connection, workspace_id: UUID, import_id: UUID) -> Row[Any] | None:
    return next(iter(rows(connection, VIEW + " AND import_id = :i", w=workspace_id, i=import_id)), None)


def listed(connection: Connection, workspace_id: UUID, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row[Any]]:
    """The latest first."""
    asked_at, import_id = before or (None, None)
    return rows(
        connection,
        VIEW
        + """ AND (CAST(:t AS timestamptz) IS NULL OR (imports.asked_at, import_id) < (:t, CAST(:i AS uuid)))
              ORDER BY imports.asked_at DESC, import_id DESC LIMIT :limit""",
        w=workspace_id, t=asked_at, i=import_id, limit=limit,
    )  # fmt: skip


def rejected(
    connection: Connection, workspace_id: UUID, import_id: UUID, after: int, limit: int, *, taken: bool = False
) -> Sequence[Row[Any]]:
    """As `reject` was told of them."""
    return rows(
        connection,
        """SELECT line, reason, raw FROM rejected_rows WHERE workspace_id = :w AND import_id = :i AND taken = :taken AND line > :after
           ORDER BY line LIMIT :limit""",
        w=workspace_id, i=import_id, taken=taken, after=after, limit=limit,
    )  # fmt: skip


def forget_rejected(connection: Connection, now: datetime, days: int, most: int = 20_000) -> int:
    """Erase rows, as files had them, of imports that ended so many days ago: how many there were stays. Returns how many it erased."""
    return run(
        connection,
        """DELETE FROM rejected_rows WHERE ctid = ANY(ARRAY(
               SELECT rejected_rows.ctid FROM imports JOIN rejected_rows USING (workspace_id, import_id)
               WHERE ended_at < :before LIMIT :most))""",
        before=now - timedelta(days=days), most=most,
    )  # fmt: skip


def times_of(connection: Connection, workspace_id: UUID, import_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each import was asked for, which counts as the time of its records where their source says none."""
    found = rows(
        connection,
        "SELECT import_id, asked_at FROM imports WHERE workspace_id = :w AND import_id = ANY(CAST(:ids AS uuid[]))",
        w=workspace_id, ids=[str(each) for each in import_ids],
    )  # fmt: skip
    return {row.import_id: row.asked_at for row in found}
