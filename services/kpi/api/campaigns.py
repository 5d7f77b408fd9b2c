"""The Campaign KPI: the tiles, the states of each step, and the recipients behind each number."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import Connection

from services.kit.errors import Invalid, NotFound
from services.kit.http import Desk, Page, Part, may
from services.kpi.api.forms import PREFIX, NumberView, named, numbers_since
from services.kpi.domain.days import Period
from services.kpi.domain.status import CAMPAIGN, STANDINGS, STATES
from services.kpi.store import reading
from services.kpi.store.reading import Number

router = APIRouter(prefix=PREFIX, tags=["campaigns"])


class StateView(BaseModel):
    """Distinct recipients."""

    ever: int = 0
    now: int = 0


class StepView(BaseModel):
    step_id: str
    channel: str
    act: str
    states: dict[str, StateView]


class CampaignKpis(BaseModel):
    campaign_id: UUID
    name: str
    state: str
    since: datetime
    kpis: dict[str, NumberView]
    """`engaged` counts recipients touched, `touches` the touches themselves. The standings add up to `recipients`."""
    scheduled_by_day: dict[date, int]
    """Recipients with a step planned on that day, and not yet taken."""
    steps: list[StepView]
    totals: dict[str, dict[str, StateView]]
    """By channel, over all its steps; each recipient is in one place now, so `now` adds up."""


class RecipientView(BaseModel):
    recipient_id: UUID
    contact_id: UUID
    name: str | None
    title: str | None
    company: str | None
    erased: bool
    touches: int
    step_id: str | None
    """Where it is now, and in what state there."""
    state: str | None
    exited: str | None
    """Why it left the sequence, if it has."""


@router.get("/campaigns/{campaign_id}/kpis")
def campaign_kpis(desk: Annotated[Desk, may("kpi.view")], campaign_id: UUID, since: Period = Period.WEEK) -> CampaignKpis:
    return desk.read(lambda connection: kpis_of(connection, desk, campaign_id, since))


@router.get("/campaigns/{campaign_id}/recipients")
def campaign_recipients(
    desk: Annotated[Desk, may("recipient.view")],
    part: Annotated[Part, Depends()],
    campaign_id: UUID,
    kpi: str = "recipients",
    step: str = "",
) -> Page[RecipientView]:
    """Those behind a number: a tile's name, `scheduled@2026-03-05`, or a state as `email.sent` (ever) or `email.sent.now`."""
    name, after = name_of(kpi, step), part.after(UUID)
    found = desk.read(
        lambda c: reading.recipients(c, desk.workspace_id, campaign_id, name, after=after[0] if after else None, limit=part.limit + 1)
    )
    page = part.page(found, lambda row: (row.recipient_id,))
    return Page[RecipientView](items=[recipient_view(row) for row in page.items], next=page.next)


def kpis_of(connection: Connection, desk: Desk, campaign_id: UUID, since: Period) -> CampaignKpis:
    campaign = reading.campaign(connection, desk.workspace_id, campaign_id)
    if campaign is None:
        raise NotFound("there is no such campaign in this workspace")
    began, numbers = numbers_since(connection, desk, campaign_id, since)
    steps = [(step_id, channel, act) for step_id, channel, act in campaign.steps or ()]
    channels = dict.fromkeys(channel for _, channel, _ in steps)
    return CampaignKpis(
        campaign_id=campaign_id,
        name=campaign.name,
        state=campaign.state,
        since=began,
        kpis=named(numbers, CAMPAIGN + STANDINGS),
        scheduled_by_day=by_day(numbers),
        steps=[
            StepView(step_id=step_id, channel=channel, act=act, states=states(numbers, step_id, channel)) for step_id, channel, act in steps
        ],
        totals={channel: states(numbers, "", channel) for channel in channels},
    )


def by_day(numbers: list[Number]) -> dict[date, int]:
    prefix = "scheduled@"
    found = {date.fromisoformat(n.kpi.removeprefix(prefix)): n.value for n in numbers if n.kpi.startswith(prefix)}
    return {day: found[day] for day in sorted(found) if found[day]}


def states(numbers: list[Number], step_id: str, channel: str) -> dict[str, StateView]:
    found = {number.kpi: number.value for number in numbers if number.step_id == step_id}
    return {
        state: StateView(ever=found.get(f"{channel}.{state}.ever", 0), now=found.get(f"{channel}.{state}.now", 0))
        for state in STATES[channel]
    }


def name_of(kpi: str, step: str) -> str:
    """As the recipients' rows have it. Raises Invalid for what no recipient could ever be counted in."""
    tile, _, _ = kpi.partition("@")
    if tile in {*CAMPAIGN, *STANDINGS} - {"touches"} and not step:
        return f"|{kpi}"
    channel, _, rest = kpi.partition(".")
    state, _, when = rest.partition(".")
    if state not in STATES.get(channel, ()) or when not in {"", "ever", "now"}:
        raise Invalid(f"there is no list of recipients behind {kpi}{f' at step {step}' if step else ''}")
    return f"{step}|{channel}.{state}.{when or 'ever'}"


def recipient_view(row: Any) -> RecipientView:
    step_id, state = row.here or (None, None)
    return RecipientView(
        recipient_id=row.recipient_id,
        contact_id=row.contact_id,
        name=row.name,
        title=row.title,
        company=row.company,
        erased=row.erased,
        touches=row.touches,
        step_id=step_id,
        state=state,
        exited=row.exited,
    )
