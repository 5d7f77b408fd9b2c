"""What the handlers need of the rows, in their own words. Each unit of work is one transaction; nobody here commits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.kpi.domain.board import Board
from services.kpi.domain.campaign import Campaign
from services.kpi.domain.counting import Count, Tally
from services.kpi.domain.pipeline import Key, Thing
from services.kpi.domain.timeline import Entry
from services.kpi.domain.track import Track

Places = Mapping[UUID, UUID]
"""Id → workspace."""


@dataclass(frozen=True)
class Running:
    """Whether campaigns ran, before and after what is being heard of them."""

    before: Mapping[UUID, Track[bool]]
    after: Mapping[UUID, Track[bool]]


class Rows(Protocol):
    """The rows of one batch. What is fetched here is locked until the batch ends, always contacts before all else but campaigns."""

    def leads(self, contacts: Places) -> Board:
        """The contacts alone, with placeholders for those unknown: for what moves no counter."""

    def families(self, contacts: Places, campaigns: Places) -> Board:
        """The contacts with their kin, all their recipients and whether their campaigns run; `campaigns` are those the batch names."""

    def campaigns(self, campaigns: Places) -> dict[UUID, Campaign]:
        """Locked for a change."""

    def save_campaigns(self, campaigns: Mapping[UUID, Campaign], places: Places) -> None: ...

    def families_in(self, campaigns: Places, running: Running) -> Iterator[Board]:
        """All recipients of these campaigns with their contacts, some thousands at a time."""

    def save(self, board: Board) -> None:
        """The rows that changed. Counters move by `count`."""

    def count(self, counts: Counter[Count], tallies: Counter[Tally], partition: int) -> None: ...

    def enter(self, entries: Sequence[Entry]) -> list[Entry]:
        """Put entries on the timelines; returns those that were not there before."""

    def things(self, wanted: Iterable[Thing]) -> dict[Key, Thing]:
        """As they are, else as given."""

    def save_things(self, things: Iterable[Thing]) -> None: ...

    def save_zones(self, zones: Mapping[UUID, tuple[str, str]]) -> None:
        """Workspace → its name and IANA zone."""

    def to_score(self, now: datetime, most: int) -> Board:
        """Contacts whose score may have decayed by now, left alone by others meanwhile."""
