"""The Leads KPI, the leads behind each number, one lead with its timeline, and what is done with it on the page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import Connection, Row

from services.kit.errors import Invalid, NotFound
from services.kit.http import Desk, Page, Part, may
from services.kpi.api.forms import PREFIX, NumberView, named, numbers_since
from services.kpi.domain.counting import NO_CAMPAIGN
from services.kpi.domain.days import Period
from services.kpi.domain.status import LEADS
from services.kpi.store import reading
from services.kpi.store.reading import Filter

router = APIRouter(prefix=PREFIX, tags=["leads"])
CONVERSATION = timedelta(days=30)
"""A conversation is going on while the last reply is not older than this."""
SORT_KEYS: dict[str, type[Any]] = {"last_action": datetime, "score": int, "combined": float}


class LeadsKpis(BaseModel):
    since: datetime
    kpis: dict[str, NumberView]


class LeadView(BaseModel):
    contact_id: UUID
    name: str | None
    """None, too, once the person is erased."""
    title: str | None
    company: str | None
    erased: bool
    last_action_at: datetime | None
    last_action: str | None
    score: int | None
    """1 to 10; None before the first activity."""
    new: bool
    """Until this user has looked at it or acted on it."""
    conversation: bool
    archived: bool


class LeadCard(LeadView):
    kpis: list[str]
    """The Leads KPIs that it is counted in."""
    reasons: list[str]
    """Of the score."""


class EntryView(BaseModel):
    event_id: UUID
    at: datetime
    kind: str
    words: str
    text: str | None
    """What was written."""
    campaign_id: UUID | None
    step_id: str | None
    channel: str | None


class Which:
    """Which leads, in what order. A click on a KPI spans both views; without one the view is the active one."""

    def __init__(
        self,
        kpi: str | None = None,
        view: Literal["active", "archived"] | None = None,
        sort: Literal["last_action", "score", "combined"] = "last_action",
        q: Annotated[str | None, Query(max_length=200)] = None,
    ) -> None:
        if kpi is not None and kpi not in LEADS:
            raise Invalid(f"there is no Leads KPI {kpi}; there are {', '.join(LEADS)}")
        self.filter = Filter(kpi or "all", view or (None if kpi else "active"), q, sort)


@router.get("/leads/kpis")
def leads_kpis(desk: Annotated[Desk, may("kpi.view")], since: Period = Period.WEEK) -> LeadsKpis:
    began, numbers = desk.read(lambda connection: numbers_since(connection, desk, NO_CAMPAIGN, since))
    return LeadsKpis(since=began, kpis=named(numbers, LEADS))


@router.get("/leads")
def all_leads(
    desk: Annotated[Desk, may("lead.view")], part: Annotated[Part, Depends()], asked: Annotated[Which, Depends()]
) -> Page[LeadView]:
    """`combined` is the score, halved for every 14 days since the last action."""
    sort = asked.filter.sort
    after = part.after(SORT_KEYS[sort], UUID)
    found = desk.read(
        lambda c: reading.leads(
            c,
            desk.workspace_id,
            desk.caller.actor,
            asked.filter,
            after=(after[0], after[1]) if after else None,
            limit=part.limit + 1,
        )
    )
    page = part.page(found, lambda row: (getattr(row, f"by_{sort}"), row.contact_id))
    return Page[LeadView](items=[lead_view(row, desk.context.clock()) for row in page.items], next=page.next)


@router.get("/leads/{contact_id}")
def one_lead(desk: Annotated[Desk, may("lead.view")], contact_id: UUID) -> LeadCard:
    return desk.read(lambda connection: card(connection, desk, contact_id))


@router.get("/contacts/{contact_id}/timeline")
def timeline(desk: Annotated[Desk, may("timeline.view")], part: Annotated[Part, Depends()], contact_id: UUID) -> Page[EntryView]:
    """The latest first."""
    after = part.after(datetime, UUID)
    found = desk.read(lambda c: reading.timeline(c, desk.workspace_id, contact_id, (after[0], after[1]) if after else None, part.limit + 1))
    page = part.page(found, lambda row: (row.at, row.event_id))
    items = [EntryView.model_validate(row, from_attributes=True) for row in page.items]
    return Page[EntryView](items=items, next=page.next)


@router.post("/leads/{contact_id}/archive")
def archive(desk: Annotated[Desk, may("lead.edit")], contact_id: UUID) -> LeadCard:
    now = desk.context.clock()
    return act(desk, contact_id, lambda c: reading.archive(c, desk.workspace_id, contact_id, desk.caller.actor, now))


@router.post("/leads/{contact_id}/unarchive")
def unarchive(desk: Annotated[Desk, may("lead.edit")], contact_id: UUID) -> LeadCard:
    return act(desk, contact_id, lambda c: reading.unarchive(c, desk.workspace_id, contact_id))


@router.post("/leads/{contact_id}/seen")
def seen(desk: Annotated[Desk, may("lead.view")], contact_id: UUID) -> LeadCard:
    return act(desk, contact_id, lambda _: None)


def act(desk: Desk, contact_id: UUID, change: Callable[[Connection], None]) -> LeadCard:
    """Who acts on a lead has seen it."""

    def do(connection: Connection) -> LeadCard:
        card(connection, desk, contact_id)
        change(connection)
        reading.see(connection, desk.workspace_id, contact_id, desk.caller.actor, desk.context.clock())
        return card(connection, desk, contact_id)

    return desk.do(lambda work: (do(work.connection), ()))


def card(connection: Connection, desk: Desk, contact_id: UUID) -> LeadCard:
    row = reading.lead(connection, desk.workspace_id, desk.caller.actor, contact_id)
    if row is None:
        raise NotFound("there is no such contact in this workspace")
    shown = lead_view(row, desk.context.clock())
    kpis = [name for name in LEADS if name in row.names]
    return LeadCard(**shown.model_dump(), kpis=kpis, reasons=row.reasons or [])


def lead_view(row: Row[Any], now: datetime) -> LeadView:
    return LeadView(
        contact_id=row.contact_id,
        name=row.name,
        title=row.title,
        company=row.company,
        erased=row.erased,
        last_action_at=row.last_action_at,
        last_action=row.last_action,
        score=row.score,
        new=row.new,
        conversation=row.last_reply_at is not None and now - row.last_reply_at <= CONVERSATION,
        archived=row.archived,
    )
