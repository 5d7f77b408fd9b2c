"""The routes of dedupe: golden records with what they rest on. Without a workspace in the path, the Provider's are meant."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from schemas.details import CompanyDetails, PersonDetails
from schemas.fields import CUSTOM
from services.dedupe import recognising, searching, store, tallies
from services.dedupe.api.survivorship import FieldView, fields_of
from services.dedupe.choosing import in_order
from services.dedupe.domain.company import Tally
from services.dedupe.domain.person import Person
from services.dedupe.domain.record import NormalRecord
from services.dedupe.kinds import COMPANY, PERSON, RECOGNITION
from services.dedupe.store import Stored
from services.kit.errors import NotFound
from services.kit.http import Desk, may

FIELDS = NormalRecord.__struct_fields__
router = APIRouter(prefix="/api/dedupe", tags=["dedupe"])
own = APIRouter(prefix="/api/dedupe/workspaces/{workspace_id}", tags=["dedupe"])
"""What a workspace imported itself."""


class RecordView(BaseModel):
    """A record in normal form, and where it is from."""

    record_id: UUID
    source: str
    source_row_id: str
    import_id: UUID
    row: int
    as_of: datetime
    mapping_version: int
    fields: dict[str, str | list[str]]


class MergedView(BaseModel):
    person_id: UUID
    name: str | None
    records: int


class PersonView(BaseModel):
    person_id: UUID
    company_id: UUID | None
    merged_into: UUID | None
    """Who this person was found to be; then the records are theirs."""
    details: PersonDetails
    fields: dict[str, FieldView]
    """Field of the details, or `custom:NAME` → its value, where it is from, by which rule it won, and what lost."""
    records: list[RecordView]
    merged_in: list[MergedView]
    """Those who were found to be this person; each can be un-merged."""


class SaidView(BaseModel):
    value: str
    records: int


class CompanyView(BaseModel):
    company_id: UUID
    merged_into: UUID | None
    details: CompanyDetails
    records: int
    people: int
    said: dict[str, list[SaidView]]
    """Field → all that records say of it, by how many: what most say comes first, and stands in the details."""


class Found(BaseModel):
    people: list[PersonView]


@router.get("/people")
def people(q: Annotated[str, Query(min_length=2, max_length=200)], desk: Annotated[Desk, may("merge.view")]) -> Found:
    """Those with this e-mail address, LinkedIn profile or full name; or the person of this id, or of this record's."""
    found = desk.read(lambda c: searching.persons_of(c, desk.workspace_id, q))
    return Found(people=[person_view(desk, person_id) for person_id in found])


@router.get("/people/{person_id}")
def person(person_id: UUID, desk: Annotated[Desk, may("merge.view")]) -> PersonView:
    return person_view(desk, person_id)


@own.get("/people/{person_id}")
def own_person(person_id: UUID, desk: Annotated[Desk, may("contact.view")]) -> PersonView:
    return person_view(desk, person_id)


class RecognitionView(BaseModel):
    refused: bool
    """Whether somebody said that this is not the person of the Provider's for whom they were taken."""


@own.get("/people/{person_id}/recognition")
def recognition(person_id: UUID, desk: Annotated[Desk, may("contact.view")]) -> RecognitionView:
    """Whom the Provider knows is not said: that shows where it was published to the workspace."""
    state = desk.read(lambda c: store.state_of(c, desk.workspace_id, RECOGNITION, person_id))
    return RecognitionView(refused=bool(state and state.refused))


@own.delete("/people/{person_id}/recognition", status_code=204)
def refuse(person_id: UUID, desk: Annotated[Desk, may("contact.edit")]) -> None:
    """The own person is not the one of the Provider's that they are taken for: both go on by themselves, in this workspace."""
    desk.do(lambda work: recognising.refuse(work, desk.workspace_id, person_id))


@own.put("/people/{person_id}/recognition", status_code=204)
def allow(person_id: UUID, desk: Annotated[Desk, may("contact.edit")]) -> None:
    """Take back what was refused: the evidence decides again."""
    desk.do(lambda work: recognising.allow(work, desk.workspace_id, person_id))


@router.get("/companies/{company_id}")
def company(company_id: UUID, desk: Annotated[Desk, may("merge.view")]) -> CompanyView:
    return company_view(desk, company_id)


@own.get("/companies/{company_id}")
def own_company(company_id: UUID, desk: Annotated[Desk, may("contact.view")]) -> CompanyView:
    return company_view(desk, company_id)


def person_view(desk: Desk, person_id: UUID) -> PersonView:
    state = desk.read(lambda c: store.state_of(c, desk.workspace_id, PERSON, person_id))
    if state is None:
        raise NotFound(f"there is no person {person_id} here")
    records = desk.read(lambda c: store.of_persons(c, {(desk.workspace_id, person_id)}))
    group = in_order(records.values())
    return PersonView(
        person_id=person_id,
        company_id=state.company_id,
        merged_into=state.merged_into,
        details=state.details,
        fields=fields_of(desk, person_id, group),
        records=[record_view(each) for each in group],
        merged_in=[merged_view(each) for each in desk.read(lambda c: searching.merged_into(c, desk.workspace_id, person_id, records))],
    )


def merged_view(person: Person) -> MergedView:
    return MergedView(person_id=person.person_id, name=person.details.full_name or person.details.email, records=len(person.record_ids))


def record_view(stored: Stored) -> RecordView:
    record = stored.record
    about = ("record_id", "source", "source_row_id", "import_id", "row", "as_of", "mapping_version")
    said = {name: getattr(record, name) for name in FIELDS if name not in {*about, "custom"} and getattr(record, name)}
    said |= {CUSTOM + name: value for name, value in record.custom.items()}
    return RecordView(
        **{name: getattr(record, name) for name in about},
        fields={name: list(value) if isinstance(value, tuple) else value for name, value in said.items()},
    )


def company_view(desk: Desk, company_id: UUID) -> CompanyView:
    state = desk.read(lambda c: store.state_of(c, desk.workspace_id, COMPANY, company_id))
    if state is None:
        raise NotFound(f"there is no company {company_id} here")
    records, people = desk.read(lambda c: store.company_size(c, desk.workspace_id, company_id))
    tally = desk.read(lambda c: tallies.of(c, desk.workspace_id, [company_id])).get(company_id, Tally())
    return CompanyView(
        company_id=company_id,
        merged_into=state.merged_into,
        details=state.details,
        records=records,
        people=people,
        said={name: [SaidView(value=value, records=of) for value, of in values] for name, values in sorted(tally.ranked.items())},
    )
