"""The contacts of all workspaces as they are shown: written by who decides, in the transaction of the events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from schemas.details import PersonDetails, Reach
from services.kit.database import as_json, rows, run
from services.publish.domain.contacts import Shown, Sight, State
from services.publish.domain.segments import Match
from services.publish.store.golden import raw, texts


@dataclass(frozen=True, slots=True)
class Row:
    """A contact as it stands in the table."""

    workspace_id: UUID
    contact_id: UUID
    person_id: UUID
    state: State
    shown: Shown
    match: Match
    marks: tuple[str, ...]
    merged_into: UUID | None
    withdrawn: bool
    published: bool
    """It was at some time: the workspace's people have seen it."""


CONTACTS_OF = """
SELECT workspace_id, contact_id, person_id, company_id, state, segment_ids, reasons, details::text AS details, email, verified, social,
       marks, merged_into, withdrawn, published
FROM contacts WHERE person_id = ANY(CAST(:ids AS uuid[])) AND (:only IS NULL OR workspace_id = CAST(:only AS uuid))
"""
CONTACTS = """
SELECT workspace_id, contact_id, person_id, company_id, state, segment_ids, reasons, details::text AS details, email, verified, social,
       marks, merged_into, withdrawn, published
FROM json_to_recordset(:keys) AS wanted (workspace_id uuid, contact_id uuid) JOIN contacts USING (workspace_id, contact_id)
"""


def row_of(row: Any) -> Row:
    details = PersonDetails.model_validate_json(row.details)
    return Row(
        row.workspace_id,
        row.contact_id,
        row.person_id,
        State(row.state),
        Shown(row.company_id, details, Reach(email=row.email, verified=row.verified, social=row.social)),
        Match(tuple(row.segment_ids), tuple(row.reasons)),
        tuple(row.marks),
        row.merged_into,
        row.withdrawn,
        row.published,
    )


def contacts_of(connection: Connection, person_ids: Iterable[UUID], only: UUID | None = None) -> list[Row]:
    """The contacts of these persons, in one workspace or in all."""
    found = rows(connection, CONTACTS_OF, ids=texts(person_ids), only=only and str(only))
    return [row_of(row) for row in found]


def contacts(connection: Connection, homes: Mapping[UUID, UUID]) -> dict[UUID, Row]:
    """The contacts of these ids (each with its workspace) that are known."""
    keys = as_json({"workspace_id": workspace_id, "contact_id": key} for key, workspace_id in homes.items())
    found = rows(connection, CONTACTS, keys=keys)
    return {row.contact_id: row_of(row) for row in found}


SHOW = """
INSERT INTO contacts (workspace_id, contact_id, person_id, company_id, origin, state, segment_ids, reasons, details,
                      email, verified, social, name, search, marks, changed_at)
SELECT workspace_id, contact_id, person_id, company_id, origin, 'proposed', segment_ids, reasons, details,
       email, verified, social, name, search, marks, :now
FROM json_to_recordset(:contacts) AS new (
    workspace_id uuid, contact_id uuid, person_id uuid, company_id uuid, origin text, segment_ids uuid[], reasons text[],
    details jsonb, email boolean, verified boolean, social boolean, name text, search text, marks text[])
ON CONFLICT (workspace_id, contact_id) DO UPDATE SET
    company_id = EXCLUDED.company_id, segment_ids = EXCLUDED.segment_ids, reasons = EXCLUDED.reasons, details = EXCLUDED.details,
    email = EXCLUDED.email, verified = EXCLUDED.verified, social = EXCLUDED.social, name = EXCLUDED.name,
    search = EXCLUDED.search, marks = EXCLUDED.marks, changed_at = EXCLUDED.changed_at, withdrawn = false
"""


def show(connection: Connection, seen: Iterable[tuple[UUID, Sight, tuple[str, ...]]], now: datetime) -> None:
    """Write what these contacts show: workspace, sight, and the digests of its marks. States are moved by `move`."""
    new = as_json(shown_row(*each) for each in seen)
    run(connection, SHOW, contacts=new, now=now)


