"""The fields of a contact one by one: where each value is from, why it is that one, and what lost; and the workspace's corrections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial, reduce
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, StringConstraints

from schemas.details import PersonDetails
from schemas.fields import CUSTOM
from schemas.provenance import Origin, Provenance
from services.kit.http import Ask, Desk, may
from services.publish.api.forms import PREFIX, sees_proposals
from services.publish.commands import correcting
from services.publish.domain.contacts import State
from services.publish.domain.corrections import LONGEST, Correction, Held, apply, held
from services.publish.domain.people import Company, Person, filled, with_company
from services.publish.store import corrections, golden

router = APIRouter(prefix=PREFIX, tags=["contacts"])
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
COMPANY, WORKSPACE = "company", "workspace"


class OriginView(BaseModel):
    """A row of an import, or somebody's correction. What the Provider keeps to itself of a source is None."""

    source: str | None = None
    import_id: UUID | None = None
    file_name: str | None = None
    row: int | None = None
    as_of: datetime | None = None
    mapping_version: int | None = None
    corrected_by: str | None = None
    """`provider`, or who of the workspace: `user:ID`, `key:ID`."""


class LosingView(BaseModel):
    value: str
    origin: OriginView


class FieldView(BaseModel):
    value: str | None
    rule: str | None
    """Why it is this value: a survivorship criterion (`recent`, `trusted`, `frequent`, …), `only`, `alphabet`; `correction`, by the
    Provider; `company`, from what most records of the company say; `workspace`, a correction of this workspace. None: not known.
    """
    origin: OriginView | None
    losing: list[LosingView]
    """What else is said, the best first: for each rule the value that would take its place stands first."""


class ContactFieldCorrected(Ask):
    field: FieldName
    """As in the details, or `custom:NAME`. The full name follows its halves."""
    value: Annotated[str, StringConstraints(max_length=LONGEST)] | None = None
    """None or empty: the field is to be empty, whatever the Provider knows."""


@router.put("/contacts/{contact_id}/corrections", status_code=204)
def correct(contact_id: UUID, ask: ContactFieldCorrected, desk: Annotated[Desk, may("contact.edit")]) -> None:
    """For this workspace alone. It outranks what the Provider knows and will come to know, until it is withdrawn."""
    seen = sees_proposals(desk)
    desk.do(lambda work: correcting.correct(work, desk.workspace_id, contact_id, ask.field, ask.value, proposals=seen))


@router.delete("/contacts/{contact_id}/corrections", status_code=204)
def withdraw(contact_id: UUID, field: Annotated[FieldName, Query()], desk: Annotated[Desk, may("contact.edit")]) -> None:
    """What the Provider knows is shown again."""
    seen = sees_proposals(desk)
    desk.do(lambda work: correcting.withdraw(work, desk.workspace_id, contact_id, field, proposals=seen))


def fields_of(desk: Desk, row: Any, family: Mapping[UUID, str]) -> dict[str, FieldView]:
    """As they are now: a correction shows at once, while the contact itself follows in a moment. `family`: of `family_here`."""
    sides = [*sides_of(desk, desk, row, family), *sides_of(desk, desk.at_provider(), row, family)]
    if not sides:
        return {name: FieldView(value=value, rule=None, origin=None, losing=[]) for name, value in values_of(row.details).items()}
    known = desk.read(lambda c: corrections.by_workspace(c, family, desk.workspace_id)).get(desk.workspace_id, {})
    return Showing(sides).fields(held(family, known), frozen=row.details if row.state in {State.EXCLUDED, State.MERGED} else None)


def sides_of(desk: Desk, home: Desk, row: Any, family: Mapping[UUID, str]) -> list["Side"]:
    """What is known at `home`, the workspace or the Provider, of the persons of a contact. Its own person stands first."""
    own = home.workspace_id == desk.workspace_id
    keys = [(home.workspace_id, person_id) for person_id, origin in family.items() if (origin == "import") == own]
    families = home.read(lambda c: golden.families(c, keys)) if keys else []
    companies = home.read(lambda c: golden.companies(c, {f.person.company_id for f in families if f.person.company_id}))
    hidden = frozenset[str]() if own or sees_proposals(desk) else home.read(corrections.hidden_sources)
    sides = []
    for each in sorted(families, key=lambda each: (row.person_id not in each.all, each.key)):
        provenance = home.read(partial(golden.provenance_of, person=each.key))
        files = home.read(partial(corrections.files_of, import_ids={o.import_id for o in provenance.origins if o.import_id}))
        company = companies.get(each.person.company_id) if each.person.company_id else None
        sides.append(Side(Naming(files, hidden), provenance, each.person, company))
    return sides


