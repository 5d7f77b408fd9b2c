"""Contacts as the API reads them, in the transaction's workspace: filtered, by pages, counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import rows
from services.publish.domain.contacts import State
from services.publish.store.golden import texts


@dataclass(frozen=True, slots=True)
class Filter:
    """Which contacts are meant. Without a state, all but those that are none any more: merged away, or withdrawn.

    `proposals`: also what was never published, which is the Provider's to see. `matching`: only what matches a segment now, or is
    the workspace's own.
    """

    state: State | None = None
    segment_id: UUID | None = None
    list_id: UUID | None = None
    text: str | None = None
    proposals: bool = False
    matching: bool = False

    def parameters(self, workspace_id: UUID) -> dict[str, Any]:
        return {
            "workspace": workspace_id,
            "state": self.state,
            "segment": self.segment_id and str(self.segment_id),
            "list": self.list_id and str(self.list_id),
            "text": self.text and f"%{escaped(self.text)}%",
            "proposals": self.proposals,
            "matching": self.matching,
        }


def escaped(text: str) -> str:
    """As a part of a LIKE pattern that means just itself."""
    return text.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


MEANT = """
    FROM contacts WHERE workspace_id = :workspace AND (published OR :proposals)
        AND (state = :state OR (:state IS NULL AND state NOT IN ('merged', 'withdrawn')))
        AND (:segment IS NULL OR CAST(:segment AS uuid) = ANY(segment_ids))
        AND (:list IS NULL OR contact_id IN (
            SELECT contact_id FROM list_members WHERE workspace_id = :workspace AND list_id = CAST(:list AS uuid)))
        AND (:text IS NULL OR search LIKE :text)
        AND (NOT :matching OR origin = 'import' OR segment_ids <> '{}')
"""
SHOWN = """contact_id, person_id, company_id, origin, state, segment_ids, reasons, details, email, verified, social, name, why,
           merged_into, withdrawn, score, changed_at"""


def page(connection: Connection, workspace_id: UUID, which: Filter, after: tuple[str, UUID] | None, most: int) -> Sequence[Any]:
    """By name (family name first)."""
    name, key = after or ("", workspace_id)
    return rows(
        connection,
        f"""SELECT {SHOWN} {MEANT} AND (:first OR (name, contact_id) > (:name, CAST(:key AS uuid)))
            ORDER BY name, contact_id LIMIT :most""",
        first=after is None,
        name=name,
        key=str(key),
        most=most,
        **which.parameters(workspace_id),
    )


def one(connection: Connection, workspace_id: UUID, contact_id: UUID, *, proposals: bool) -> Any | None:
    found = rows(
        connection,
        f"""SELECT {SHOWN} FROM contacts
            WHERE workspace_id = :workspace AND contact_id = :contact AND (published OR :proposals)""",  # noqa: S608 - constants
        workspace=workspace_id,
        contact=contact_id,
        proposals=proposals,
    )
    return next(iter(found), None)


def history(connection: Connection, workspace_id: UUID, contact_id: UUID) -> Sequence[Any]:
    """What has happened to the contact, when and by whom."""
    return rows(
        connection,
        """SELECT type, occurred_at, meta ->> 'actor' AS actor FROM events
           WHERE workspace_id = :workspace AND stream = :stream ORDER BY version""",
        workspace=workspace_id,
        stream=f"contact:{contact_id}",
    )


def ids_after(connection: Connection, workspace_id: UUID, which: Filter, after: UUID | None, most: int) -> list[UUID]:
    """By contact, for work in chunks."""
    found = rows(
        connection,
        f"""SELECT contact_id {MEANT} AND (:after IS NULL OR contact_id > CAST(:after AS uuid))
            ORDER BY contact_id LIMIT :most""",
        after=after and str(after),
        most=most,
        **which.parameters(workspace_id),
    )
    return [row.contact_id for row in found]


def count(connection: Connection, workspace_id: UUID, which: Filter) -> dict[State, int]:
    found = rows(
        connection,
        f"SELECT state, count(*) AS n {MEANT} GROUP BY state",
        **which.parameters(workspace_id),
    )
    return {State(row.state): row.n for row in found}


def states_of(connection: Connection, workspace_id: UUID, ids: Iterable[UUID], *, proposals: bool) -> dict[UUID, State]:
    """The states of those of these contacts that there are, and that may be seen."""
    found = rows(
        connection,
        """SELECT contact_id, state FROM contacts
           WHERE workspace_id = :workspace AND contact_id = ANY(CAST(:ids AS uuid[])) AND (published OR :proposals)""",
        workspace=workspace_id,
        ids=texts(ids),
        proposals=proposals,
    )
    return {row.contact_id: State(row.state) for row in found}
