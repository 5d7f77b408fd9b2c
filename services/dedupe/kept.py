"""The tables beside the records: corrections, and the place of the pass that chooses all persons anew."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from schemas.body import PROVIDER
from services.dedupe.domain.corrections import Correction
from services.dedupe.store import Scoped, scoped
from services.kit.database import rows, run

FIRST = UUID(int=0)


def any_corrections(connection: Connection, workspaces: Collection[UUID]) -> bool:
    """Most batches meet none, and need not ask for each person then."""
    [row] = rows(
        connection,
        "SELECT EXISTS (SELECT FROM corrections WHERE workspace_id = ANY(CAST(:ids AS uuid[]))) AS found",
        ids=[str(each) for each in workspaces],
    )
    return bool(row.found)


def corrections_of(connection: Connection, persons: Collection[Scoped]) -> Mapping[UUID, list[Correction]]:
    found = rows(
        connection,
        """SELECT person_id, field, value, by, at FROM corrections
           JOIN json_to_recordset(:wanted) AS wanted (workspace_id uuid, person_id uuid) USING (workspace_id, person_id)""",
        wanted=scoped(persons, "person_id"),
    )
    by_person: dict[UUID, list[Correction]] = defaultdict(list)
    for row in found:
        by_person[row.person_id].append(Correction(row.person_id, row.field, row.value, row.by, row.at))
    return by_person


def keep_correction(connection: Connection, workspace_id: UUID, correction: Correction) -> None:
    run(
        connection,
        """INSERT INTO corrections (workspace_id, person_id, field, value, by, at) VALUES (:workspace, :person, :field, :value, :by, :at)
           ON CONFLICT (workspace_id, person_id, field) DO UPDATE SET value = EXCLUDED.value, by = EXCLUDED.by, at = EXCLUDED.at""",
        workspace=workspace_id,
        person=correction.person_id,
        field=correction.field,
        value=correction.value,
        by=correction.by,
        at=correction.at,
    )


def inherit_corrections(connection: Connection, workspace_id: UUID, gone: UUID, heir: UUID) -> None:
    """What was corrected of a person whose own first record was withdrawn holds for their next; the later counts.

    To be called before the fields are chosen of who has that record. Where the first record merely moves, nothing is to be done:
    corrections follow it.
    """
    run(
        connection,
        """WITH inherited AS (DELETE FROM corrections WHERE workspace_id = :workspace AND person_id = :gone RETURNING field, value, by, at)
           INSERT INTO corrections AS own (workspace_id, person_id, field, value, by, at)
           SELECT :workspace, :heir, field, value, by, at FROM inherited
           ON CONFLICT (workspace_id, person_id, field) DO UPDATE SET value = EXCLUDED.value, by = EXCLUDED.by, at = EXCLUDED.at
           WHERE own.at < EXCLUDED.at""",
        workspace=workspace_id,
        gone=gone,
        heir=heir,
    )


def drop_corrections(connection: Connection, workspace_id: UUID, persons: Collection[UUID], field: str) -> None:
    run(
        connection,
        """DELETE FROM corrections
           WHERE workspace_id = :workspace AND field = :field AND person_id = ANY(CAST(:persons AS uuid[]))""",
        workspace=workspace_id,
        field=field,
        persons=[str(each) for each in persons],
    )


@dataclass(frozen=True)
class Rechoosing:
    """A pass over all persons by these rules; `place` is the last that was looked at."""

    version: int
    place: Scoped
    looked_at: int
    changed: int
    finished: bool


def ask_rechoosing(connection: Connection, version: int) -> None:
    """From the first person on, whatever pass was going on."""
    run(
        connection,
        """INSERT INTO rechoosing (workspace_id, version) VALUES (:provider, :version)
           ON CONFLICT (workspace_id) DO UPDATE SET version = EXCLUDED.version, after_workspace = NULL, after_person = NULL,
               looked_at = 0, changed = 0, finished = false""",
        provider=PROVIDER,
        version=version,
    )


def rechoosing(connection: Connection) -> Rechoosing | None:
    return one(connection, "")


def next_rechoosing(connection: Connection) -> Rechoosing | None:
    """That which is to be gone on with, if nobody else has taken it."""
    return one(connection, "AND NOT finished FOR UPDATE SKIP LOCKED")


def one(connection: Connection, condition: str) -> Rechoosing | None:
    found = rows(connection, f"SELECT * FROM rechoosing WHERE workspace_id = :provider {condition}", provider=PROVIDER)  # noqa: S608
    return next(
        (Rechoosing(r.version, (r.after_workspace or FIRST, r.after_person or FIRST), r.looked_at, r.changed, r.finished) for r in found),
        None,
    )


def move_rechoosing(connection: Connection, place: Scoped, looked_at: int, changed: int) -> None:
    run(
        connection,
        """UPDATE rechoosing SET after_workspace = :scope, after_person = :person, looked_at = looked_at + :looked_at,
               changed = changed + :changed WHERE workspace_id = :provider""",
        scope=place[0],
        person=place[1],
        looked_at=looked_at,
        changed=changed,
        provider=PROVIDER,
    )


def end_rechoosing(connection: Connection) -> None:
    run(connection, "UPDATE rechoosing SET finished = true WHERE workspace_id = :provider", provider=PROVIDER)


def persons_after(connection: Connection, place: Scoped, most: int) -> list[Scoped]:
    """The next persons who have records, in the order of their keys, all of one scope."""
    found = rows(
        connection,
        """SELECT workspace_id, person_id FROM records
           WHERE person_id IS NOT NULL AND (workspace_id, person_id) > (CAST(:scope AS uuid), CAST(:person AS uuid))
           GROUP BY workspace_id, person_id ORDER BY workspace_id, person_id LIMIT :most""",
        scope=str(place[0]),
        person=str(place[1]),
        most=most,
    )
    return [(row.workspace_id, row.person_id) for row in found if row.workspace_id == found[0].workspace_id]


def count_persons(connection: Connection, workspace_id: UUID) -> int:
    [row] = rows(connection, "SELECT count(DISTINCT person_id) AS n FROM records WHERE workspace_id = :w", w=workspace_id)
    return int(row.n)


@dataclass(frozen=True)
class Versioned:
    """One version of the rules: when it was set, by whom."""

    version: int
    by: str
    at: datetime


def versions(connection: Connection, stream: str) -> list[Versioned]:
    """The latest first."""
    found = rows(
        connection,
        """SELECT version, meta ->> 'actor' AS by, occurred_at FROM events
           WHERE workspace_id = :provider AND stream = :stream ORDER BY version DESC LIMIT 50""",
        provider=PROVIDER,
        stream=stream,
    )
    return [Versioned(row.version, row.by, row.occurred_at) for row in found]
