"""The contact database and its review."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from schemas.details import PersonDetails
from services.kit.errors import NotFound
from services.kit.http import Desk, Page, Part, may
from services.publish.api.fields import FieldView, fields_of
from services.publish.api.forms import PREFIX, Selection, in_chunks, sees_proposals
from services.publish.commands import reviewing
from services.publish.commands.reviewing import Outcome, Review
from services.publish.domain.contacts import State
from services.publish.domain.review import Act
from services.publish.store import corrections, reading
from services.publish.store.reading import Filter

router = APIRouter(prefix=PREFIX, tags=["contacts"])


class ContactView(BaseModel):
    contact_id: UUID
    person_id: UUID
    company_id: UUID | None
    origin: str
    """`segment`, or `import` for the workspace's own."""
    state: State
    segment_ids: tuple[UUID, ...]
    reasons: tuple[str, ...]
    """Why it matches these segments now, in sentences."""
    details: PersonDetails
    email: bool
    verified: bool
    social: bool
    score: int | None
    why: str | None
    """Of an excluded one: why."""
    merged_into: UUID | None
    withdrawn: bool
    """No source stands behind it any more: it is known, and not written to."""
    changed_at: datetime


class Happened(BaseModel):
    what: str
    """The event's type."""
    at: datetime
    by: str
    """`user:ID`, `key:ID` or `service:NAME`."""


class ContactCard(ContactView):
    history: tuple[Happened, ...]
    filled: bool
    """Of the workspace's own: whether it was recognised as a person whom the Provider has published here, who fills its gaps."""
    fields: dict[str, FieldView]
    """Each field of the details, and `custom:NAME`: where it is from, why it is this value, and what lost."""


class SelectionWithReason(Selection):
    reason: str = Field(default="excluded by hand", min_length=1, max_length=500)


class Which:
    """Which contacts. `q` finds a part of the name, the e-mail address, the title or the company's name."""

    def __init__(
        self,
        state: State | None = None,
        segment_id: UUID | None = None,
        list_id: UUID | None = None,
        q: Annotated[str | None, Query(max_length=200)] = None,
    ) -> None:
        self.filter = Filter(state, segment_id, list_id, q)


@router.get("/contacts")
def all_contacts(
    desk: Annotated[Desk, may("contact.view")], part: Annotated[Part, Depends()], asked: Annotated[Which, Depends()]
) -> Page[ContactView]:
    """By family name."""
    after = part.after(str, UUID)
    which = replace(asked.filter, proposals=sees_proposals(desk))
    found = desk.read(lambda c: reading.page(c, desk.workspace_id, which, after, part.limit + 1))
    keyed = part.page(found, lambda row: (row.name, row.contact_id))
    return Page(items=[view_of(row) for row in keyed.items], next=keyed.next)


@router.get("/contacts/counts")
def count_contacts(desk: Annotated[Desk, may("contact.view")], asked: Annotated[Which, Depends()]) -> dict[State, int]:
    """How many of them there are in each state."""
    which = replace(asked.filter, proposals=sees_proposals(desk))
    return desk.read(lambda c: reading.count(c, desk.workspace_id, which))


@router.get("/contacts/{contact_id}")
def one_contact(contact_id: UUID, desk: Annotated[Desk, may("contact.view")]) -> ContactCard:
    """With what has happened to it. One that was merged away names where it is found now."""
    row = desk.read(lambda c: reading.one(c, desk.workspace_id, contact_id, proposals=sees_proposals(desk)))
    if row is None:
        raise NotFound("there is no such contact in this workspace")
    events = desk.read(lambda c: reading.history(c, desk.workspace_id, contact_id))
    history = tuple(Happened(what=event.type, at=event.occurred_at, by=event.actor) for event in events)
    family = desk.read(lambda c: corrections.family_here(c, desk.workspace_id, contact_id))
    filled = row.origin == "import" and any(origin != "import" for origin in family.values())
    return ContactCard(**view_of(row).model_dump(), history=history, filled=filled, fields=fields_of(desk, row, family))


@router.post("/contacts/publish")
def publish(ask: Selection, desk: Annotated[Desk, may("contact.publish")], preview: bool = False) -> Outcome:
    """By the Provider. Of a state, a segment or a list, only those that match a segment now; what is named goes in any case."""
    return act_on(desk, Act.PUBLISH, ask, "published", preview=preview)


@router.post("/contacts/approve")
def approve(ask: Selection, desk: Annotated[Desk, may("contact.review")], preview: bool = False) -> Outcome:
    return act_on(desk, Act.APPROVE, ask, "approved", preview=preview)


@router.post("/contacts/exclude")
def exclude(ask: SelectionWithReason, desk: Annotated[Desk, may("contact.review")], preview: bool = False) -> Outcome:
    """For good: an excluded contact never returns."""
    return act_on(desk, Act.EXCLUDE, ask, ask.reason, preview=preview)


def act_on(desk: Desk, act: Act, ask: Selection, reason: str, *, preview: bool) -> Outcome:
    review = Review(desk.workspace_id, act, reason, sees_proposals(desk))
    which = ask.filter(desk, matching=act == Act.PUBLISH)
    if preview:
        return desk.read(lambda c: reviewing.preview(c, review, ask.ids or which))
    done = in_chunks(desk, ask, which, lambda work, ids: reviewing.review_contacts(work, review, ids))
    return sum(done, start=Outcome())


def view_of(row: object) -> ContactView:
    return ContactView.model_validate(row, from_attributes=True)
