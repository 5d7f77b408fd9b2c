"""Lists of contacts. Those on one are found by `GET contacts?list_id=…`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.kit.http import Ask, Desk, Page, Part, may
from services.publish.api.forms import PREFIX, Selection, in_chunks, sees_proposals
from services.publish.commands import lists as commands
from services.publish.commands.lists import Listed
from services.publish.store import lists as store

router = APIRouter(prefix=PREFIX, tags=["lists"])


class MakeList(Ask):
    name: str = Field(min_length=1, max_length=200)


class ListKey(BaseModel):
    list_id: UUID


class ListView(BaseModel):
    list_id: UUID
    name: str
    origin: str
    made_at: datetime
    contacts: int


@router.post("/lists", status_code=201)
def make_list(ask: MakeList, desk: Annotated[Desk, may("list.edit")]) -> ListKey:
    key = uuid4()
    return ListKey(list_id=desk.do(lambda work: commands.make_list(work, desk.workspace_id, key, ask.name)))


@router.get("/lists")
def all_lists(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("list.view")]) -> Page[ListView]:
    """By name."""
    after = part.after(str, UUID)
    found = desk.read(lambda c: store.lists(c, desk.workspace_id, after, part.limit + 1, proposals=sees_proposals(desk)))
    views = [ListView.model_validate(row, from_attributes=True) for row in found]
    return part.page(views, lambda view: (view.name.lower(), view.list_id))


@router.post("/lists/{list_id}/contacts")
def add_to_list(list_id: UUID, ask: Selection, desk: Annotated[Desk, may("list.edit")]) -> Listed:
    proposals = sees_proposals(desk)
    done = in_chunks(
        desk,
        ask,
        ask.filter(desk),
        lambda work, ids: commands.add_to_list(work, desk.workspace_id, list_id, ids, proposals=proposals),
    )
    return sum(done, start=Listed())
