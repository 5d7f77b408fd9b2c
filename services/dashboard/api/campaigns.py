"""The list of campaigns, and one campaign with its KPIs, its steps, and the recipients behind each number."""

from asyncio import gather
from functools import partial
from itertools import islice
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from services.dashboard.frame import PageRoute, Visited
from services.dashboard.links import link
from services.dashboard.steps import chart_of, tables_of
from services.dashboard.words import CAMPAIGN, CHANNELS, NOT_LISTED, PERIODS, STANDINGS, STATES, TONES, kpi_name, step_name

router = APIRouter(route_class=PageRoute, prefix="/workspaces/{workspace_id}/campaigns")
MOST_DAYS = 10
"""That have a link each to who is scheduled for them."""


class Wanted(BaseModel):
    """What the page's address asks for: the change since when, and the number whose recipients are listed."""

    since: Literal["week", "month", "quarter", "year"] = "week"
    kpi: str | None = None
    step: str | None = None


@router.get("")
async def campaigns(visit: Visited, workspace_id: UUID, cursor: str | None = None) -> Response:
    path = f"/workspaces/{workspace_id}/campaigns"
    _, found = await gather(visit.enter(workspace_id), visit.apis.get(f"/api/campaign/workspaces/{workspace_id}/campaigns", cursor=cursor))
    more = found["next"] and link(path, {}, cursor=found["next"])
    return visit.page("campaigns.html", "campaigns", campaigns=found["items"], more=more, path=path, tones=TONES, channels=CHANNELS)


@router.get("/{campaign_id}")
async def campaign(
    visit: Visited, workspace_id: UUID, campaign_id: UUID, wanted: Annotated[Wanted, Query()], cursor: str | None = None
) -> Response:
    place = f"workspaces/{workspace_id}/campaigns/{campaign_id}"
    path, state = f"/{place}", wanted.model_dump(exclude_defaults=True)
    asked = {"kpi": wanted.kpi, "step": wanted.step, "cursor": cursor}
    _, kpis, found = await gather(
        visit.enter(workspace_id),
        visit.apis.get(f"/api/kpi/{place}/kpis", since=wanted.since),
        visit.apis.get(f"/api/kpi/{place}/recipients", **asked) if wanted.kpi else nothing(),
    )
    steps = {step["step_id"]: step_name(number, step) for number, step in enumerate(kpis["steps"], 1)}
    more = found and found["next"] and link(path, state, cursor=found["next"])
    listed = {"recipients": found and found["items"], "more": more, "steps": steps, "states": STATES}
    if visit.wants_rows and found:
        return visit.page("recipients_rows.html", "campaigns", **listed)
    return visit.page(
        "campaign.html",
        "campaigns",
        campaign=kpis,
        tone=TONES.get(kpis["state"], "grey"),
        tables=tables_of(kpis, steps),
        chart=chart_of(kpis),
        **listed,
        listed=wanted.kpi and kpi_name(wanted.kpi, steps.get(wanted.step or "", wanted.step)),
        wanted=wanted,
        link=partial(link, path, state),
        path=path,
        names=CAMPAIGN,
        standings=STANDINGS,
        days=dict(islice(kpis["scheduled_by_day"].items(), MOST_DAYS)),
        not_listed=NOT_LISTED,
        periods=PERIODS,
    )


async def nothing() -> None:
    return None
