"""A person: what their events fold to, and what a group of records means for the persons there were.

A person is named after the record of theirs that arrived first (`ids.person_id_of`). So a merge is survived by the older
person, whose contacts and recipients have the longer history; a person keeps their id whatever joins them; and where a corrected
record splits a group, the part with the first record goes on and the other takes the name of its own first record, which brings
back the person it was before a merge, if it was one. Groups and golden fields do not depend on the order of arrival; ids do, and
only on that: not on the size of batches.
"""

import hashlib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from schemas.dedupe import PersonFormed, PersonMergedAway, PersonRevised, PersonSplitOff, PersonWithdrawn
from schemas.details import PersonDetails
from schemas.provenance import Provenance

PersonEvent = PersonFormed | PersonRevised | PersonMergedAway | PersonSplitOff | PersonWithdrawn

NOTHING = PersonDetails()
NOWHERE = Provenance()


@dataclass(frozen=True)
class Person:
    person_id: UUID
    record_ids: tuple[UUID, ...] = ()
    company_id: UUID | None = None
    details: PersonDetails = NOTHING
    merged_into: UUID | None = None
    origins: str = ""
    """Digest of where the fields were last said to be from."""
    withdrawn: bool = False
    """No record is left of them."""


class Found(msgspec.Struct, frozen=True):
    """What the records say now: a group, its golden fields and its company."""

    person_id: UUID
    record_ids: tuple[UUID, ...]
    company_id: UUID | None
    details: PersonDetails
    provenance: Provenance = NOWHERE


def digest(provenance: Provenance) -> str:
    return hashlib.blake2b(provenance.model_dump_json().encode(), digest_size=8).hexdigest()


def evolve(person: Person | None, event: PersonEvent) -> Person:
    person = person or Person(event.person_id)
    match event:
        case PersonFormed() | PersonRevised():
            return Person(event.person_id, event.record_ids, event.company_id, event.details, origins=digest(event.provenance))
        case PersonMergedAway():
            return replace(person, merged_into=event.into)
        case PersonSplitOff():
            return replace(person, merged_into=None, record_ids=event.record_ids)
        case PersonWithdrawn():
            return Person(event.person_id, withdrawn=True)


def settle(person: Person | None, found: Found, before: UUID | None) -> list[PersonEvent]:
    """What there is to tell of the person whom these records are. `before`: whose they were, if they were another's."""
    if person is None or person.withdrawn:
        return [PersonFormed(**facts(found))]
    told: list[PersonEvent] = []
    if person.merged_into is not None:
        told.append(PersonSplitOff(person_id=found.person_id, from_person=before or person.merged_into, record_ids=found.record_ids))
    said = (person.record_ids, person.company_id, person.details, person.origins)
    if told or said != (found.record_ids, found.company_id, found.details, digest(found.provenance)):
        told.append(PersonRevised(**facts(found)))
    return told


def rechosen(person: Person, found: Found) -> list[PersonEvent]:
    """What there is to tell of a living person whose fields were chosen by other rules: only what has changed by them."""
    if person.merged_into is not None or (person.company_id, person.details) == (found.company_id, found.details):
        return []
    return [PersonRevised(**facts(found))]


def facts(found: Found) -> dict[str, object]:
    return {
        "person_id": found.person_id,
        "record_ids": found.record_ids,
        "company_id": found.company_id,
        "details": found.details,
        "provenance": found.provenance,
    }


def merge_away(person: Person, into: UUID, why: str) -> list[PersonEvent]:
    """What there is to tell of a person none of whose records are theirs any more."""
    if person.merged_into == into:
        return []
    return [PersonMergedAway(person_id=person.person_id, into=into, record_ids=person.record_ids, why=why)]


def withdraw(person: Person) -> list[PersonEvent]:
    """What there is to tell of a person of whom no record is left."""
    return [] if person.withdrawn else [PersonWithdrawn(person_id=person.person_id)]


def taken_in(history: Iterable[AbstractSet[UUID]], records: AbstractSet[UUID]) -> tuple[AbstractSet[UUID], AbstractSet[UUID]]:
    """What a person had before it took in the first of these records, and what it had then. `history`: its records after each event."""
    before: AbstractSet[UUID] = frozenset()
    then: AbstractSet[UUID] = frozenset()
    for each in history:
        if records.isdisjoint(each):
            before, then = each, frozenset()
        elif not then:
            then = each
    return before, then
