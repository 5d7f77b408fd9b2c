"""The Leads page, and the card of one lead with its timeline."""

from asyncio import gather
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from services.dashboard.fields import FIELDS, Reader
from services.dashboard.fields import shown as fields
from services.dashboard.frame import PageRoute, Visit, Visited
from services.dashboard.links import link
from services.dashboard.words import FORMULA, LEADS, PERIODS, SORTS, VIEWS
from services.kit.errors import NotFound

router = APIRouter(route_class=PageRoute, prefix="/workspaces/{workspace_id}/leads")


class Wanted(BaseModel):
    """What the page's address asks for."""

    view: Literal["active", "archived"] = "active"
    kpi: str | None = None
    since: Literal["week", "month", "quarter", "year"] = "week"
    sort: Literal["last_action", "score", "combined"] = "last_action"
    q: str = ""

    @property
    def state(self) -> dict[str, str]:
        """What is not as it is by default; and always the view, as an address that asks for nothing means the user's own default."""
        return {"view": self.view} | self.model_dump(exclude_defaults=True)


@router.get("")
async def leads(visit: Visited, workspace_id: UUID, wanted: Annotated[Wanted, Query()], cursor: str | None = None) -> Response:
    if wanted.kpi and wanted.kpi not in LEADS:
        raise NotFound(f"there is no KPI {wanted.kpi}")
    api, path = f"/api/kpi/workspaces/{workspace_id}/leads", f"/workspaces/{workspace_id}/leads"
    if not visit.request.query_params:
        kept = await visit.apis.see(f"{api}/preferences") or {}
        wanted = Wanted(**{name: value for name, value in kept.items() if value is not None})
        return RedirectResponse(link(path, wanted.state), 303)
    # A click on a KPI spans both views: the number is the length of the list.
    view = None if wanted.kpi else wanted.view
    query = {"kpi": wanted.kpi, "view": view, "sort": wanted.sort, "q": wanted.q, "cursor": cursor}
    if visit.wants_rows:
        _, found = await gather(visit.enter(workspace_id), visit.apis.get(api, **query))
        return visit.page("leads_rows.html", "leads", **rows(found, path, wanted))
    _, kpis, found, _ = await gather(
        visit.enter(workspace_id),
        visit.apis.see(f"{api}/kpis", since=wanted.since),
        visit.apis.see(api, **query),
        keep(visit, f"{api}/preferences", wanted),
    )
    return visit.page(
        "leads.html",
        "leads",
        **rows(found, path, wanted),
        kpis=kpis and kpis["kpis"],
        wanted=wanted,
        link=partial(link, path, wanted.state),
        path=path,
        names=LEADS,
        periods=PERIODS,
        sorts=SORTS,
        views=VIEWS,
        formula=FORMULA,
    )


async def keep(visit: Visit, path: str, wanted: Wanted) -> None:
    """As this user's default, if they asked for it on our pages; a link that somebody sent them changes nothing of theirs."""
    if visit.request.headers.get("sec-fetch-site") == "same-origin":
        await visit.apis.keep(path, wanted.state)


def rows(found: Any | None, path: str, wanted: Wanted) -> dict[str, Any]:
    """The list's rows; None where they cannot be had."""
    more = found and found["next"] and link(path, wanted.state, cursor=found["next"])
    return {"leads": found and found["items"], "more": more}


@router.get("/{contact_id}")
async def lead(visit: Visited, workspace_id: UUID, contact_id: UUID, cursor: str | None = None) -> Response:
    """Opening a card is looking at it: it is not new to this user any more."""
    return await card(visit, workspace_id, contact_id, cursor)


