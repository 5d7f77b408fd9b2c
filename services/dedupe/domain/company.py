"""A company: known by its domain, else by its name; and what its events fold to.

Which one a record means `linkage.employers` says: a name without a domain belongs to the company whose domain goes with it clearly in the
records of the same scope, else to one that other records of its person mean; else it is a company by itself. That is a function of all
records, whatever their order: a second domain that appears later takes the records with the bare name out again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

import msgspec

from schemas.dedupe import CompanyFormed, CompanyMergedAway, CompanyRevised, CompanyWithdrawn
from schemas.details import CompanyDetails
from services.dedupe.domain.ids import company_id_of
from services.dedupe.domain.linkage.employers import NAMED
from services.dedupe.domain.record import NormalRecord

CompanyEvent = CompanyFormed | CompanyRevised | CompanyMergedAway | CompanyWithdrawn

NOTHING = CompanyDetails()


@dataclass(frozen=True)
class Company:
    company_id: UUID
    details: CompanyDetails = NOTHING
    merged_into: UUID | None = None
    withdrawn: bool = False
    """No record is left that means it."""


Said = tuple[str, str]
"""A field of CompanyDetails, and a value."""


@dataclass
class Change:
    """By how many records more, or fewer, a company is meant, and by how many each value is said of it."""

    records: int = 0
    said: Counter[Said] = field(default_factory=Counter)

    def count(self, record: NormalRecord, by: int) -> None:
        self.records += by
        for each in said_by(record):
            self.said[each] += by


class Tally(msgspec.Struct, frozen=True):
    """How many records mean a company, and how many of these say what of it."""

    records: int = 0
    said: dict[str, dict[str, int]] = {}
    """Field → value → records."""

    def changed(self, change: Change) -> "Tally":
        said = {name: dict(values) for name, values in self.said.items()}
        for (name, value), by in change.said.items():
            values = said.setdefault(name, {})
            values[value] = values.get(value, 0) + by
        said = {name: {value: of for value, of in values.items() if of > 0} for name, values in said.items()}
        return Tally(self.records + change.records, {name: values for name, values in said.items() if values})

    @property
    def ranked(self) -> dict[str, list[tuple[str, int]]]:
        """Field → its values and how many say them: what most say first, and of equals the first by the alphabet."""
        return {name: sorted(of.items(), key=lambda each: (-each[1], each[0])) for name, of in self.said.items()}

    @property
    def details(self) -> CompanyDetails:
        return CompanyDetails(**{name: values[0][0] for name, values in self.ranked.items()})


def said_by(record: NormalRecord) -> Iterator[Said]:
    for name, value in (
        ("name", record.company_name), ("domain", record.company_domain), ("country", record.country), ("city", record.city)
    ):  # fmt: skip
        if value:
            yield name, value


def id_of(workspace_id: UUID, meant: str | None) -> UUID | None:
    """`meant`: the company as `linkage.employers` calls it."""
    if not meant:
        return None
    name = meant.removeprefix(NAMED)
    return company_id_of(workspace_id, "domain" if name == meant else "name", name)


def evolve(company: Company | None, event: CompanyEvent) -> Company:
    company = company or Company(event.company_id)
    match event:
        case CompanyFormed() | CompanyRevised():
            return Company(event.company_id, event.details)
        case CompanyMergedAway():
            return replace(company, merged_into=event.into)
        case CompanyWithdrawn():
            return Company(event.company_id, withdrawn=True)


def settle(company: Company | None, company_id: UUID, details: CompanyDetails) -> list[CompanyEvent]:
    """What there is to tell of a company that records mean."""
    if company is None or company.withdrawn:
        return [CompanyFormed(company_id=company_id, details=details)]
    if company.merged_into is not None or company.details != details:
        return [CompanyRevised(company_id=company_id, details=details)]
    return []


def merge_away(company: Company | None, into: UUID) -> list[CompanyEvent]:
    """What there is to tell of a company that no record means any more: most often, its name was found to go with one domain only."""
    if company is None or company.merged_into == into:
        return []
    return [CompanyMergedAway(company_id=company.company_id, into=into, why="all its records are of that company now")]


def withdraw(company: Company | None) -> list[CompanyEvent]:
    """What there is to tell of a company that no record means any more, and that is no other's name either."""
    if company is None or company.withdrawn or company.merged_into is not None:
        return []
    return [CompanyWithdrawn(company_id=company.company_id)]
