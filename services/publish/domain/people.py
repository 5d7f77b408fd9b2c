"""What publish knows of a person and its company, as a contact shows it and as segments are asked about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from schemas.dedupe import (
    CompanyFormed,
    CompanyMergedAway,
    CompanyRevised,
    CompanyWithdrawn,
    PersonFormed,
    PersonMergedAway,
    PersonRevised,
    PersonSplitOff,
    PersonWithdrawn,
)
from schemas.details import CompanyDetails, PersonDetails, Reach
from schemas.marks import is_email
from schemas.provenance import Provenance
from services.publish.domain.rules import Facts, fold

PERSON_FIELDS = ("title", "city", "country", "full_name", "work_email", "private_email", "phone", "mobile", "linkedin", "twitter")


PersonKey = tuple[UUID, UUID]
"""Whose person (the Provider's id, or that of the workspace whose own import it is of), and which."""


@dataclass(frozen=True, slots=True)
class Person:
    workspace_id: UUID
    person_id: UUID
    company_id: UUID | None
    details: PersonDetails
    corrected: frozenset[str] = frozenset()
    """Fields that the Provider's operators have set."""


@dataclass(frozen=True, slots=True)
class Family:
    """A living person with all that were merged into it, at whatever remove."""

    person: Person
    merged: tuple[UUID, ...] = ()

    @property
    def all(self) -> tuple[UUID, ...]:
        return self.person.person_id, *self.merged

    @property
    def key(self) -> PersonKey:
        return self.person.workspace_id, self.person.person_id


@dataclass(frozen=True, slots=True)
class Company:
    """The company that lives on, where the one asked for was merged away."""

    company_id: UUID
    details: CompanyDetails


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What a batch says of one person in the end. `details` of None: nothing new of them."""

    workspace_id: UUID
    person_id: UUID
    version: int
    company_id: UUID | None = None
    details: PersonDetails | None = None
    merged_into: UUID | None = None
    provenance: Provenance | None = None
    withdrawn: bool = False
    """No record is left of them."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A workspace's own person, and the person of the Provider's that it is for that workspace, if any."""

    workspace_id: UUID
    person_id: UUID
    version: int
    as_person: UUID | None
    before: UUID | None
    """Whom it was until then."""


@dataclass(frozen=True, slots=True)
class CompanyChange:
    workspace_id: UUID
    company_id: UUID
    version: int
    details: CompanyDetails | None = None
    merged_into: UUID | None = None


PersonEvent = PersonFormed | PersonRevised | PersonMergedAway | PersonSplitOff | PersonWithdrawn
CompanyEvent = CompanyFormed | CompanyRevised | CompanyMergedAway | CompanyWithdrawn


def change_person(before: PersonChange | None, event: PersonEvent, workspace_id: UUID, version: int) -> PersonChange:
    change = replace(before or PersonChange(workspace_id, event.person_id, version), version=version, merged_into=None, withdrawn=False)
    match event:
        case PersonFormed() | PersonRevised():
            return replace(change, company_id=event.company_id, details=event.details, provenance=event.provenance)
        case PersonMergedAway():
            return replace(change, merged_into=event.into)
        case PersonSplitOff():
            return change
        case PersonWithdrawn():
            return replace(change, company_id=None, details=PersonDetails(), withdrawn=True)


def change_company(before: CompanyChange | None, event: CompanyEvent, workspace_id: UUID, version: int) -> CompanyChange:
    change = replace(before or CompanyChange(workspace_id, event.company_id, version), version=version, merged_into=None)
    match event:
        case CompanyFormed() | CompanyRevised():
            return replace(change, details=event.details)
        case CompanyMergedAway():
            return replace(change, merged_into=event.into)
        case CompanyWithdrawn():
            return replace(change, details=CompanyDetails())


def with_company(details: PersonDetails, company: Company | None, corrected: frozenset[str] = frozenset()) -> PersonDetails:
    """The person's details with its company's golden name and domain, which outrank what single records say, but no correction."""
    if company is None:
        return details
    said = {"company_name": company.details.name, "company_domain": company.details.domain}
    return details.model_copy(update={name: value for name, value in said.items() if value and name not in corrected})


def is_same(own: Company, provided: Company) -> bool:
    return bool(own.details.domain) and own.details.domain == provided.details.domain


TOGETHER = (("full_name", "given_name", "family_name"), ("city", "country"), ("company_name", "company_domain"))
"""Fields that are not mixed, unless both sides mean the same by them."""


def filled(own: PersonDetails, more: PersonDetails) -> PersonDetails:
    """What a workspace knows of a person, and where it knows nothing, what else is known."""
    settled = {name for group in TOGETHER if not is_completed(group, own, more) for name in group}
    empty = (name for name in PersonDetails.model_fields if getattr(own, name) is None and name not in settled)
    update = {name: value for name in empty if (value := getattr(more, name)) is not None}
    if own.custom and more.custom:
        update["custom"] = {**more.custom, **own.custom}
    return own.model_copy(update=update) if update else own


def is_completed(group: Sequence[str], own: PersonDetails, more: PersonDetails) -> bool:
    """Whether the other side only adds to these fields: nothing is known of them here, or what both know is the same."""
    said = [(getattr(own, name), getattr(more, name)) for name in group]
    common = [one == other for one, other in said if one and other]
    return all(common) and (bool(common) or not any(one for one, _ in said))


def facts_of(details: PersonDetails, company: Company | None) -> Facts:
    """What segments are asked about. `details` are those `with_company`."""
    facts = {name: fold(getattr(details, name)) for name in PERSON_FIELDS}
    facts["company_name"], facts["company_domain"] = fold(details.company_name), fold(details.company_domain)
    facts["company_city"] = fold(company.details.city) if company else ""
    facts["company_country"] = fold(company.details.country) if company else ""
    return facts


def reach_of(details: PersonDetails) -> Reach:
    """Verified: a work address that can be one by its form. (A thin rule: whether the mailbox exists is not asked of anybody.)"""
    return Reach(email=bool(details.email), verified=is_email(details.work_email), social=bool(details.linkedin or details.twitter))