async def card(visit: Visit, workspace_id: UUID, contact_id: UUID, cursor: str | None = None, problem: str | None = None) -> Response:
    api, path = f"/api/kpi/workspaces/{workspace_id}", f"/workspaces/{workspace_id}/leads/{contact_id}"
    _, shown, timeline, campaigns, contact = await gather(
        visit.enter(workspace_id),
        visit.apis.get(f"{api}/leads/{contact_id}"),
        visit.apis.see(f"{api}/contacts/{contact_id}/timeline", cursor=cursor),
        visit.apis.see(f"/api/campaign/workspaces/{workspace_id}/campaigns", limit=500),
        contact_of(visit, workspace_id, contact_id),
    )
    own = bool(contact) and contact["origin"] == "import"
    told = await visit.apis.see(f"/api/dedupe/workspaces/{workspace_id}/people/{contact['person_id']}/recognition") if own else None
    if shown["new"]:
        await visit.apis.post(f"{api}/leads/{contact_id}/seen")
    return visit.page(
        "lead.html",
        "leads",
        lead=shown,
        entries=timeline and timeline["items"],
        more=timeline and timeline["next"] and link(path, {}, cursor=timeline["next"]),
        campaigns={each["campaign_id"]: each["name"] for each in campaigns["items"]} if campaigns else {},
        path=path,
        kpis=LEADS,
        contact=contact,
        shown=contact and fields(contact["fields"], "workspace", Reader(visit.me["actor"])),
        edits=may_edit(visit, workspace_id) and bool(contact) and contact["state"] not in {"excluded", "merged"},
        names=FIELDS,
        refused=bool(told and told["refused"]),
        problem=problem,
    )


async def contact_of(visit: Visit, workspace_id: UUID, contact_id: UUID) -> Any | None:
    """Publish's view of it; None while publish has not heard what kpi has, or is away."""
    try:
        return await visit.apis.see(f"/api/publish/workspaces/{workspace_id}/contacts/{contact_id}")
    except NotFound:
        return None


def may_edit(visit: Visit, workspace_id: UUID) -> bool:
    """Whether the forms are shown; the API decides."""
    here = [each["role"] for each in visit.me["roles"] if each["workspace_id"] in {None, str(workspace_id)}]
    return any(role != "member" for role in here)


@router.post("/{contact_id}/correct")
async def correct(
    visit: Visited, workspace_id: UUID, contact_id: UUID, field: Annotated[str, Form()], value: Annotated[str, Form()] = ""
) -> Response:
    return await change(visit, workspace_id, contact_id, "PUT", json={"field": field, "value": value})


@router.post("/{contact_id}/withdraw")
async def withdraw(visit: Visited, workspace_id: UUID, contact_id: UUID, field: Annotated[str, Form()]) -> Response:
    return await change(visit, workspace_id, contact_id, "DELETE", params={"field": field})


@router.post("/{contact_id}/refuse")
async def refuse(visit: Visited, workspace_id: UUID, contact_id: UUID, person_id: Annotated[UUID, Form()]) -> Response:
    """The contact is not the person whom the Provider has published."""
    return await decide(visit, workspace_id, contact_id, "DELETE", person_id)


@router.post("/{contact_id}/allow")
async def allow(visit: Visited, workspace_id: UUID, contact_id: UUID, person_id: Annotated[UUID, Form()]) -> Response:
    return await decide(visit, workspace_id, contact_id, "PUT", person_id)


async def decide(visit: Visit, workspace_id: UUID, contact_id: UUID, method: str, person_id: UUID) -> Response:
    _, problem = await visit.apis.attempt(method, f"/api/dedupe/workspaces/{workspace_id}/people/{person_id}/recognition")
    if problem:
        return await card(visit, workspace_id, contact_id, problem=problem)
    return RedirectResponse(f"/workspaces/{workspace_id}/leads/{contact_id}", 303)


async def change(visit: Visit, workspace_id: UUID, contact_id: UUID, method: str, **asked: Any) -> Response:
    """A correction, or one taken back; what cannot be is said on the card."""
    path = f"/api/publish/workspaces/{workspace_id}/contacts/{contact_id}/corrections"
    _, problem = await visit.apis.attempt(method, path, **asked)
    if problem:
        return await card(visit, workspace_id, contact_id, problem=problem)
    return RedirectResponse(f"/workspaces/{workspace_id}/leads/{contact_id}", 303)


@router.post("/{contact_id}/archive")
async def archive(visit: Visited, workspace_id: UUID, contact_id: UUID) -> Response:
    return await act(visit, workspace_id, contact_id, "archive")


@router.post("/{contact_id}/unarchive")
async def unarchive(visit: Visited, workspace_id: UUID, contact_id: UUID) -> Response:
    return await act(visit, workspace_id, contact_id, "unarchive")


async def act(visit: Visit, workspace_id: UUID, contact_id: UUID, what: str) -> Response:
    await visit.apis.post(f"/api/kpi/workspaces/{workspace_id}/leads/{contact_id}/{what}")
    return RedirectResponse(f"/workspaces/{workspace_id}/leads/{contact_id}", 303)