def shown_row(workspace_id: UUID, sight: Sight, marks: tuple[str, ...]) -> dict[str, Any]:
    details = sight.details
    searched = (details.full_name, details.email, details.title, details.company_name)
    return {
        "workspace_id": workspace_id,
        "contact_id": sight.contact_id,
        "person_id": sight.person_id,
        "company_id": sight.company_id,
        "origin": sight.origin,
        "segment_ids": sight.segment_ids,
        "reasons": sight.reasons,
        "details": raw(details),
        "email": sight.reach.email,
        "verified": sight.reach.verified,
        "social": sight.reach.social,
        "name": name_key(details),
        "search": " ".join(filter(None, searched)).casefold(),
        "marks": marks,
    }


def name_key(details: PersonDetails) -> str:
    """By what contacts are sorted: the family name first."""
    known = (details.family_name, details.given_name) if details.family_name else (details.full_name,)
    return " ".join(filter(None, known)).casefold()


@dataclass(frozen=True, slots=True)
class Move:
    """A contact's new state."""

    workspace_id: UUID
    contact_id: UUID
    state: State
    why: str | None = None
    merged_into: UUID | None = None
    published: bool = False
    """Whether it was published on the way."""


MOVE = """
UPDATE contacts SET state = new.state, why = new.why, merged_into = new.merged_into, changed_at = :now,
                    published = contacts.published OR new.published
FROM json_to_recordset(:moves)
    AS new (workspace_id uuid, contact_id uuid, state text, why text, merged_into uuid, published boolean)
WHERE contacts.workspace_id = new.workspace_id AND contacts.contact_id = new.contact_id
"""


def move(connection: Connection, moves: Iterable[Move], now: datetime) -> None:
    new = as_json(
        {
            "workspace_id": each.workspace_id,
            "contact_id": each.contact_id,
            "state": each.state,
            "why": each.why,
            "merged_into": each.merged_into,
            "published": each.published,
        }
        for each in moves
    )
    run(connection, MOVE, now=now, moves=new)


def score(connection: Connection, scores: Mapping[tuple[UUID, UUID], int]) -> None:
    """Write the scores of contacts, by workspace and contact."""
    run(
        connection,
        """UPDATE contacts SET score = new.score
           FROM json_to_recordset(:scores) AS new (workspace_id uuid, contact_id uuid, score int)
           WHERE contacts.workspace_id = new.workspace_id AND contacts.contact_id = new.contact_id""",
        scores=as_json({"workspace_id": w, "contact_id": c, "score": value} for (w, c), value in scores.items()),
    )


WITHDRAW = """
UPDATE contacts SET withdrawn = true, changed_at = :now FROM json_to_recordset(:keys) AS gone (workspace_id uuid, contact_id uuid)
WHERE contacts.workspace_id = gone.workspace_id AND contacts.contact_id = gone.contact_id
"""
EMPTY = """
UPDATE contacts SET company_id = NULL, segment_ids = '{}', reasons = '{}', details = '{}', email = false, verified = false, social = false,
                    name = '', search = '', marks = '{}'
FROM json_to_recordset(:keys) AS gone (workspace_id uuid, contact_id uuid)
WHERE contacts.workspace_id = gone.workspace_id AND contacts.contact_id = gone.contact_id AND state = 'withdrawn'
"""


def withdraw(connection: Connection, gone: Iterable[tuple[UUID, UUID]], now: datetime) -> None:
    """No source stands behind these contacts; what they showed is kept of those alone whose state is not `withdrawn`."""
    keys = as_json({"workspace_id": workspace_id, "contact_id": contact_id} for workspace_id, contact_id in gone)
    run(connection, WITHDRAW, keys=keys, now=now)
    run(connection, EMPTY, keys=keys)
