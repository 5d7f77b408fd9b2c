"""The table of what people decided, as `gathering` reads it: by pairs of records, from both sides."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.dedupe.domain.judgement import RecordPair
from services.kit.database import as_json, rows, run

PAIRS = """
WITH everybody AS NOT MATERIALIZED (
    SELECT workspace_id, record_id, arrived FROM records UNION ALL SELECT workspace_id, record_id, arrived FROM gone)
SELECT a.arrived AS record, b.arrived AS other FROM everybody a, everybody b
WHERE a.workspace_id = :w AND a.record_id = ANY(CAST(:all AS uuid[])) AND b.workspace_id = :w AND b.record_id = ANY(CAST(:all AS uuid[]))
      AND (a.record_id = ANY(CAST(:some AS uuid[]))) <> (b.record_id = ANY(CAST(:some AS uuid[])))
"""
"""Each of some records with each of the others, from both sides; also of those that are withdrawn and may come back."""
ANSWERED = """
WITH last AS (
    SELECT DISTINCT ON (record, other) record, other, same FROM decided WHERE workspace_id = :w ORDER BY record, other, place DESC),
answers AS (SELECT record, other FROM last WHERE NOT same
            UNION ALL SELECT record, other FROM postponed WHERE workspace_id = :w AND until > :now)
SELECT a.person_id, b.person_id FROM answers JOIN records a ON a.arrived = answers.record JOIN records b ON b.arrived = answers.other
WHERE a.person_id IS NOT NULL AND b.person_id IS NOT NULL
"""
"""Persons of whom some record was decided last to be somebody else than a record of the other's, or is to be asked about later."""
OPEN = f"""
FROM links JOIN records a ON a.arrived = links.record JOIN records b ON b.arrived = links.other
WHERE links.workspace_id = :w AND apart AND links.record < links.other AND (a.person_id, b.person_id) NOT IN ({ANSWERED})
"""
"""Links whose two are two persons, and about whom nobody has decided. Those that somebody has are few: they are looked up once."""


def keep(connection: Connection, workspace_id: UUID, judgement_id: UUID, pairs: Mapping[RecordPair, bool]) -> None:
    """Of two decisions on one pair, the later holds."""
    if pairs:
        run(
            connection,
            """INSERT INTO decided (workspace_id, record, other, same, judgement_id)
               SELECT :w, a.arrived, b.arrived, same, :j
               FROM json_to_recordset(:pairs) AS new (one uuid, other uuid, same boolean)
                    JOIN records a ON a.workspace_id = :w AND a.record_id = new.one
                    JOIN records b ON b.workspace_id = :w AND b.record_id = new.other""",
            w=workspace_id, j=judgement_id,
            pairs=as_json(
                {"one": one, "other": other, "same": same} for pair, same in pairs.items() for one, other in (pair, pair[::-1])
            ),
        )  # fmt: skip


def note(connection: Connection, workspace_id: UUID, judgement_id: UUID, by: str, at: datetime) -> None:
    """In the list of all that was decided."""
    run(
        connection,
        "INSERT INTO judgements (workspace_id, judgement_id, by, at) VALUES (:w, :j, :by, :at)",
        w=workspace_id, j=judgement_id, by=by, at=at,
    )  # fmt: skip


def latest(connection: Connection, workspace_id: UUID, most: int, before: int | None) -> Sequence[Any]:
    """What was decided, the last first, after that place in the list: place, by whom, when, and the judgement as JSON."""
    return rows(
        connection,
        """SELECT place, judgements.by, at, state::text AS state
           FROM judgements JOIN streams ON streams.workspace_id = :w AND stream = 'judgement:' || judgement_id
           WHERE judgements.workspace_id = :w AND (:before IS NULL OR place < CAST(:before AS bigint))
           ORDER BY place DESC LIMIT :most""",
        w=workspace_id, before=before, most=most,
    )  # fmt: skip


def withdraw(connection: Connection, workspace_id: UUID, judgement_id: UUID) -> None:
    run(connection, "DELETE FROM decided WHERE workspace_id = :w AND judgement_id = :j", w=workspace_id, j=judgement_id)


def postpone(connection: Connection, workspace_id: UUID, some: tuple[UUID, ...], others: tuple[UUID, ...], until: datetime) -> None:
    """The question whether these two parts are one: of all pairs, as the next link between the two would ask the same."""
    run(
        connection,
        f"""INSERT INTO postponed (workspace_id, record, other, until) SELECT :w, record, other, :until FROM ({PAIRS}) AS pairs
            ON CONFLICT (record, other) DO UPDATE SET until = EXCLUDED.until""",  # noqa: S608 - made of constants
        w=workspace_id, some=list(some), all=[*some, *others], until=until,
    )  # fmt: skip


def ask_again(connection: Connection, workspace_id: UUID, some: tuple[UUID, ...], others: tuple[UUID, ...]) -> None:
    """What was put off is a question again."""
    run(
        connection,
        f"DELETE FROM postponed USING ({PAIRS}) AS pairs WHERE postponed.record = pairs.record AND postponed.other = pairs.other",  # noqa: S608
        w=workspace_id, some=list(some), all=[*some, *others],
    )  # fmt: skip


def possible(connection: Connection, workspace_id: UUID, now: datetime, most: int, below: tuple[float, int, int] | None) -> list[Any]:
    """Links whose two are two persons and of whom nobody has decided, the likeliest first, after that one: bits, record, other, and the
    two persons.
    """
    bits, record, other = below or (float("inf"), 0, 0)
    return list(
        rows(
            connection,
            """SELECT links.bits, links.record, links.other, a.person_id AS one_person, b.person_id AS other_person
               """
            + OPEN
            + """AND (links.bits, links.record, links.other) < (:bits, :record, :other)
               ORDER BY links.bits DESC, links.record DESC, links.other DESC LIMIT :most""",
            w=workspace_id, now=now, most=most, bits=bits, record=record, other=other,
        )
    )  # fmt: skip


def how_many_possible(connection: Connection, workspace_id: UUID, now: datetime) -> int:
    """Pairs of persons about whom `possible` has links."""
    [row] = rows(
        connection,
        "SELECT count(DISTINCT (least(a.person_id, b.person_id), greatest(a.person_id, b.person_id))) AS questions " + OPEN,
        w=workspace_id, now=now,
    )  # fmt: skip
    return int(row.questions)
