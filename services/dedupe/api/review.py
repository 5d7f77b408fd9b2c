"""The routes of review: who may be one person, why two are or are not, and what somebody decides on it. Of the Provider's persons."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import Connection

from schemas.dedupe import Verdict
from services.dedupe import decisions, questions, reviewing, store
from services.dedupe.api.golden import PersonView, person_view
from services.dedupe.domain.judgement import Judgement
from services.dedupe.domain.linkage.resolving import LINK
from services.dedupe.kinds import PERSON
from services.dedupe.models import JUDGES
from services.dedupe.questions import Answer, Decision, Outcome
from services.dedupe.reviewing import Act
from services.kit.events import Work
from services.kit.http import Ask, Desk, Page, Part, may

router = APIRouter(prefix="/api/dedupe", tags=["review"])


class Bar(BaseModel):
    """One bar of the waterfall: a field, how it agrees, and what that is worth, in bits."""

    field: str
    level: str
    bits: float


class TurnView(BaseModel):
    """If this field agreed so instead of as it does, the two would be judged otherwise."""

    field: str
    now: str
    if_it_were: str
    bits: float
    """What the pair would then be worth in all."""
    odds: str
    """The same in words."""


class CompareView(BaseModel):
    """Two persons side by side, by the two of their records that are most alike."""

    bits: float
    """log2 of the odds that they are one."""
    threshold: float
    """Bits from which on records are taken for one person."""
    odds: str
    """The same in words: `30 to 1 that they are one person`."""
    one_person: bool
    """What holds now."""
    decided: bool | None
    """What somebody decided, if anybody did: whether they are one."""
    why: str
    waterfall: list[Bar]
    """The sum is `bits`."""
    what_would_turn_it: list[TurnView]
    record_ids: tuple[UUID, UUID]
    one: PersonView
    other: PersonView


class JudgePersons(Ask):
    verdict: Verdict
    one: UUID
    other: UUID
    """Persons."""
    note: str | None = Field(default=None, max_length=500)
    put_off_days: int = Field(default=30, ge=1, le=365)
    """Of the verdict `later`."""


class SplitOff(Ask):
    record_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)
    note: str | None = Field(default=None, max_length=500)

    @model_validator(mode="after")
    def each_once(self) -> "SplitOff":
        if len(set(self.record_ids)) < len(self.record_ids):
            raise ValueError("a record is named twice")
        return self


class Unmerge(Ask):
    note: str | None = Field(default=None, max_length=500)


class Judged(BaseModel):
    judgement_id: UUID | None
    """Delete it to take it back. None in a preview."""
    people: list[Outcome]
    """Whom it is about, as they are then."""


class Waiting(BaseModel):
    questions: int
    """Pairs of persons who may be one, without those that somebody has decided on or put off."""


@router.get("/review")
def review(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("merge.view")]) -> Page[CompareView]:
    """Persons who may be one, the likeliest first, without those that somebody has decided on."""
    after, now = part.after(float, int, int), desk.context.clock()

    def look(connection: Connection) -> list[Answer]:
        judge = JUDGES.current(connection)
        return questions.open_ones(connection, judge, desk.workspace_id, now, most=part.limit + 1, after=after)

    found = desk.read(look)
    page = part.page(found, lambda each: each.listed)
    return Page[CompareView](items=[compare_view(desk, each) for each in page.items], next=page.next)


@router.get("/judgements")
def judgements(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("merge.view")]) -> Page[Decision]:
    """All that was decided, the latest first; what was taken back says so."""
    [before] = part.after(int) or (None,)
    found = desk.read(lambda c: questions.decided(c, desk.workspace_id, part.limit + 1, before))
    page = part.page(found, lambda each: (each[0],))
    return Page[Decision](items=[decision for _, decision in page.items], next=page.next)


@router.get("/review/count")
def count(desk: Annotated[Desk, may("merge.view")]) -> Waiting:
    now = desk.context.clock()
    return Waiting(questions=desk.read(lambda c: decisions.how_many_possible(c, desk.workspace_id, now)))


@router.get("/compare")
def compare(one: UUID, other: UUID, desk: Annotated[Desk, may("merge.view")]) -> CompareView:
    """Why two persons, or two records, are one or are not, and what would have to be different."""
    return compare_view(desk, desk.read(lambda c: questions.compare(c, JUDGES, desk.workspace_id, one, other)))


@router.post("/judgements", status_code=201)
def judge(ask: JudgePersons, desk: Annotated[Desk, may("merge.review")], preview: bool = False) -> Judged:
    """Two persons are one (`same`), are not and never will be (`different`), or are to be asked about `later`. With `preview` nothing is
    kept: the answer is how it would be.
    """
    persons = (ask.one, ask.other)
    act: Act = partial(reviewing.merge if ask.verdict == Verdict.SAME else reviewing.keep_apart, persons=persons, note=ask.note)
    if ask.verdict == Verdict.LATER:
        act = partial(reviewing.put_off, persons=persons, until=desk.context.clock() + timedelta(days=ask.put_off_days))
    return decide(desk, act, persons, preview=preview)


@router.post("/people/{person_id}/split", status_code=201)
def split(person_id: UUID, ask: SplitOff, desk: Annotated[Desk, may("merge.review")], preview: bool = False) -> Judged:
    """Some records of a person are another's."""
    return decide(desk, partial(reviewing.split, record_ids=ask.record_ids, note=ask.note), [person_id], preview=preview)


