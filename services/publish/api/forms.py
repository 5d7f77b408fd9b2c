"""What several routes ask and answer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Self, TypeVar
from uuid import UUID

from pydantic import Field, model_validator

from schemas.permissions import holds
from services.kit.events import Told, Work
from services.kit.http import Ask, Desk
from services.publish.domain.contacts import State
from services.publish.store import reading
from services.publish.store.reading import Filter

PREFIX = "/api/publish/workspaces/{workspace_id}"
CHUNK = 2000
"""Contacts changed in one transaction."""
MOST_IDS = 20_000

T = TypeVar("T")


class Selection(Ask):
    """Contacts by their ids, or all of a state, a segment or a list."""

    ids: tuple[UUID, ...] | None = Field(default=None, min_length=1, max_length=MOST_IDS)
    state: State | None = None
    segment_id: UUID | None = None
    list_id: UUID | None = None

    @model_validator(mode="after")
    def names_somebody(self) -> Self:
        if (self.ids is None) == (self.state is None and self.segment_id is None and self.list_id is None):
            raise ValueError("give either ids, or one or more of state, segment_id and list_id")
        return self

    def filter(self, desk: Desk, *, matching: bool = False) -> Filter:
        return Filter(self.state, self.segment_id, self.list_id, proposals=sees_proposals(desk), matching=matching)


def sees_proposals(desk: Desk) -> bool:
    """What is not published yet is the Provider's to see."""
    return holds(desk.caller.role, "contact.publish")


def in_chunks(desk: Desk, ask: Selection, which: Filter, do: Callable[[Work, Sequence[UUID]], tuple[T, list[Told]]]) -> list[T]:
    """Each chunk in a transaction of its own. An Idempotency-Key is not kept for it: what was done already is found done."""
    desk = replace(desk, once=None)
    return [desk.do(partial(do_with, do, ids)) for ids in chunks(desk, ask, which)]


def do_with(do: Callable[[Work, Sequence[UUID]], tuple[T, list[Told]]], ids: Sequence[UUID], work: Work) -> tuple[T, list[Told]]:
    return do(work, ids)


def chunks(desk: Desk, ask: Selection, which: Filter) -> Iterator[Sequence[UUID]]:
    if ask.ids is not None:
        yield from (ask.ids[start : start + CHUNK] for start in range(0, len(ask.ids), CHUNK))
        return
    place: UUID | None = None
    while ids := desk.read(partial(reading.ids_after, workspace_id=desk.workspace_id, which=which, after=place, most=CHUNK)):
        yield ids
        place = ids[-1]
