"""To find persons by what people know of them: an id, an e-mail address, a LinkedIn profile, a full name."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection

from services.dedupe import index, store
from services.dedupe.domain import addresses
from services.dedupe.domain.ids import person_id_of
from services.dedupe.domain.linkage.blocking import keys_of
from services.dedupe.domain.linkage.traits import traits_of
from services.dedupe.domain.person import Person
from services.dedupe.domain.record import NormalRecord
from services.dedupe.judging import digest_of
from services.dedupe.kinds import PERSON
from services.kit.errors import Invalid

MOST = 20
KINDS = ("mailbox:", "profile:", "name:")
"""Of the keys that records are found by; the others stand for people who are merely alike."""
NOBODY = NormalRecord(UUID(int=0), "", "", UUID(int=0), 0, datetime.fromtimestamp(0, UTC))


def persons_of(connection: Connection, workspace_id: UUID, words: str) -> list[UUID]:
    """At most `MOST`, the oldest first. Raises Invalid for words by which nobody can be found."""
    if named := as_id(words):
        return by_id(connection, workspace_id, named)
    keys = [digest_of(workspace_id, key) for key in keys_of(traits_of(described(words))) if key.startswith(KINDS)]
    if not keys:
        raise Invalid("search for an e-mail address, a LinkedIn profile, a first and a last name, or an id")
    records = store.numbered(connection, index.having(connection, keys, 10 * MOST))
    found = (each.person_id for _, each in sorted(records.items()) if each.workspace_id == workspace_id and each.person_id)
    return list(dict.fromkeys(found))[:MOST]


def by_id(connection: Connection, workspace_id: UUID, named: UUID) -> list[UUID]:
    """Of a person, or of a record's person."""
    if store.state_of(connection, workspace_id, PERSON, named):
        return [named]
    return [each.person_id for each in store.find(connection, [(workspace_id, named)]).values() if each.person_id]


def merged_into(connection: Connection, workspace_id: UUID, person_id: UUID, record_ids: Iterable[UUID]) -> list[Person]:
    """Those whose records are this person's now, in no order that says anything: persons are named after their first records."""
    were = store.states_of(connection, workspace_id, PERSON, {person_id_of(record_id) for record_id in record_ids} - {person_id})
    return sorted((each for each in were if each.merged_into), key=lambda each: each.person_id)


def described(words: str) -> NormalRecord:
    """A record that says of a person what these words do."""
    if email := addresses.email(words):
        return replace(NOBODY, emails=(email,))
    if slug := addresses.profile(words):
        return replace(NOBODY, linkedin=slug)
    given, _, family = words.strip().rpartition(" ")
    return replace(NOBODY, given_name=given, family_name=family) if given else NOBODY


def as_id(words: str) -> UUID | None:
    try:
        return UUID(words.strip())
    except ValueError:
        return None
