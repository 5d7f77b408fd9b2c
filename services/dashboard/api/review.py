"""The queue of duplicates: one question after the other, what speaks for and against, and the three answers; each can be taken back."""

from asyncio import gather
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from services.dashboard import evidence
from services.dashboard.frame import Json, PageRoute, Visit, Visited
from services.dashboard.links import inside, link
from services.dashboard.words import DECIDED, DETAILS, HOW, VERDICTS
from services.kit.errors import NotFound, Unavailable

router = APIRouter(route_class=PageRoute, prefix="/provider")
AT_ONCE = 8
"""Questions that are listed beside the one that is asked."""
COMPARE, DECISIONS, REVIEW = "/provider/people/compare", "/provider/decisions", "/provider/review"


@router.get("/review")
async def review(
    visit: Visited, one: UUID | None = None, other: UUID | None = None, cursor: str | None = None, done: str | None = None
) -> Response:
    """`one` and `other` are records, as these outlive every merge: which of the listed questions is asked, else the first."""
    _, found, said = await gather(
        visit.enter_as_operator(), visit.apis.get("/api/dedupe/review", limit=AT_ONCE, cursor=cursor), told(visit, done)
    )
    questions = found["items"]
    if cursor and not questions:
        return RedirectResponse(link(REVIEW, {"done": done}), 303)
    at = place_of(questions, str(one), str(other))
    here = [address(REVIEW, question, cursor=cursor) for question in questions]
    # The last one's next is the first of those that then come, wherever the list begins then.
    then = here[at + 1] if at + 1 < len(here) else link(REVIEW, {"cursor": found["next"]})
    return visit.page(
        "review.html",
        "review",
        questions=list(zip(questions, here, strict=True)),
        at=at,
        more=found["next"] and link(REVIEW, {}, cursor=found["next"]),
        first=cursor and REVIEW,
        said=said,
        said_back=link(REVIEW, {"cursor": cursor}),
        **(await asked(visit, questions[at], then) if questions else {"question": None}),
    )


def place_of(questions: list[Json], one: str, other: str) -> int:
    for place, question in enumerate(questions):
        sides = [{record["record_id"] for record in question[side]["records"]} for side in ("one", "other")]
        if (one in sides[0] and other in sides[1]) or (other in sides[0] and one in sides[1]):
            return place
    return 0


def address(path: str, question: Json, **more: Any) -> str:
    one, other = question["record_ids"]
    return link(path, {"one": one, "other": other}, **more)


async def asked(visit: Visit, question: Json, then: str) -> Json:
    """What the template of a pair shows; `then` is where an answer leads."""
    one, other = question["one"], question["other"]
    merged = None if question["one_person"] else await merged_of(visit, one["person_id"], other["person_id"])
    if question["one_person"]:
        said = {record["record_id"]: record["fields"] for record in one["records"]}
        mine, theirs = (said[record_id] for record_id in question["record_ids"])
        rows = evidence.side_by_side(mine, theirs, None)
    else:
        rows = evidence.side_by_side(one["details"], other["details"], merged)
    return {
        "question": question,
        "fall": evidence.waterfall(question),
        "turns": evidence.turns(question),
        "rows": rows,
        "merged": merged,
        "then": then,
        "stable": address(COMPARE, question),
        "how": HOW,
    }


async def merged_of(visit: Visit, one: str, other: str) -> Json | None:
    """The details of the person whom the two would be; None where that cannot be said, or it would not be one."""
    try:
        shown = await visit.apis.post("/api/dedupe/judgements", {"verdict": "same", "one": one, "other": other}, preview=True)
    except (NotFound, Unavailable):
        return None
    return dict(shown["people"][0]["details"]) if len(shown["people"]) == 1 else None


@router.get("/decisions")
async def decisions(visit: Visited, cursor: str | None = None, done: str | None = None) -> Response:
    """All that was decided, the latest first."""
    _, found, said = await gather(visit.enter_as_operator(), visit.apis.get("/api/dedupe/judgements", cursor=cursor), told(visit, done))
    shown = [(each, DECIDED[verdict_of(each["judgement"])], link(COMPARE, pair_of(each["judgement"]))) for each in found["items"]]
    return visit.page(
        "decisions.html",
        "review",
        decisions=shown,
        more=found["next"] and link(DECISIONS, {}, cursor=found["next"]),
        said=said,
        said_back=link(DECISIONS, {"cursor": cursor}),
        by_me=visit.me["actor"],
    )


class Answer(BaseModel):
    """The form of a question, about two persons; `back` is the page that comes then."""

    verdict: Literal["same", "different", "later"]
    one: UUID
    other: UUID
    back: str
    note: str = Field(default="", max_length=500)


@router.post("/judgements")
async def judge(visit: Visited, answer: Annotated[Answer, Form()]) -> Response:
    ask = {"verdict": answer.verdict, "one": str(answer.one), "other": str(answer.other), "note": answer.note or None}
    try:
        judged = await visit.apis.post("/api/dedupe/judgements", ask)
    except NotFound:
        return back_to(answer.back, "gone")
    return back_to(answer.back, judged["judgement_id"])


@router.post("/judgements/{judgement_id}/undo")
async def undo(visit: Visited, judgement_id: UUID, back: Annotated[str, Form()]) -> Response:
    """And back to the question, which is asked again."""
    judgement = (await visit.apis.call("DELETE", f"/api/dedupe/judgements/{judgement_id}")).json()
    pair = pair_of(judgement) if inside(back).startswith(REVIEW) else {}
    return back_to(link_on(back, **pair), str(judgement_id))


def back_to(back: str, done: str) -> Response:
    return RedirectResponse(link_on(back, done=done), 303)


def link_on(back: str, **more: str) -> str:
    """A path of ours, with more in its query."""
    path, _, query = inside(back).partition("?")
    return "?".join((path, "&".join(filter(None, (query, link("", more).removeprefix("?")))))) if more else inside(back)


async def told(visit: Visit, done: str | None) -> Json | None:
    """What the visitor just did, in words, whom it is about, and the judgement to take back unless it was."""
    if done is None:
        return None
    if done == "gone":
        return {"words": "Nothing was done: somebody else has changed these persons meanwhile", "undo": None, "names": [], "pair": None}
    judgement = await visit.apis.get(f"/api/dedupe/judgements/{UUID(done) if is_id(done) else UUID(int=0)}")
    pair = pair_of(judgement)
    found = await visit.apis.see("/api/dedupe/compare", **pair)
    names = list(dict.fromkeys(name_of(found[side]) for side in ("one", "other"))) if found else []
    words = "Taken back: the evidence decides again" if judgement["withdrawn"] else VERDICTS[verdict_of(judgement)]
    undone = None if judgement["withdrawn"] else judgement["judgement_id"]
    return {"words": words, "undo": undone, "names": names, "pair": link(COMPARE, pair)}


def pair_of(judgement: Json) -> Json:
    """A record of either part, as records outlive every merge."""
    return {"one": judgement["some"][0], "other": judgement["others"][0]}


def verdict_of(judgement: Json) -> str:
    return "split" if judgement["each_is_one"] else str(judgement["verdict"])


def name_of(person: Json) -> str:
    """By what people know somebody: the name, else an address."""
    details = person["details"]
    return next((str(details[name]) for name in ("full_name", "work_email", "private_email", *DETAILS) if details.get(name)), "(no name)")


def is_id(words: str) -> bool:
    try:
        UUID(words)
    except ValueError:
        return False
    return True
