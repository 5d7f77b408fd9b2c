"""The undoing of imports: asked for, worked off chunk by chunk by whoever holds the lease, and what it would do."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.ingest.domain.sayings import Fate
from services.kit.database import rows, run


@dataclass(frozen=True)
class Undo:
    """An import that this worker is taking back."""

    workspace_id: UUID
    import_id: UUID
    source_id: UUID
    correlation_id: str


@dataclass(frozen=True)
class Standing:
    """What there is to know of an import before it is undone. `undone_at` and `asked` of one whose undoing was asked for already."""

    state: str
    source_id: UUID
    mapping: dict[str, str]
    accepted: int
    remembered: bool
    asked: bool


def locked(connection: Connection, workspace_id: UUID, import_id: UUID, *, lock: bool = True) -> Standing | None:
    """Until the end of the transaction, the import stays in the state that it is in."""
    found = rows(
        connection,
        f"""SELECT state, imports.source_id, accepted, remembered, COALESCE(mapping, '{{}}') AS mapping,
                   EXISTS (SELECT FROM undos WHERE undos.workspace_id = :w AND undos.import_id = :i) AS asked
            FROM imports LEFT JOIN mappings ON mappings.workspace_id = imports.workspace_id
                 AND mappings.source_id = imports.source_id AND version = mapping_version
            WHERE imports.workspace_id = :w AND import_id = :i {"FOR UPDATE OF imports" if lock else ""}""",  # noqa: S608 - our own words
        w=workspace_id, i=import_id,
    )  # fmt: skip
    return next((Standing(r.state, r.source_id, r.mapping, r.accepted, r.remembered, r.asked) for r in found), None)


def ask(connection: Connection, workspace_id: UUID, import_id: UUID, *, by: str, now: datetime, correlation_id: str) -> None:
    """A running import is stopped first, by its worker, when the chunk is done that it is about."""
    run(
        connection,
        "INSERT INTO undos (workspace_id, import_id, asked_by, asked_at, correlation_id) VALUES (:w, :i, :b, :t, :c)",
        w=workspace_id, i=import_id, b=by, t=now, c=correlation_id,
    )  # fmt: skip
    run(
        connection,
        """UPDATE imports SET state = 'undoing', lease_by = NULL, lease_until = NULL
           WHERE workspace_id = :w AND import_id = :i AND state <> 'running'""",
        w=workspace_id, i=import_id,
    )  # fmt: skip


def is_asked(connection: Connection, workspace_id: UUID, import_id: UUID) -> bool:
    return bool(rows(connection, "SELECT 1 FROM undos WHERE workspace_id = :w AND import_id = :i", w=workspace_id, i=import_id))


def going_on(connection: Connection, workspace_id: UUID, source_id: UUID) -> set[UUID]:
    """The imports of a source that are being undone."""
    found = rows(
        connection,
        "SELECT import_id FROM imports WHERE workspace_id = :w AND source_id = :s AND state = 'undoing'",
        w=workspace_id, s=source_id,
    )  # fmt: skip
    return {row.import_id for row in found}


CLAIM = """
WITH mine AS (
    SELECT workspace_id, import_id FROM imports
    WHERE state = 'undoing' AND (lease_until IS NULL OR lease_until < clock_timestamp() OR lease_by = :me)
    ORDER BY lease_until NULLS FIRST, import_id LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE imports SET lease_by = :me, lease_until = clock_timestamp() + make_interval(secs => :seconds)
FROM mine JOIN undos USING (workspace_id, import_id)
WHERE imports.workspace_id = mine.workspace_id AND imports.import_id = mine.import_id
RETURNING imports.workspace_id, imports.import_id, imports.source_id, undos.correlation_id
"""


def claim(connection: Connection, me: UUID, seconds: float) -> Undo | None:
    """The next chunk's undo, this worker's for so many seconds; None if there is none."""
    found = rows(connection, CLAIM, me=me, seconds=seconds)
    return next((Undo(row.workspace_id, row.import_id, row.source_id, row.correlation_id) for row in found), None)


def is_held(connection: Connection, undo: Undo, me: UUID) -> bool:
    """Whether it is still this worker's; it is so until the end of the transaction."""
    found = rows(
        connection,
        """SELECT 1 FROM imports WHERE workspace_id = :w AND import_id = :i AND state = 'undoing' AND lease_by = :me FOR UPDATE""",
        w=undo.workspace_id, i=undo.import_id, me=me,
    )  # fmt: skip
    return bool(found)


def advance(connection: Connection, undo: Undo, fates: Counter[Fate]) -> None:
    """Store what became of a chunk's records, and let the undo go, so that others have their turn."""
    run(
        connection,
        """UPDATE undos SET gone = gone + :gone, back = back + :back, stayed = stayed + :stayed
           WHERE workspace_id = :w AND import_id = :i""",
        w=undo.workspace_id, i=undo.import_id, gone=fates[Fate.GONE], back=fates[Fate.BACK], stayed=fates[Fate.STAYED],
    )  # fmt: skip
    run(
        connection,
        "UPDATE imports SET lease_by = NULL, lease_until = clock_timestamp() WHERE workspace_id = :w AND import_id = :i",
        w=undo.workspace_id, i=undo.import_id,
    )  # fmt: skip


def end(connection: Connection, undo: Undo, now: datetime) -> Counter[Fate]:
    """It is undone; what became of its records."""
    run(
        connection,
        "UPDATE imports SET state = 'undone', lease_by = NULL, lease_until = NULL WHERE workspace_id = :w AND import_id = :i",
        w=undo.workspace_id, i=undo.import_id,
    )  # fmt: skip
    [row] = rows(
        connection,
        "UPDATE undos SET ended_at = :now WHERE workspace_id = :w AND import_id = :i RETURNING gone, back, stayed",
        w=undo.workspace_id, i=undo.import_id, now=now,
    )  # fmt: skip
    return Counter({Fate.GONE: row.gone, Fate.BACK: row.back, Fate.STAYED: row.stayed})


def foreseen(connection: Connection, workspace_id: UUID, import_id: UUID, source_id: UUID) -> Counter[Fate]:
    """How many records would meet which fate, by all that is said now. The rule is `sayings.without`, in the words of the database."""
    found = rows(
        connection,
        """WITH mine AS (
               SELECT record_id FROM records WHERE workspace_id = :w AND import_id = :i
               UNION SELECT record_id FROM earlier WHERE workspace_id = :w AND import_id = :i),
           fates AS (
               SELECT digest, CASE WHEN import_id <> ALL (CAST(:out AS uuid[])) THEN digest ELSE (
                   SELECT earlier.digest FROM earlier
                   WHERE earlier.workspace_id = :w AND earlier.record_id = records.record_id
                     AND earlier.import_id <> ALL (CAST(:out AS uuid[]))
                   ORDER BY place DESC LIMIT 1) END AS left_over
               FROM mine JOIN records USING (record_id) WHERE workspace_id = :w)
           SELECT count(*) FILTER (WHERE left_over IS NULL) AS gone, count(*) FILTER (WHERE left_over <> digest) AS back,
                  count(*) FILTER (WHERE left_over = digest) AS stayed FROM fates""",
        w=workspace_id, i=import_id, out=[str(each) for each in {import_id, *going_on(connection, workspace_id, source_id)}],
    )  # fmt: skip
    return Counter({Fate.GONE: found[0].gone, Fate.BACK: found[0].back, Fate.STAYED: found[0].stayed})
