"""What was last published of each record: how ingest knows that a row says nothing new."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import as_json, rows, run

SOURCE_LOCK = 7_105_101


def lock_source(connection: Connection, source_id: UUID) -> None:
    """Until the end of the transaction. What is published of a source, and what is stored as published, are in one order."""
    run(connection, "SELECT pg_advisory_xact_lock(:lock, hashtext(:source))", lock=SOURCE_LOCK, source=str(source_id))


def digests(connection: Connection, workspace_id: UUID, record_ids: Iterable[UUID]) -> dict[UUID, str]:
    found = rows(
        connection,
        """SELECT record_id, digest FROM records
           WHERE workspace_id = :w AND record_id IN (SELECT record_id FROM json_to_recordset(:ids) AS wanted (record_id uuid))""",
        w=workspace_id, ids=as_json({"record_id": record_id} for record_id in record_ids),
    )  # fmt: skip
    return {row.record_id: row.digest for row in found}


def keep_digests(
    connection: Connection, workspace_id: UUID, source_id: UUID, import_id: UUID, kept: Mapping[UUID, tuple[str, int]]
) -> None:
    """`kept`: record → its digest and its line in the import."""
    run(
        connection,
        """INSERT INTO records (workspace_id, record_id, source_id, digest, import_id, line)
           SELECT :w, record_id, :s, digest, :i, line
           FROM json_to_recordset(:kept) AS new (record_id uuid, digest text, line bigint)
           ON CONFLICT (workspace_id, record_id) DO UPDATE
           SET digest = EXCLUDED.digest, import_id = EXCLUDED.import_id, line = EXCLUDED.line""",
        w=workspace_id, s=source_id, i=import_id,
        kept=as_json({"record_id": record_id, "digest": digest, "line": line} for record_id, (digest, line) in kept.items()),
    )  # fmt: skip
