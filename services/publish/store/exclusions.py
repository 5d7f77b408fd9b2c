"""Suppressions as the API reads them, in the transaction's workspace."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import rows
from services.publish.domain.suppressions import Source
from services.publish.store.golden import texts
from services.publish.store.suppressions import Standing, standing


def one(connection: Connection, workspace_id: UUID, suppression_id: UUID) -> Standing | None:
    found = rows(
        connection,
        "SELECT * FROM suppressions WHERE workspace_id = :workspace AND suppression_id = :key",
        workspace=workspace_id,
        key=suppression_id,
    )
    return next((standing(row) for row in found), None)


def active_ids(connection: Connection, workspace_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    found = rows(
        connection,
        """SELECT suppression_id FROM suppressions
           WHERE workspace_id = :workspace AND suppression_id = ANY(CAST(:ids AS uuid[])) AND active""",
        workspace=workspace_id,
        ids=texts(ids),
    )
    return {row.suppression_id for row in found}


def count_meant(connection: Connection, workspace_id: UUID, digests: Sequence[str]) -> int:
    """How many contacts not yet excluded have one of these marks."""
    [row] = rows(
        connection,
        """SELECT count(*) AS n FROM contacts WHERE workspace_id = :workspace
           AND state IN ('proposed', 'published', 'approved') AND marks && CAST(:digests AS text[])""",
        workspace=workspace_id,
        digests=list(digests),
    )
    return int(row.n)


def page(
    connection: Connection, workspace_id: UUID, source: Source, after: tuple[datetime, UUID] | None, most: int
) -> list[tuple[Standing, datetime]]:
    """The active ones, the newest first, each with its time."""
    at, key = after or (None, workspace_id)
    found = rows(
        connection,
        """SELECT * FROM suppressions WHERE workspace_id = :workspace AND source = :source AND active
               AND (:first OR (changed_at, suppression_id) < (CAST(:at AS timestamptz), CAST(:key AS uuid)))
           ORDER BY changed_at DESC, suppression_id DESC LIMIT :most""",
        workspace=workspace_id,
        source=source,
        first=after is None,
        at=at,
        key=str(key),
        most=most,
    )
    return [(standing(row), row.changed_at) for row in found]
