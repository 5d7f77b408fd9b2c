"""Market segments."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.kit.http import Ask, Desk, Page, may
from services.publish.api.forms import PREFIX, sees_proposals
from services.publish.commands import segments as commands
from services.publish.store import segments as store

router = APIRouter(prefix=PREFIX, tags=["segments"])


class DefineSegment(Ask):
    """`rule`: {"all": […]}, {"any": […]}, {"not": …} or {"field", "is", "value"}; what is wrong with one is told by its path."""

    name: str = Field(min_length=1, max_length=200)
    rule: dict[str, Any]


class SegmentKey(BaseModel):
    segment_id: UUID


class SegmentView(BaseModel):
    segment_id: UUID
    name: str
    rule: dict[str, Any]
    reviewing: bool
    """Whether known persons are still being held against the workspace's segments."""
    contacts: dict[str, int]
    """How many match, by their state."""


@router.post("/segments", status_code=201)
def define_segment(ask: DefineSegment, desk: Annotated[Desk, may("segment.edit")]) -> SegmentKey:
    key = uuid4()
    return SegmentKey(segment_id=desk.do(lambda work: commands.define_segment(work, desk.workspace_id, key, ask.name, ask.rule)))


@router.put("/segments/{segment_id}")
def revise_segment(segment_id: UUID, ask: DefineSegment, desk: Annotated[Desk, may("segment.edit")]) -> SegmentKey:
    return SegmentKey(segment_id=desk.do(lambda work: commands.revise_segment(work, desk.workspace_id, segment_id, ask.name, ask.rule)))


@router.delete("/segments/{segment_id}", status_code=204)
def retire_segment(segment_id: UUID, desk: Annotated[Desk, may("segment.edit")]) -> None:
    desk.do(lambda work: commands.retire_segment(work, desk.workspace_id, segment_id))


@router.get("/segments")
def all_segments(desk: Annotated[Desk, may("segment.view")]) -> Page[SegmentView]:
    """All of them, by name."""
    found = desk.read(lambda c: store.segment_views(c, desk.workspace_id, all_states=sees_proposals(desk)))
    return Page(items=[SegmentView.model_validate(row, from_attributes=True) for row in found])
