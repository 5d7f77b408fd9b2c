"""Events of the golden records: which Data Records are one person or one company, and what is then known."""

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


class PersonWithdrawn(Body):
    """No record is left of this person, as imports were undone. A later record may form them again, under the same id."""

    person_id: UUID


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


class CompanyWithdrawn(Body):
    """No record is left that means this company; a later one may form it again."""

    company_id: UUID
