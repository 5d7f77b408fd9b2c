"""What is asked about persons: who may be one, why two are or are not, and how it would be if somebody decided."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from schemas.details import PersonDetails
from services.dedupe import decisions, index, store
from services.dedupe.choosing import choosing_for, groups_of, in_order
from services.dedupe.domain.judgement import Judgement
from services.dedupe.domain.linkage.comparing import compare as compared
from services.dedupe.domain.linkage.explaining import Turn, turns
from services.dedupe.domain.linkage.model import Evidence
from services.dedupe.domain.linkage.resolving import LINK
from services.dedupe.domain.names import Name
from services.dedupe.judging import Judge
from services.dedupe.kinds import JUDGEMENT
from services.dedupe.models import Judges
from services.dedupe.store import Stored
from services.kit.errors import NotFound
from services.kit.events import Told, Work

MOST_RECORDS = 50
"""Of a person that are compared one by one for an answer."""
AS_LIKELY, MILLION = 1.5, 1e6
"""Odds to 1."""
Place = tuple[float, int, int]
"""Where an answer stands in the list: bits, and the numbers of its two records."""


@dataclass(frozen=True)
class Answer:
    """The two records of two persons that are most alike, and what speaks for and against."""

    place: Place
    persons: tuple[UUID | None, UUID | None]
    records: tuple[UUID, UUID]
    waterfall: Sequence[Evidence]
    turns: Sequence[Turn]
    decided: bool | None
    """What somebody decided: True for one person, False for two, None for nothing."""
    listed: Place | None = None
    """Where it stands in the list of questions; the link's bits are of the time when it was made."""

    @property
    def bits(self) -> float:
        return self.place[0]

    @property
    def why(self) -> str:
        """In a sentence."""
        one = self.persons[0] == self.persons[1]
        if self.decided is not None and self.decided == one:
            return f"Somebody decided that these are {'one person' if one else 'two persons'}."
        likely = odds(self.bits)
        if one and self.bits < LINK:
            return f"These two records alone say it is {likely}; other records of the person link them."
        if not one and self.bits >= LINK:
            return f"These two records say it is {likely}, but all records of the two persons together do not agree."
        return f"It is {likely}. From {2**LINK:.1f} to 1 on, records are taken for one person."


def odds(bits: float) -> str:
    """In words."""
    what, times = "one person" if bits > 0 else "two persons", 2 ** min(abs(bits), 40)
    if times < AS_LIKELY:
        return "as likely as not"
    return f"{f'{times:,.0f}' if times < MILLION else 'more than a million'} to 1 that they are {what}"


def open_ones(
    connection: Connection, judge: Judge, workspace_id: UUID, now: datetime, *, most: int, after: tuple[float, int, int] | None
) -> list[Answer]:
    """Of each two persons, the strongest of the links between them."""
    found, seen = list[Place](), set[frozenset[UUID]]()
    while len(found) < most:
        links = decisions.possible(connection, workspace_id, now, 2 * most, after)
        for link in links:
            persons = frozenset({link.one_person, link.other_person})
            if persons not in seen and len(found) < most:
                seen.add(persons)
                found.append((link.bits, link.record, link.other))
        if len(links) < 2 * most:
            break
        after = (links[-1].bits, links[-1].record, links[-1].other)
    about = About(connection, judge, workspace_id, store.numbered(connection, {number for _, *pair in found for number in pair}))
    return [replace(about.answer(one, other), listed=(bits, one, other)) for bits, one, other in found]


def compare(connection: Connection, judges: Judges, workspace_id: UUID, one: UUID, other: UUID) -> Answer:
    """`one` and `other` are persons or records. Raises NotFound."""
    judge = judges.current(connection)
    some, others = (meant(connection, workspace_id, each) for each in (one, other))
    pairs = [(a.arrived, b.arrived) for a in some for b in others if a.arrived != b.arrived]
    if not pairs:
        raise NotFound("it takes two different records")
    about = About(connection, judge, workspace_id, {each.arrived: each for each in (*some, *others)})
    return about.answer(*max(pairs, key=lambda pair: judge.score(about.traits[pair[0]], about.traits[pair[1]])))


