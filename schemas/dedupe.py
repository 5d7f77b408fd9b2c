"""Events of the golden records: which Data Records are one person or one company, and what is then known."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from schemas.body import Body, Private
from schemas.details import CompanyDetails, PersonDetails


class PersonFormed(Body):
    SUBJECT: ClassVar[str | None] = "person_id"

    person_id: UUID
    company_id: UUID | None = None
    record_ids: tuple[UUID, ...]
    details: Private[PersonDetails] = PersonDetails()


class PersonRevised(Body):
    """The person's records or golden fields changed; carries all that holds now."""

    SUBJECT: ClassVar[str | None] = "person_id"

    person_id: UUID
    company_id: UUID | None = None
    record_ids: tuple[UUID, ...]
    details: Private[PersonDetails] = PersonDetails()


class PersonMergedAway(Body):
    """`person_id` was found to be the same as `into`, which lives on; a split can undo it."""

    person_id: UUID
    into: UUID
    record_ids: tuple[UUID, ...]
    why: str


class PersonSplitOff(Body):
    """The merge of `person_id` into `from_person` is undone; its records are its own again."""

    person_id: UUID
    from_person: UUID
    record_ids: tuple[UUID, ...]


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    LATER = "later"


class PersonsJudged(Body):
    """Somebody decided whether two parts of the records are one person. It holds, whatever the records come to say, until it is
    withdrawn; `later` decides nothing, and keeps the question away until `until`.
    """

    judgement_id: UUID
    verdict: Verdict
    some: tuple[UUID, ...]
    others: tuple[UUID, ...]
    """Records; each part is one person at the time."""
    each_is_one: bool = False
    """Whether the records of either part are one person by this too: so in a split, where somebody chose them."""
    until: datetime | None = None
    note: str | None = None


class JudgementWithdrawn(Body):
    """What was judged holds no more: the evidence decides again."""

    judgement_id: UUID


class CompanyFormed(Body):
    company_id: UUID
    details: CompanyDetails


class CompanyRevised(Body):
    company_id: UUID
    details: CompanyDetails


class CompanyMergedAway(Body):
    company_id: UUID
    into: UUID
    why: str
