"""Events of the golden records: which Data Records are one person or one company, and what is then known."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from schemas.body import Body, Private
from schemas.details import CompanyDetails, PersonDetails
from schemas.provenance import Provenance


class PersonFormed(Body):
    SUBJECT: ClassVar[str | None] = "person_id"

    person_id: UUID
    company_id: UUID | None = None
    record_ids: tuple[UUID, ...]
    details: Private[PersonDetails] = PersonDetails()
    provenance: Private[Provenance] = Provenance()
    """Private too: what lost is as much about the person as what won."""


class PersonRevised(Body):
    """The person's records or golden fields changed; carries all that holds now."""

    SUBJECT: ClassVar[str | None] = "person_id"

    person_id: UUID
    company_id: UUID | None = None
    record_ids: tuple[UUID, ...]
    details: Private[PersonDetails] = PersonDetails()
    provenance: Private[Provenance] = Provenance()
    """Private too: what lost is as much about the person as what won."""


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


class PersonCorrected(Body):
    """An operator set a golden field. It outranks every record, whoever the person is merged with, until it is withdrawn."""

    SUBJECT: ClassVar[str | None] = "person_id"

    person_id: UUID
    field: str
    """As in PersonDetails, or `custom:NAME`."""
    value: Private[str | None] = None
    """In normal form; None: the field is to be empty, whatever records say."""


class CorrectionWithdrawn(Body):
    """The records decide on the field again."""

    person_id: UUID
    field: str


class Criterion(StrEnum):
    """What makes one value of a field better than another."""

    RECENT = "recent"
    OLDEST = "oldest"
    TRUSTED = "trusted"
    """From the source that stands higher in the order of trust; sources that are not in it come last, all alike."""
    FREQUENT = "frequent"
    """Said by more records."""
    LONGEST = "longest"
    FULLEST = "fullest"
    """Of a name: both halves, and neither only an initial. Of anything else: more words."""


class SurvivorshipSet(Body):
    """By which rules the Provider chooses golden fields from now on; carries all of them."""

    rules_id: UUID
    version: int
    fields: dict[str, tuple[Criterion, ...]]
    """Group of fields → what decides, the first that tells values apart. A group that is not named keeps the default."""
    sources: tuple[str, ...] = ()
    """In the order of trust, the most trusted first."""
    hidden_sources: tuple[str, ...] = ()
    """Whose names, files and rows are not for customers to see."""


class PersonWithdrawn(Body):
    """No record is left of this person, as imports were undone. A later record may form them again, under the same id."""

    person_id: UUID


class PersonRecognised(Body):
    """Who of the Provider's persons a workspace's own person is, found out anew: for that workspace alone, and of no effect on the
    Provider's.
    """

    person_id: UUID
    """The workspace's own."""
    as_person: UUID | None = None
    """The Provider's; None: none of them."""
    before: UUID | None = None
    """Whom it was taken for until now."""


class RecognitionRefused(Body):
    """Somebody of the workspace said that its own person is not this one of the Provider's, however alike they are."""

    person_id: UUID
    as_person: UUID


class RecognitionAllowed(Body):
    """What was refused of this person is refused no more: the evidence decides again."""

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
