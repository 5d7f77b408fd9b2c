"""The Provider's people: search, one person with the records below, two of them compared; what was merged wrongly is split or un-merged."""

from asyncio import gather
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from schemas.body import PROVIDER
from services.dashboard import evidence, fields
from services.dashboard.api.review import asked, back_to, name_of, told
from services.dashboard.frame import Json, PageRoute, Visit, Visited
from services.dashboard.words import DETAILS
from services.kit.errors import Forbidden, Rejected, Unauthenticated

router = APIRouter(route_class=PageRoute, prefix="/provider/people")
API = "/api/dedupe/people"
INGEST = f"/api/ingest/workspaces/{PROVIDER}"


@router.get("")
async def search(visit: Visited, q: str = "") -> Response:
    await visit.enter_as_operator()
    people, problem = await found_by(visit, q.strip()) if q.strip() else ([], None)
    if len(people) == 1:
        return RedirectResponse(f"/provider/people/{people[0]['person_id']}", 303)
    return visit.page("people.html", "people", q=q, people=people, problem=problem, name_of=name_of)


async def found_by(visit: Visit, words: str) -> tuple[list[Json], str | None]:
    """The people, or why nobody can be searched for so."""
    try:
        return (await visit.apis.get(API, q=words))["people"], None
    except (Unauthenticated, Forbidden):
        raise
    except Rejected as refusal:
        return [], refusal.reason


@router.get("/compare")
async def compare(visit: Visited, one: UUID, other: UUID, done: str | None = None) -> Response:
    """A link to this page shows the same pair for ever if it names records; persons may be merged."""
    _, question, said = await gather(
        visit.enter_as_operator(), visit.apis.get("/api/dedupe/compare", one=one, other=other), told(visit, done)
    )
    here = f"/provider/people/compare?one={question['record_ids'][0]}&other={question['record_ids'][1]}"
    shown = await asked(visit, question, here)
    return visit.page("compare.html", "people", said=said, said_back=here, name_of=name_of, **shown)


@router.get("/{person_id}")
async def person(visit: Visited, person_id: UUID, done: str | None = None) -> Response:
    said = await told(visit, done)
    return await shown(visit, person_id, said=said)


async def shown(visit: Visit, person_id: UUID, **more: Any) -> Response:
    """`preview`: the people as they would be; `ticked`: the records that were chosen for it."""
    _, found, imports = await gather(
        visit.enter_as_operator(), visit.apis.get(f"{API}/{person_id}"), visit.apis.see(f"{INGEST}/imports", limit=500)
    )
    files = {each["import_id"]: each["file_name"] for each in imports["items"]} if imports else {}
    more = {"said": None, "preview": None, "ticked": (), "note": "", "problem": None, **more}
    return visit.page(
        "person.html",
        "people",
        person=found,
        name=name_of(found),
        shown=fields.shown(found["fields"], "correction", fields.Reader(visit.me["actor"], files)),
        files=files,
        names=fields.FIELDS,
        call=fields.name_of,
        named=named,
        path=f"/provider/people/{person_id}",
        **more,
    )


def named(said: Json) -> list[tuple[str, str]]:
    """Fields with their names, in the order in which they are read; those that have no name here by their own."""
    order = [*DETAILS, *(name for name in said if name not in DETAILS)]
    skipped = evidence.INNER | (evidence.HALVES if said.get("full_name") else set())
    return [(evidence.label(name), evidence.text(said[name])) for name in order if said.get(name) and name not in skipped]


@router.post("/{person_id}/split")
async def split(
    visit: Visited,
    person_id: UUID,
    record_ids: Annotated[list[UUID] | None, Form()] = None,
    note: Annotated[str, Form(max_length=500)] = "",
    preview: Annotated[bool, Form()] = False,
) -> Response:
    chosen = [str(each) for each in record_ids or ()]
    if not chosen:
        return await shown(visit, person_id, problem="Tick the records that are somebody else's first")
    return await act(visit, person_id, "split", {"record_ids": chosen, "note": note or None}, preview=preview, ticked=chosen)


@router.post("/{person_id}/unmerge")
async def unmerge(
    visit: Visited,
    person_id: UUID,
    note: Annotated[str, Form(max_length=500)] = "",
    preview: Annotated[bool, Form()] = False,
) -> Response:
    return await act(visit, person_id, "unmerge", {"note": note or None}, preview=preview)


async def act(visit: Visit, person_id: UUID, what: str, ask: Json, *, preview: bool, ticked: Any = ()) -> Response:
    """Done, and back to the person; or the person's page with how it would be, or with why it cannot be."""
    try:
        judged = await visit.apis.post(f"{API}/{person_id}/{what}", ask, preview=preview)
    except (Unauthenticated, Forbidden):
        raise
    except Rejected as refusal:
        return await shown(visit, person_id, ticked=ticked, note=ask["note"] or "", problem=refusal.reason)
    if preview:
        return await shown(visit, person_id, ticked=ticked, note=ask["note"] or "", preview=judged["people"])
    return back_to(f"/provider/people/{person_id}", judged["judgement_id"])
