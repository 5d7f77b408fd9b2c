"""Lists and who stands on them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import rows, run
from services.publish.store.golden import texts


def keep_list(connection: Connection, workspace_id: UUID, list_id: UUID, name: str, *, origin: str, now: datetime) -> bool:
    """False where the workspace has a list of that name."""
    return bool(
        run(
            connection,
            """INSERT INTO lists (workspace_id, list_id, name, origin, made_at) VALUES (:workspace, :list, :name, :origin, :now)
               ON CONFLICT DO NOTHING""",
            workspace=workspace_id,
            list=list_id,
            name=name,
            origin=origin,
            now=now,
        )
    )


def add_members(connection: Connection, workspace_id: UUID, list_id: UUID, contact_ids: Iterable[UUID]) -> list[UUID]:
    """Put these contacts on the list; returns those that were not on it."""
    found = rows(
        connection,
        """INSERT INTO list_members (workspace_id, list_id, contact_id)
           SELECT :workspace, :list, contact_id FROM unnest(CAST(:ids AS uuid[])) AS contact_id
           ON CONFLICT DO NOTHING RETURNING contact_id""",
        workspace=workspace_id,
        list=list_id,
        ids=texts(contact_ids),
    )
    return [row.contact_id for row in found]


def lists(connection: Connection, workspace_id: UUID, after: tuple[str, UUID] | None, most: int) -> Sequence[Any]:
    """Lists with the numbers of their contacts, by name."""
    name, key = after or ("", workspace_id)
    return rows(
        connection,
        """SELECT list_id, name, origin, made_at,
                  (SELECT count(*) FROM list_members m WHERE m.workspace_id = :workspace AND m.list_id = lists.list_id) AS contacts
           FROM lists WHERE workspace_id = :workspace AND (:first OR (lower(name), list_id) > (:name, CAST(:key AS uuid)))
           ORDER BY lower(name), list_id LIMIT :most""",
        workspace=workspace_id,
        first=after is None,
        name=name,
        key=str(key),
        most=most,
    )
