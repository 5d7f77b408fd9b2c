"""Whatever is imported, corrected, undone, merged, kept apart, split, un-merged and taken back, in any order: who is whom is what the
records say last, and the decisions that stand say of them, as if nothing else had ever been.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID, uuid4

import pytest

from schemas.dedupe import PersonsJudged
from services.dedupe import reviewing
from services.dedupe.domain.person import Person
from services.dedupe.kinds import JUDGEMENT, PERSON
from services.dedupe.reviewing import Act
from tests.dedupe_bed import Bed, withdrawn
from tests.ingest_bed import heard

pytestmark = pytest.mark.engines
STEPS, ROWS = 25, 9
WHO = (
    {"full_name": "Ann Lee", "email": "ann.lee@acme.com"},
    {"full_name": "Bob Ray", "email": "bob.ray@acme.com"},
    {"full_name": "Cyd Moss", "email": "cyd.moss@bolt.io"},
)


@dataclass
class Program:
    bed: Bed
    chance: random.Random
    said: dict[str, dict[str, str]] = field(default_factory=dict)
    """Row → what it says now, in the order of first arrival."""
    gone: set[str] = field(default_factory=set)
    """Rows whose import was undone, and that have not come again."""
    judged: list[UUID] = field(default_factory=list)
    """Judgements that stand, in their order."""

    def step(self) -> None:
        judge = (self.merge, self.keep_apart, self.split, self.unmerge, self.withdraw)
        deeds: tuple[Callable[[], None], ...] = (self.take, self.take, self.undo, *judge)
        if len(self.said) < 3:
            self.take()
        else:
            self.chance.choice(deeds)()

    def take(self) -> None:
        row = str(self.chance.randrange(ROWS))
        self.said[row] = dict(self.chance.choice(WHO), title=self.chance.choice(("CEO", "Clerk")))
        self.gone.discard(row)
        self.bed.hear(self.bed.record(row, **self.said[row]))  # type: ignore[arg-type]

    def undo(self) -> None:
        if rows := sorted(self.said.keys() - self.gone):
            row = self.chance.choice(rows)
            self.gone.add(row)
            undo(self.bed, self, row)

    def two(self) -> tuple[UUID, UUID] | None:
        persons = sorted(living(self.bed))
        if len(persons) < 2:
            return None
        one, other = self.chance.sample(persons, 2)
        return one, other

    def judge(self, act: Act) -> None:
        self.judged.append(self.bed.ask(lambda work: act(work, self.bed.judges, self.bed.workspace_id)))

    def merge(self) -> None:
        if persons := self.two():
            self.judge(partial(reviewing.merge, persons=persons, note=None))

    def keep_apart(self) -> None:
        if persons := self.two():
            self.judge(partial(reviewing.keep_apart, persons=persons, note=None))

    def split(self) -> None:
        several = sorted(p.record_ids for p in self.bed.persons().values() if len(p.record_ids) > 1)
        if several:
            records = self.chance.choice(several)
            some = tuple(self.chance.sample(records, self.chance.randint(1, len(records) - 1)))
            self.judge(partial(reviewing.split, record_ids=some, note=None))

    def unmerge(self) -> None:
        gone = sorted(p.person_id for p in self.bed.states(PERSON) if p.merged_into)
        if gone and self.comes_back(person_id := self.chance.choice(gone)):
            self.judge(partial(reviewing.unmerge, person_id=person_id, note=None))

    def comes_back(self, person_id: UUID) -> bool:
        """Whether some of the person's records, and not all, are with whoever has the first of them."""
        person = next(p for p in self.bed.states(PERSON) if p.person_id == person_id)
        with self.bed.database.transaction() as connection:
            into = reviewing.whose(connection, self.bed.workspace_id, person)
        return into is not None and not set(self.bed.persons()[into].record_ids) <= set(person.record_ids)

    def withdraw(self) -> None:
        if self.judged:
            judgement = self.judged.pop(self.chance.randrange(len(self.judged)))
            self.bed.ask(lambda work: (None, reviewing.withdraw(work, self.bed.judges, self.bed.workspace_id, judgement)))


def undo(bed: Bed, program: Program, row: str) -> None:
    record = program.bed.record(row, **program.said[row])  # type: ignore[arg-type]
    bed.take([heard(withdrawn(record), bed.workspace_id)])


def living(bed: Bed) -> dict[UUID, Person]:
    return {person_id: each for person_id, each in bed.persons().items() if not each.withdrawn}


def as_if_nothing_else_had_been(program: Program) -> Bed:
    """The records as they are, in the order in which they came, then the decisions that stand, then what is undone. The records have the
    same ids there, by which it is decided between equals.
    """
    fresh = replace(program.bed, workspace_id=uuid4())
    for row, fields in program.said.items():
        fresh.hear(program.bed.record(row, **fields))  # type: ignore[arg-type]
    states = {each.judgement_id: each for each in program.bed.states(JUDGEMENT)}
    for judgement_id in program.judged:
        state = states[judgement_id]
        judged = PersonsJudged(
            judgement_id=uuid4(), verdict=state.verdict, some=state.some, others=state.others, each_is_one=state.each_is_one
        )
        fresh.ask(lambda work, judged=judged: reviewing.judge(work, fresh.judges, fresh.workspace_id, judged))  # type: ignore[misc]
    for row in sorted(program.gone):
        undo(fresh, program, row)
    return fresh


def picture(bed: Bed) -> tuple[set[frozenset[str]], list[str]]:
    return bed.groups(), sorted(each.details.model_dump_json() for each in living(bed).values())


@pytest.mark.parametrize("seed", range(16))
def test_who_is_whom_has_no_history(dedupe_bed: Bed, seed: int) -> None:
    program = Program(dedupe_bed.elsewhere(), random.Random(seed))  # noqa: S311 - which program it is
    for _ in range(STEPS):
        program.step()
    program.bed.look_again()
    assert picture(program.bed) == picture(as_if_nothing_else_had_been(program))
    assert program.bed.tallies() == program.bed.recounted()