@router.post("/people/{person_id}/unmerge", status_code=201)
def unmerge(person_id: UUID, ask: Unmerge, desk: Annotated[Desk, may("merge.review")], preview: bool = False) -> Judged:
    """A person who was merged away is somebody else after all."""

    def owner(connection: Connection) -> UUID | None:
        gone = store.state_of(connection, desk.workspace_id, PERSON, person_id)
        return reviewing.whose(connection, desk.workspace_id, gone) if gone else None

    into = desk.read(owner)
    return decide(desk, partial(reviewing.unmerge, person_id=person_id, note=ask.note), [into or person_id], preview=preview)


@router.get("/judgements/{judgement_id}")
def judgement(judgement_id: UUID, desk: Annotated[Desk, may("merge.view")]) -> Judgement:
    return desk.read(lambda c: questions.judgement(c, desk.workspace_id, judgement_id))


@router.delete("/judgements/{judgement_id}")
def withdraw(judgement_id: UUID, desk: Annotated[Desk, may("merge.review")]) -> Judgement:
    """Take a decision back: the evidence decides again, and what it merged or split is as it was."""
    desk.do(lambda work: (None, reviewing.withdraw(work, JUDGES, desk.workspace_id, judgement_id)))
    return desk.read(lambda c: questions.judgement(c, desk.workspace_id, judgement_id))


def decide(desk: Desk, act: Act, persons: Collection[UUID], *, preview: bool) -> Judged:
    place = desk.workspace_id
    records = desk.read(lambda c: questions.records_of(c, place, persons))
    if preview:
        now, codec = desk.context.clock(), desk.context.codec

        def attempt(work: Work) -> list[Outcome]:
            return questions.tried(work, lambda w: act(w, JUDGES, place), place, records)

        return Judged(judgement_id=None, people=desk.read(lambda c: attempt(Work(c, codec, now, desk.caller.actor, desk.correlation_id))))
    judgement_id = desk.do(lambda work: act(work, JUDGES, place))
    return Judged(judgement_id=judgement_id, people=desk.read(lambda c: questions.outcomes(c, place, records)))


def compare_view(desk: Desk, answer: Answer) -> CompareView:
    one, other = (person_view(desk, person_id) for person_id in answer.persons if person_id)
    return CompareView(
        bits=answer.bits,
        threshold=LINK,
        odds=questions.odds(answer.bits),
        one_person=answer.persons[0] == answer.persons[1],
        decided=answer.decided,
        why=answer.why,
        waterfall=[Bar(**bar._asdict()) for bar in answer.waterfall],
        what_would_turn_it=[TurnView(**vars(turn), odds=questions.odds(turn.bits)) for turn in answer.turns],
        record_ids=answer.records,
        one=one,
        other=other,
    )