def values_of(details: PersonDetails | Mapping[str, Any]) -> dict[str, str]:
    said = details if isinstance(details, Mapping) else details.model_dump(exclude_none=True)
    plain = {name: value for name, value in said.items() if name != "custom" and value}
    return plain | {CUSTOM + name: value for name, value in (said.get("custom") or {}).items()}


@dataclass(frozen=True)
class Naming:
    """What is said of an origin, and what is not."""

    files: Mapping[UUID, str]
    hidden: frozenset[str]

    def origin(self, origin: Origin) -> OriginView:
        if origin.by:
            return OriginView(as_of=origin.as_of, corrected_by="provider")
        if origin.source in self.hidden:
            return OriginView(as_of=origin.as_of)
        return OriginView(
            source=origin.source,
            import_id=origin.import_id,
            file_name=self.files.get(origin.import_id) if origin.import_id else None,
            row=origin.row,
            as_of=origin.as_of,
            mapping_version=origin.mapping_version,
        )


@dataclass(frozen=True)
class Side:
    """A golden person that a contact shows: the Provider's, or the workspace's own."""

    naming: Naming
    provenance: Provenance
    person: Person
    company: Company | None

    @cached_property
    def details(self) -> PersonDetails:
        return with_company(self.person.details, self.company, self.person.corrected)

    @cached_property
    def values(self) -> dict[str, str]:
        return values_of(self.details)

    def field(self, name: str) -> FieldView:
        origin, rule = self.provenance.fields.get(name, (None, None))
        losing = [LosingView(value=said, origin=self.naming.origin(by)) for said, by in self.provenance.losing(name)]
        said, value = values_of(self.person.details).get(name), self.values.get(name)
        if value != said:
            # The company's own golden record outranks what the person's say of it.
            if said and origin:
                losing.insert(0, LosingView(value=said, origin=self.naming.origin(origin)))
            return FieldView(value=value, rule=COMPANY, origin=None, losing=[each for each in losing if each.value != value])
        return FieldView(value=value, rule=rule, origin=self.naming.origin(origin) if origin else None, losing=losing)


@dataclass(frozen=True)
class Showing:
    sides: Sequence[Side]
    """What the first knows nothing of is shown as the next has it."""

    def fields(self, corrected: Held, frozen: Mapping[str, Any] | None) -> dict[str, FieldView]:
        """`frozen`: what a contact shows that follows its person no more; of what differs from that, no origin is said."""
        ours = reduce(filled, (side.details for side in self.sides))
        golden_values, values = values_of(ours), values_of(apply(ours, corrected))
        if frozen is not None:
            return {
                name: self.golden(name, value)
                if golden_values.get(name) == value
                else FieldView(value=value, rule=None, origin=None, losing=[])
                for name, value in values_of(frozen).items()
            }
        said = {name for side in self.sides for name in side.provenance.fields}
        names = sorted(values.keys() | golden_values.keys() | corrected.keys() | said, key=place)
        return {name: self.field(name, golden_values.get(name), values.get(name), corrected) for name in names}

    def field(self, name: str, golden_value: str | None, value: str | None, corrected: Held) -> FieldView:
        field = self.golden(name, golden_value)
        if name == "full_name" and name not in corrected and value != golden_value:
            name = next(half for half in ("given_name", "family_name") if half in corrected)
        if name not in corrected:
            return field
        first, *older = corrected[name]
        lost = [LosingView(value=each.value, origin=origin_of(each)) for each in older if each.value and each.value != value]
        if field.value and field.value != value:
            lost.append(LosingView(value=field.value, origin=field.origin or OriginView()))
        lost += [each for each in field.losing if each.value != value]
        return FieldView(value=value, rule=WORKSPACE, origin=origin_of(first), losing=lost)

    def golden(self, name: str, value: str | None) -> FieldView:
        """Before all corrections of the workspace: from the first side that says so; what the others say instead has lost."""
        fields = [side.field(name) for side in self.sides]
        shown = next((field for field in fields if field.value == value), FieldView(value=value, rule=None, origin=None, losing=[]))
        others = [
            LosingView(value=field.value, origin=field.origin or OriginView()) for field in fields if field.value and field.value != value
        ]
        return shown.model_copy(update={"losing": others + shown.losing}) if others else shown


def origin_of(correction: Correction) -> OriginView:
    return OriginView(as_of=correction.at, corrected_by=correction.by)


ORDER = tuple(PersonDetails.model_fields)


def place(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)
