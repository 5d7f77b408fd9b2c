"""The port `Rows` of kpi in memory, and what the tests do with it: it passes the same worlds as the one over PostgreSQL."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kpi.agents import HANDLERS
from services.kpi.domain.board import Board
from services.kpi.domain.campaign import Campaign
from services.kpi.domain.counting import Count, Tally
from services.kpi.domain.lead import Lead
from services.kpi.domain.pipeline import Key, Thing
from services.kpi.domain.recipient import Recipient
from services.kpi.domain.recount.count import Number
from services.kpi.domain.timeline import Entry
from services.kpi.ports import Places, Running
from tests.kpi_world import NOW, Happening


@dataclass
class MemoryRows:
    """The port `Rows` in memory."""

    contacts: dict[UUID, Lead] = field(default_factory=dict)
    recipients: dict[UUID, Recipient] = field(default_factory=dict)
    known_campaigns: dict[UUID, Campaign] = field(default_factory=dict)
    kin: set[tuple[UUID, UUID]] = field(default_factory=set)
    known_things: dict[Key, Thing] = field(default_factory=dict)
    entries: dict[UUID, Entry] = field(default_factory=dict)
    zones: dict[UUID, ZoneInfo] = field(default_factory=dict)
    counters: Counter[Count] = field(default_factory=Counter)
    tallies: Counter[Tally] = field(default_factory=Counter)

    def leads(self, contacts: Places) -> Board:
        return Board({key: self.contacts.get(key) or Lead(key, place) for key, place in contacts.items()})

    def families(self, contacts: Places, campaigns: Places) -> Board:  # noqa: ARG002 - nothing to lock here
        running = {key: each.running for key, each in self.known_campaigns.items()}
        return self._board(contacts, Running(running, running))

    def campaigns(self, campaigns: Places) -> dict[UUID, Campaign]:
        return {key: self.known_campaigns.get(key) or Campaign() for key in campaigns}

    def save_campaigns(self, campaigns: Mapping[UUID, Campaign], places: Places) -> None:  # noqa: ARG002
        self.known_campaigns |= campaigns

    def families_in(self, campaigns: Places, running: Running) -> Iterator[Board]:
        others = {key: each.running for key, each in self.known_campaigns.items()}
        everywhere = Running({**others, **running.before}, {**others, **running.after})
        waiting = {r.contact_id: r.workspace_id for r in self.recipients.values() if r.campaign_id in campaigns}
        while waiting:
            first = next(iter(waiting))
            board = self._board({first: waiting[first]}, everywhere)
            yield board
            waiting = {key: place for key, place in waiting.items() if key not in board.leads}

    def _board(self, contacts: Places, running: Running) -> Board:
        places, before = dict(contacts), -1
        while len(places) != before:
            before = len(places)
            for one, other in self.kin:
                for this, that in ((one, other), (other, one)):
                    if this in places:
                        places[that] = places[this]
        own = {key: r for key, r in self.recipients.items() if r.contact_id in places}
        kin = {pair for pair in self.kin if pair[0] in places}
        return Board(self.leads(places).leads, own, running.after, running.before, self.zones, kin)

    def save(self, board: Board) -> None:
        self.contacts |= board.leads
        self.recipients |= board.recipients
        self.kin |= board.kin

    def count(self, counts: Counter[Count], tallies: Counter[Tally], partition: int) -> None:  # noqa: ARG002
        self.counters.update(counts)
        self.tallies.update(tallies)

    def enter(self, entries: Sequence[Entry]) -> list[Entry]:
        new = {entry.event_id: entry for entry in entries if entry.event_id not in self.entries}
        self.entries |= new
        return list(new.values())

    def things(self, wanted: Iterable[Thing]) -> dict[Key, Thing]:
        begun = {(thing.workspace_id, thing.kind, thing.id): thing for thing in wanted}
        return {key: self.known_things.get(key, thing) for key, thing in begun.items()}

    def save_things(self, things: Iterable[Thing]) -> None:
        self.known_things |= {(thing.workspace_id, thing.kind, thing.id): thing for thing in things}

    def save_zones(self, zones: Mapping[UUID, tuple[str, str]]) -> None:
        self.zones |= {key: ZoneInfo(zone) for key, (_, zone) in zones.items()}

    def to_score(self, now: datetime, most: int) -> Board:
        due = [lead for lead in self.contacts.values() if lead.rescore_at and lead.rescore_at <= now]
        return Board({lead.contact_id: lead for lead in due[:most]})


HANDLER_OF = {topic.name: handler for topic, handler in HANDLERS}


def hear(rows: MemoryRows, batches: Iterable[Sequence[Happening]]) -> None:
    for batch in batches:
        HANDLER_OF[batch[0].topic.name]([h.heard() for h in batch], rows, NOW)


def by_local_day(counters: Mapping[Count, int], zones: Mapping[UUID, ZoneInfo]) -> dict[Number, int]:
    """What the counters say of each day, without what cancels out."""
    found: Counter[Number] = Counter()
    for count, by in counters.items():
        day = count.began.astimezone(zones.get(count.workspace_id) or UTC).date()
        address = str(count.workspace_id), str(count.campaign_id)
        found[Number(*address, count.step_id, count.kpi, day.isoformat())] += by
    return {number: by for number, by in found.items() if by}


def without_times(rows: MemoryRows) -> tuple[Any, ...]:
    """What must be the same in whatever order it was heard."""
    leads = {key: replace(lead, rescore_at=None) for key, lead in rows.contacts.items()}
    return leads, rows.recipients, rows.known_campaigns, rows.known_things, rows.entries
