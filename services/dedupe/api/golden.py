"""The routes of dedupe: golden records with what they rest on. Without a workspace in the path, the Provider's are meant."""

from dataclasses import fields
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from schemas.details import CompanyDetails, PersonDetails
from services.dedupe import searching, store
from services.dedupe.domain import golden
from services.dedupe.handlers import COMPANY, PERSON
from services.dedupe.store import Stored
from services.kit.errors import NotFound
from services.kit.http import Desk, may

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
    fields: dict[str, str | list[str]]


class PersonView(BaseModel):
    person_id: UUID
    company_id: UUID | None
    merged_into: UUID | None
    """Who this person was found to be; then the records are theirs."""
    details: PersonDetails
    provenance: dict[str, UUID]
    """Field of the details → the record that its value is from."""
    records: list[RecordView]


class CompanyView(BaseModel):
    company_id: UUID
    merged_into: UUID | None
    details: CompanyDetails
    records: int
    people: int


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
    in_order = sorted(records.values(), key=lambda each: each.arrived)
    return PersonView(
        person_id=person_id,
        company_id=state.company_id,
        merged_into=state.merged_into,
        details=state.details,
        provenance=golden.choose([each.record for each in in_order]).provenance if in_order else {},
        records=[record_view(each) for each in in_order],
    )


def record_view(stored: Stored) -> RecordView:
    record = stored.record
    about = ("record_id", "source", "source_row_id", "import_id", "row", "as_of")
    # Not `vars`, in which what was worked out from the fields stands too.
    said = {each.name: value for each in fields(record) if each.name not in about and (value := getattr(record, each.name))}
    return RecordView(
        **{name: getattr(record, name) for name in about},
        fields={name: list(value) if isinstance(value, tuple) else value for name, value in said.items()},
    )


def company_view(desk: Desk, company_id: UUID) -> CompanyView:
    state = desk.read(lambda c: store.state_of(c, desk.workspace_id, COMPANY, company_id))
    if state is None:
        raise NotFound(f"there is no company {company_id} here")
    records, people = desk.read(lambda c: store.company_size(c, desk.workspace_id, company_id))
    return CompanyView(company_id=company_id, merged_into=state.merged_into, details=state.details, records=records, people=people)
