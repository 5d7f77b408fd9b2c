"""What people decide on persons: that two are one, that they are two, or that it is to be asked later. It outranks all evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise, product
from uuid import UUID

from schemas.dedupe import JudgementWithdrawn, PersonsJudged, Verdict

JudgementEvent = PersonsJudged | JudgementWithdrawn
RecordPair = tuple[UUID, UUID]


@dataclass(frozen=True)
class Judgement:
    judgement_id: UUID
    verdict: Verdict
    some: tuple[UUID, ...]
    others: tuple[UUID, ...]
    each_is_one: bool = False
    until: datetime | None = None
    note: str | None = None
    withdrawn: bool = False

    @property
    def records(self) -> tuple[UUID, ...]:
        return self.some + self.others


def evolve(judgement: Judgement | None, event: JudgementEvent) -> Judgement:
    match event:
        case PersonsJudged():
            return Judgement(**dict(event))
        case JudgementWithdrawn():
            return replace(judgement or Judgement(event.judgement_id, Verdict.LATER, (), ()), withdrawn=True)


def decided(judgement: Judgement) -> dict[RecordPair, bool]:
    """Pairs of records, and whether they are the same person by this: all pairs, as either part may be split one day, and any of their
    records withdrawn.
    """
    if judgement.verdict == Verdict.LATER:
        return {}
    pairs = dict.fromkeys(product(judgement.some, judgement.others), judgement.verdict == Verdict.SAME)
    if judgement.each_is_one:
        pairs |= dict.fromkeys(chained(judgement.some) + chained(judgement.others), True)
    return pairs


def chained(records: Sequence[UUID]) -> list[RecordPair]:
    return list(pairwise(records))
