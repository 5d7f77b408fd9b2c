"""What is asked of dedupe by people: to judge two parts of the records as one person or two, and to take that back."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import Connection

from schemas.dedupe import JudgementWithdrawn, PersonsJudged, Verdict
from services.dedupe import decisions, searching, store
from services.dedupe.choosing import in_order
from services.dedupe.domain import judgement as judgements
from services.dedupe.domain.person import Person, taken_in
from services.dedupe.handlers import settle
from services.dedupe.kinds import JUDGEMENT, PERSON
from services.dedupe.models import Judges
from services.dedupe.store import Stored
from services.kit.errors import Conflict, Invalid, NotFound
from services.kit.events import Told, Work


class Act(Protocol):
    """A way to judge, its own arguments given."""

    def __call__(self, work: Work, judges: Judges, workspace_id: UUID) -> tuple[UUID, list[Told]]: ...


def merge(work: Work, judges: Judges, workspace_id: UUID, persons: tuple[UUID, UUID], note: str | None) -> tuple[UUID, list[Told]]:
    """These two are one from now on; the older lives on."""
    some, others = parts_of(work, workspace_id, persons)
    return judge(work, judges, workspace_id, PersonsJudged(judgement_id=uuid4(), verdict=Verdict.SAME, some=some, others=others, note=note))


def keep_apart(work: Work, judges: Judges, workspace_id: UUID, persons: tuple[UUID, UUID], note: str | None) -> tuple[UUID, list[Told]]:
    """These two are not one, and never will be, however alike they become."""
    some, others = parts_of(work, workspace_id, persons)
    judged = PersonsJudged(judgement_id=uuid4(), verdict=Verdict.DIFFERENT, some=some, others=others, note=note)
    return judge(work, judges, workspace_id, judged)


def put_off(work: Work, judges: Judges, workspace_id: UUID, persons: tuple[UUID, UUID], until: datetime) -> tuple[UUID, list[Told]]:
    some, others = parts_of(work, workspace_id, persons)
    judged = PersonsJudged(judgement_id=uuid4(), verdict=Verdict.LATER, some=some, others=others, until=until)
    return judge(work, judges, workspace_id, judged)


def unmerge(work: Work, judges: Judges, workspace_id: UUID, person_id: UUID, note: str | None) -> tuple[UUID, list[Told]]:
    """A person who was merged away is somebody else after all: their records are theirs again, and what comes goes to the right side.

    That is decided against the records that the other had when it took them in. What has come since, for either, follows its evidence.
    """
    store.lock_scopes(work.connection, [workspace_id])
    gone = work.load(PERSON, [person_id], workspace_id)[person_id]
    if gone is None:
        raise NotFound(f"there is no person {person_id} here")
    into = whose(work.connection, workspace_id, gone)
    if into is None:
        raise Conflict(f"{person_id} was not merged into anybody, or is back already")
    group = store.of_persons(work.connection, {(workspace_id, into)})
    some = group.keys() & set(gone.record_ids)
    others = had(work.connection, workspace_id, into, some) & group.keys() - some
    return judge(work, judges, workspace_id, apart(some, others or group.keys(), note))


def whose(connection: Connection, workspace_id: UUID, gone: Person) -> UUID | None:
    """Who has the records of a person who was merged away: where the first of them is. That need not be whom they were merged into,
    who may have been merged away since.
    """
    records = store.find(connection, [(workspace_id, each) for each in gone.record_ids]) if gone.merged_into else {}
    return next((each.person_id for each in in_order(records.values()) if each.person_id), None)


def had(connection: Connection, workspace_id: UUID, person_id: UUID, some: AbstractSet[UUID]) -> AbstractSet[UUID]:
    """The records that the person had when it took these in, with those of all whom it took in then."""
    before, then = taken_in(store.history_of(connection, workspace_id, person_id), some)
    others = searching.merged_into(connection, workspace_id, person_id, then)
    return (before | {record_id for each in others for record_id in each.record_ids}) & then if before else then


def split(work: Work, judges: Judges, workspace_id: UUID, record_ids: tuple[UUID, ...], note: str | None) -> tuple[UUID, list[Told]]:
    """These records of one person are another's."""
    store.lock_scopes(work.connection, [workspace_id])
    found = {each.person_id for each in known(work, workspace_id, record_ids).values()}
    person_id = found.pop()
    if found or person_id is None:
        raise Invalid("the records to split off must be of one person")
    group = store.of_persons(work.connection, {(workspace_id, person_id)})
    return judge(work, judges, workspace_id, apart(set(record_ids), group.keys(), note, each_is_one=True))


