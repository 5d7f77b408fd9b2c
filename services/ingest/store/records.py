"""What imports say of each record: how ingest knows that a row says nothing new, and what is left when an import is undone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from services.ingest.domain.sayings import Saying
from services.kit.database import as_json, rows, run

SOURCE_LOCK = 7_105_101


def lock_source(connection: Connection, source_id: UUID) -> None:
    """Until the end of the transaction. What is published of a source, and what is stored as published, are in one order."""
    run(connection, "SELECT pg_advisory_xact_lock(:lock, hashtext(:source))", lock=SOURCE_LOCK, source=str(source_id))


def last_said(connection: Connection, workspace_id: UUID, record_ids: Iterable[UUID]) -> dict[UUID, Saying]:
    found = rows(
        connection,
        """SELECT record_id, import_id, line, digest, dated FROM records
           WHERE workspace_id = :w AND record_id IN (SELECT record_id FROM json_to_recordset(:ids) AS wanted (record_id uuid))""",
        w=workspace_id, ids=as_json({"record_id": record_id} for record_id in record_ids),
    )  # fmt: skip
    return {row.record_id: Saying(row.import_id, row.line, row.digest, row.dated) for row in found}


def say(
    connection: Connection,
    workspace_id: UUID,
    source_id: UUID,
    now: Mapping[UUID, Saying],
    before: Sequence[tuple[UUID, Saying]] = (),
) -> None:
    """Store what one import says last of each record, and what was said before that, in its order."""
    run(
        connection,
        """INSERT INTO records (workspace_id, record_id, source_id, digest, import_id, line, dated)
           SELECT :w, record_id, :s, digest, :i, line, dated
           FROM json_to_recordset(:now) AS new (record_id uuid, digest text, line bigint, dated boolean)
           ON CONFLICT (workspace_id, record_id) DO UPDATE
           SET digest = EXCLUDED.digest, import_id = EXCLUDED.import_id, line = EXCLUDED.line, dated = EXCLUDED.dated""",
        w=workspace_id, s=source_id, i=next(iter(now.values())).import_id,
        # Each part by its name: every row of an import comes here, and `_asdict` takes twice as long.
        now=as_json(
            {"record_id": record_id, "digest": digest, "line": line, "dated": dated} for record_id, (_, line, digest, dated) in now.items()
        ),
    )  # fmt: skip
    if before:
        run(
            connection,
            """INSERT INTO earlier (workspace_id, record_id, import_id, line, digest, dated)
               SELECT :w, record_id, import_id, line, digest, dated
               FROM json_to_recordset(:before) AS new (record_id uuid, import_id uuid, line bigint, digest text, dated boolean)""",
            w=workspace_id, before=as_json({"record_id": record_id, **each._asdict()} for record_id, each in before),
        )  # fmt: skip


def spoken_of(connection: Connection, workspace_id: UUID, import_id: UUID, most: int) -> list[UUID]:
    """Some of the records that an import says something of, at most so many; none only when there are none."""
    found = rows(
        connection,
        """(SELECT record_id FROM records WHERE workspace_id = :w AND import_id = :i ORDER BY line LIMIT :most)
           UNION
           (SELECT record_id FROM earlier WHERE workspace_id = :w AND import_id = :i ORDER BY place LIMIT :most)
           LIMIT :most""",
        w=workspace_id, i=import_id, most=most,
    )  # fmt: skip
    return [row.record_id for row in found]


def sayings_of(connection: Connection, workspace_id: UUID, record_ids: Iterable[UUID]) -> dict[UUID, list[Saying]]:
    """All that is said of these records, in its order."""
    found = rows(
        connection,
        """WITH wanted AS MATERIALIZED (SELECT record_id FROM json_to_recordset(:ids) AS wanted (record_id uuid))
           SELECT record_id, import_id, line, digest, dated, place
           FROM earlier JOIN wanted USING (record_id) WHERE workspace_id = :w
           UNION ALL
           SELECT record_id, import_id, line, digest, dated, NULL FROM records JOIN wanted USING (record_id) WHERE workspace_id = :w
           ORDER BY record_id, place NULLS LAST""",
        w=workspace_id, ids=as_json({"record_id": record_id} for record_id in record_ids),
    )  # fmt: skip
    sayings: dict[UUID, list[Saying]] = {}
    for row in found:
        sayings.setdefault(row.record_id, []).append(Saying(row.import_id, row.line, row.digest, row.dated))
    return sayings


def unsay(connection: Connection, workspace_id: UUID, import_id: UUID, record_ids: Collection[UUID]) -> None:
    """Forget what an import says of these records: the last that another says of each is then the last that is said."""
    run(
        connection,
        """WITH wanted AS MATERIALIZED (SELECT record_id FROM json_to_recordset(:ids) AS wanted (record_id uuid))
           DELETE FROM earlier USING wanted
           WHERE workspace_id = :w AND earlier.record_id = wanted.record_id AND import_id = :i""",
        w=workspace_id, i=import_id, ids=as_json({"record_id": record_id} for record_id in record_ids),
    )  # fmt: skip
    run(
        connection,
        """WITH mine AS MATERIALIZED (
               SELECT record_id FROM json_to_recordset(:ids) AS wanted (record_id uuid) JOIN records USING (record_id)
               WHERE workspace_id = :w AND import_id = :i),
           risen AS (
               DELETE FROM earlier USING (
                   SELECT record_id, max(place) AS place FROM earlier JOIN mine USING (record_id) WHERE workspace_id = :w GROUP BY record_id
               ) AS top WHERE earlier.workspace_id = :w AND earlier.record_id = top.record_id AND earlier.place = top.place
               RETURNING earlier.record_id, import_id, line, digest, dated),
           gone AS (
               DELETE FROM records USING mine WHERE records.workspace_id = :w AND records.record_id = mine.record_id
                   AND NOT EXISTS (SELECT FROM risen WHERE risen.record_id = mine.record_id))
           UPDATE records SET import_id = risen.import_id, line = risen.line, digest = risen.digest, dated = risen.dated
           FROM risen WHERE records.workspace_id = :w AND records.record_id = risen.record_id""",
        w=workspace_id, i=import_id, ids=as_json({"record_id": record_id} for record_id in record_ids),
    )  # fmt: skip