def meant(connection: Connection, workspace_id: UUID, which: UUID) -> list[Stored]:
    found = store.of_persons(connection, {(workspace_id, which)}) or store.find(connection, [(workspace_id, which)])
    if not found:
        raise NotFound(f"there is no person or record {which} here")
    return in_order(found.values())[:MOST_RECORDS]


class About:
    """Some records that are asked about, and what is known of all of them, looked up once."""

    def __init__(self, connection: Connection, judge: Judge, workspace_id: UUID, records: Mapping[int, Stored]) -> None:
        people = store.count_people(connection, workspace_id)
        self.traits = judge.traits(connection, {number: judge.describe(each) for number, each in records.items()})
        self._records, self._model, self._shift = records, judge.knowledge.model, judge.knowledge.shift(people)
        self._same, self._apart = index.decided_of(connection, records)

    def answer(self, one: int, other: int) -> Answer:
        """Of two of them, by their numbers."""
        mine, theirs = self.traits[one], self.traits[other]
        waterfall = self._model.explain(mine, theirs, compared(mine, theirs))
        waterfall[0] = waterfall[0]._replace(bits=waterfall[0].bits + self._shift)
        pair = (min(one, other), max(one, other))
        return Answer(
            place=(sum(bar.bits for bar in waterfall), *pair),
            persons=(self._records[one].person_id, self._records[other].person_id),
            records=(self._records[one].record_id, self._records[other].record_id),
            waterfall=waterfall,
            turns=turns(self._model, mine, theirs, LINK - self._shift),
            decided=True if pair in self._same else False if pair in self._apart else None,
        )


def judgement(connection: Connection, workspace_id: UUID, judgement_id: UUID) -> Judgement:
    found = store.state_of(connection, workspace_id, JUDGEMENT, judgement_id)
    if found is None:
        raise NotFound(f"there is no judgement {judgement_id} here")
    return found


@dataclass(frozen=True)
class Decision:
    """A judgement in the list of all, with the names of whom it was about, as their records have them."""

    judgement: Judgement
    by: str
    """`user:ID` or `key:ID`."""
    at: datetime
    names: tuple[str | None, str | None]
    """Of the first record of either part."""


def decided(connection: Connection, workspace_id: UUID, most: int, before: int | None) -> list[tuple[int, Decision]]:
    """The latest first, each with its place in the list."""
    found = [(row, JUDGEMENT.stored.validate_json(row.state)) for row in decisions.latest(connection, workspace_id, most, before)]
    firsts = {(workspace_id, part[0]) for _, each in found for part in (each.some, each.others)}
    records = store.find(connection, firsts)

    def name(record_id: UUID) -> str | None:
        if record_id not in records:
            return None
        record = records[record_id].record
        return Name(record.given_name, record.family_name).full or next(iter(record.own_emails), None)

    return [(row.place, Decision(each, row.by, row.at, (name(each.some[0]), name(each.others[0])))) for row, each in found]


@dataclass(frozen=True)
class Outcome:
    """A person as the records make it."""

    person_id: UUID
    record_ids: tuple[UUID, ...]
    details: PersonDetails


def records_of(connection: Connection, workspace_id: UUID, persons: Collection[UUID]) -> tuple[UUID, ...]:
    return tuple(store.of_persons(connection, {(workspace_id, person_id) for person_id in persons}))


def outcomes(connection: Connection, workspace_id: UUID, record_ids: Collection[UUID]) -> list[Outcome]:
    """The persons whose these records are, the oldest first."""
    records = store.find(connection, [(workspace_id, record_id) for record_id in record_ids])
    persons = {(workspace_id, each.person_id) for each in records.values() if each.person_id}
    groups = groups_of(store.of_persons(connection, persons).values())
    choosing = choosing_for(connection, groups)
    return [
        Outcome(person_id, tuple(each.record_id for each in group), choosing.golden(person_id, group).details)
        for person_id, group in groups.items()
    ]


def tried(work: Work, act: Callable[[Work], tuple[UUID, list[Told]]], workspace_id: UUID, record_ids: Collection[UUID]) -> list[Outcome]:
    """How it would be. All that is done is undone."""
    with work.connection.begin_nested() as savepoint:
        act(work)
        found = outcomes(work.connection, workspace_id, record_ids)
        savepoint.rollback()
    return found