def apart(some: AbstractSet[UUID], others: AbstractSet[UUID], note: str | None, *, each_is_one: bool = False) -> PersonsJudged:
    """That some records of a person are not whose the others of these are."""
    rest = others - some
    if not rest:
        raise Invalid("these are all records of the person: leave at least one")
    return PersonsJudged(
        judgement_id=uuid4(),
        verdict=Verdict.DIFFERENT,
        some=tuple(sorted(some)),
        others=tuple(sorted(rest)),
        each_is_one=each_is_one,
        note=note,
    )


def judge(work: Work, judges: Judges, workspace_id: UUID, judged: PersonsJudged) -> tuple[UUID, list[Told]]:
    """Keep what was decided, and group all whom it is about anew."""
    store.lock_scopes(work.connection, [workspace_id])
    state = judgements.evolve(None, judged)
    records = known(work, workspace_id, state.records)
    told = Told(JUDGEMENT, judged.judgement_id, judged, workspace_id)
    decisions.note(work.connection, workspace_id, judged.judgement_id, work.actor, work.now)
    if judged.verdict == Verdict.LATER:
        assert judged.until is not None  # noqa: S101 - `put_off` gives it
        decisions.postpone(work.connection, workspace_id, judged.some, judged.others, judged.until)
        return judged.judgement_id, [told]
    decisions.keep(work.connection, workspace_id, judged.judgement_id, judgements.decided(state))
    return judged.judgement_id, [told, *group_anew(work, judges, records)]


def withdraw(work: Work, judges: Judges, workspace_id: UUID, judgement_id: UUID) -> list[Told]:
    """From now on the evidence decides again."""
    store.lock_scopes(work.connection, [workspace_id])
    state = work.load(JUDGEMENT, [judgement_id], workspace_id)[judgement_id]
    if state is None:
        raise NotFound(f"there is no judgement {judgement_id} here")
    if state.withdrawn:
        return []
    told = Told(JUDGEMENT, judgement_id, JudgementWithdrawn(judgement_id=judgement_id), workspace_id)
    if state.verdict == Verdict.LATER:
        decisions.ask_again(work.connection, workspace_id, state.some, state.others)
        return [told]
    decisions.withdraw(work.connection, workspace_id, judgement_id)
    records = store.find(work.connection, [(workspace_id, record_id) for record_id in state.records])
    return [told, *group_anew(work, judges, records)]


def group_anew(work: Work, judges: Judges, records: Mapping[UUID, Stored]) -> list[Told]:
    by_number = {each.arrived: each for each in records.values()}
    return settle(work, judges.current(work.connection), by_number, by_number, {})


def parts_of(work: Work, workspace_id: UUID, persons: tuple[UUID, UUID]) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """The records of either person."""
    store.lock_scopes(work.connection, [workspace_id])
    if persons[0] == persons[1]:
        raise Invalid("it takes two persons")
    found = store.of_persons(work.connection, {(workspace_id, person_id) for person_id in persons})
    parts = tuple(tuple(sorted(r for r, each in found.items() if each.person_id == person_id)) for person_id in persons)
    for person_id, part in zip(persons, parts, strict=True):
        if not part:
            raise NotFound(f"there is no person {person_id} here, or they were merged into another")
    return parts[0], parts[1]


def known(work: Work, workspace_id: UUID, record_ids: tuple[UUID, ...]) -> dict[UUID, Stored]:
    found = store.find(work.connection, [(workspace_id, record_id) for record_id in record_ids])
    if missing := [str(record_id) for record_id in record_ids if record_id not in found]:
        raise NotFound(f"there is no record {missing[0]} here")
    return found
