"""Lists and who stands on them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import as_json, rows, run
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


FOLLOW = """
INSERT INTO list_members (workspace_id, list_id, contact_id)
SELECT DISTINCT member.workspace_id, member.list_id, contacts.contact_id
FROM json_to_recordset(:pairs) AS pair (workspace_id uuid, contact_id uuid, into_id uuid)
     JOIN list_members member USING (workspace_id, contact_id)
     JOIN contacts ON contacts.workspace_id = member.workspace_id AND contacts.contact_id = into_id
ON CONFLICT DO NOTHING RETURNING workspace_id, list_id, contact_id
"""


def follow(connection: Connection, pairs: Iterable[tuple[UUID, UUID, UUID]]) -> dict[tuple[UUID, UUID], list[UUID]]:
    """Of (workspace, contact, the one it is merged into): put the latter on the lists of the former; returns who is new on which."""
    wanted = as_json({"workspace_id": w, "contact_id": gone, "into_id": into} for w, gone, into in pairs)
    added = defaultdict(list)
    for row in rows(connection, FOLLOW, pairs=wanted):
        added[row.workspace_id, row.list_id].append(row.contact_id)
    return added


def lists(connection: Connection, workspace_id: UUID, after: tuple[str, UUID] | None, most: int, *, proposals: bool) -> Sequence[Any]:
    """Lists by name, each with the number of those contacts on it that `reading.page` shows."""
    name, key = after or ("", workspace_id)
    return rows(
        connection,
        """SELECT list_id, name, origin, made_at,
                  (SELECT count(*) FROM list_members JOIN contacts USING (workspace_id, contact_id)
                   WHERE workspace_id = :workspace AND list_members.list_id = lists.list_id
                         AND state NOT IN ('merged', 'withdrawn') AND (published OR :proposals)) AS contacts
           FROM lists WHERE workspace_id = :workspace AND (:first OR (lower(name), list_id) > (:name, CAST(:key AS uuid)))
           ORDER BY lower(name), list_id LIMIT :most""",
        workspace=workspace_id,
        first=after is None,
        name=name,
        key=str(key),
        most=most,
        proposals=proposals,
    )
