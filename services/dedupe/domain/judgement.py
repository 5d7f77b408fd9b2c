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


def decided(judgement: Judgement) -> dict[RecordPair, bool | None]:
    """Pairs of records, and whether they are the same person by this; None: only that earlier judgements on them hold no more.

    One pair is enough to hold two persons together; to keep them apart takes all pairs, as either may be split one day.
    """
    if judgement.verdict == Verdict.LATER:
        return {}
    same = judgement.verdict == Verdict.SAME
    pairs: dict[RecordPair, bool | None] = dict.fromkeys(product(judgement.some, judgement.others), None if same else False)
    if same:
        pairs[judgement.some[0], judgement.others[0]] = True
    if judgement.each_is_one:
        pairs |= dict.fromkeys(chained(judgement.some) + chained(judgement.others), True)
    return pairs


def chained(records: Sequence[UUID]) -> list[RecordPair]:
    return list(pairwise(records))
