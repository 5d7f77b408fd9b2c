"""The Provider's pages of golden records: the survivorship rules with their preview, and the corrections of a person."""

from asyncio import gather
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from schemas.body import PROVIDER
from services.dashboard.api import people
from services.dashboard.fields import GROUPS, RULES, name_of
from services.dashboard.frame import PageRoute, Visit, Visited

router = APIRouter(route_class=PageRoute, prefix="/provider")
API = "/api/dedupe"
INGEST = f"/api/ingest/workspaces/{PROVIDER}"


@router.get("/golden")
async def golden(visit: Visited) -> Response:
    return await rules_page(visit)


@router.post("/golden/preview")
async def preview(visit: Visited, request: Request) -> Response:
    asked = asked_of(await request.form())
    found, problem = await visit.apis.attempt("POST", f"{API}/survivorship/preview", json=asked)
    return await rules_page(visit, asked, problem=problem, preview=found and found.json())


@router.post("/golden")
async def save(visit: Visited, request: Request) -> Response:
    asked = asked_of(await request.form())
    _, problem = await visit.apis.attempt("PUT", f"{API}/survivorship", json=asked)
    return await rules_page(visit, asked, problem=problem) if problem else RedirectResponse("/provider/golden", 303)


def asked_of(form: FormData) -> dict[str, Any]:
    """What the form says; a group all of whose criteria are blank keeps the default."""
    criteria = {group: [str(each) for each in form.getlist(group) if each] for group in GROUPS}
    lines = {
        name: [line.strip() for line in str(form.get(name, "")).splitlines() if line.strip()] for name in ("sources", "hidden_sources")
    }
    version = str(form.get("version", "0"))
    return {"version": int(version) if version.isdecimal() else 0, "fields": {g: its for g, its in criteria.items() if its}, **lines}


async def rules_page(visit: Visit, asked: Any = None, *, problem: str | None = None, preview: Any = None) -> Response:
    _, rules, sources = await gather(
        visit.enter_as_operator(), visit.apis.get(f"{API}/survivorship"), visit.apis.see(f"{INGEST}/sources", limit=100)
    )
    return visit.page(
        "golden.html",
        "provider",
        rules=rules,
        asked=asked or rules,
        problem=problem,
        preview=preview,
        sources=[each["name"] for each in sources["items"]] if sources else [],
        groups=GROUPS,
        words=RULES,
        call=name_of,
    )


@router.post("/people/{person_id}/correct")
async def correct(visit: Visited, person_id: UUID, field: Annotated[str, Form()], value: Annotated[str, Form()] = "") -> Response:
    body = {"field": field, "value": value}
    return await change(visit, person_id, "PUT", json=body)


@router.post("/people/{person_id}/withdraw")
async def withdraw(visit: Visited, person_id: UUID, field: Annotated[str, Form()]) -> Response:
    return await change(visit, person_id, "DELETE", params={"field": field})


async def change(visit: Visit, person_id: UUID, method: str, **asked: Any) -> Response:
    _, problem = await visit.apis.attempt(method, f"{API}/people/{person_id}/corrections", **asked)
    return await people.shown(visit, person_id, problem=problem) if problem else RedirectResponse(f"/provider/people/{person_id}", 303)
