"""The port `Rows` over PostgreSQL: a batch's rows in a handful of statements, however many events it has."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from services.kit.database import as_json, rows, run
from services.kpi.domain import recipient as recipients
from services.kpi.domain.board import FOR_EVER, Board
from services.kpi.domain.campaign import Campaign
from services.kpi.domain.counting import Count, Tally
from services.kpi.domain.lead import Lead
from services.kpi.domain.pipeline import Key, Thing
from services.kpi.domain.recipient import Recipient
from services.kpi.domain.timeline import Entry
from services.kpi.domain.track import Track
from services.kpi.ports import Places, Running
from services.kpi.store import folds, statements

CHUNK = 5000
"""Contacts restated at a time, when their campaign starts or stops."""


class PostgresRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def leads(self, contacts: Places) -> Board:
        return Board(self._lock_contacts(contacts))

    def families(self, contacts: Places, campaigns: Places) -> Board:
        self._hold_campaigns(campaigns)
        found, kin, own = self._families(contacts)
        running = self._running({r.campaign_id: r.workspace_id for r in own.values()} | dict(campaigns))
        return Board(found, own, running, zones=self._zones(contacts.values()), kin=kin)

    def campaigns(self, campaigns: Places) -> dict[UUID, Campaign]:
        self._run(statements.NEW_CAMPAIGNS, wanted=folds.address(campaigns))
        found = self._rows(statements.LOCKED_CAMPAIGNS, wanted=folds.address(campaigns))
        return {row.campaign_id: folds.campaign_of(row.fold) for row in found}

    def save_campaigns(self, campaigns: Mapping[UUID, Campaign], places: Places) -> None:
        self._run(
            statements.SAVE_CAMPAIGNS,
            rows=(
                {"workspace_id": places[key], "campaign_id": key, "name": each.name, "state": each.state, "fold": each}
                for key, each in campaigns.items()
            ),
        )

    def families_in(self, campaigns: Places, running: Running) -> Iterator[Board]:
        if not campaigns:
            return
        found = self._rows(statements.CONTACTS_IN, wanted=folds.address(campaigns))
        waiting = {row.contact_id: row.workspace_id for row in found}
        while waiting:
            chunk = {key: waiting[key] for key in list(waiting)[:CHUNK]}
            leads, kin, own = self._families(chunk)
            others = self._running({r.campaign_id: r.workspace_id for r in own.values()})
            zones = self._zones(chunk.values())
            yield Board(leads, own, {**others, **running.after}, {**others, **running.before}, zones, kin)
            # With the kin that came along: a family is looked at once.
            waiting = {key: place for key, place in waiting.items() if key not in leads}

    def save(self, board: Board) -> None:
        leads = [lead for key, lead in board.leads.items() if key in board.changed]
        own = [recipient for key, recipient in board.recipients.items() if key in board.changed]
        self._run(statements.SAVE_CONTACTS, rows=map(folds.of_lead, leads))
        self._run(
            statements.SAVE_RECIPIENTS,
            rows=(folds.of_recipient(r, acts=recipients.action_required(r, FOR_EVER)) for r in own),
        )
        both_ways = [pair for one, other in board.kin for pair in ((one, other), (other, one))]
        self._run(
            statements.SAVE_KIN,
            rows=({"workspace_id": board.leads[one].workspace_id, "contact_id": one, "other_id": other} for one, other in both_ways),
        )

    def count(self, counts: Counter[Count], tallies: Counter[Tally], partition: int) -> None:
        moved = ({**count._asdict(), "value": by} for count, by in counts.items() if by)
        self._run(statements.COUNT, partition=partition, rows=moved)
        moved = ({**tally._asdict(), "value": by} for tally, by in tallies.items() if by)
        self._run(statements.TALLY, partition=partition, rows=moved)

    def enter(self, entries: Sequence[Entry]) -> list[Entry]:
        found = self._rows(statements.ENTER, rows=map(folds.of_entry, entries))
        by_id = {entry.event_id: entry for entry in entries}
        return [by_id[row.event_id] for row in found]

    def things(self, wanted: Iterable[Thing]) -> dict[Key, Thing]:
        begun = {(thing.workspace_id, thing.kind, thing.id): thing for thing in wanted}
        ordered = sorted(begun, key=lambda key: (key[1], key[2]))
        keys = [{"workspace_id": workspace_id, "kind": kind, "id": id_} for workspace_id, kind, id_ in ordered]
        self._run(statements.NEW_THINGS, wanted=keys)
        found = self._rows(statements.LOCKED_THINGS, wanted=keys)
        known = {(row.workspace_id, row.kind, row.id): folds.thing_of(row) for row in found if row.fold}
        return begun | known

    def save_things(self, things: Iterable[Thing]) -> None:
        self._run(statements.SAVE_THINGS, rows=map(folds.of_thing, things))

    def save_zones(self, zones: Mapping[UUID, tuple[str, str]]) -> None:
        self._run(
            statements.SAVE_ZONES,
            rows=({"workspace_id": key, "name": name, "time_zone": zone} for key, (name, zone) in zones.items()),
        )

    def to_score(self, now: datetime, most: int) -> Board:
        found = rows(self._connection, statements.TO_SCORE, now=now, most=most)
        return Board({row.contact_id: folds.lead_of(row) for row in found})

    def _lock_contacts(self, contacts: Places) -> dict[UUID, Lead]:
        self._run(statements.NEW_CONTACTS, wanted=folds.address(contacts))
        found = self._rows(statements.LOCKED_CONTACTS, wanted=folds.address(contacts))
        return {row.contact_id: folds.lead_of(row) for row in found}

    def _families(self, contacts: Places) -> tuple[dict[UUID, Lead], set[tuple[UUID, UUID]], dict[UUID, Recipient]]:
        leads = self._lock_contacts(contacts)
        # Kin after the lock: who would add some to these contacts waits for it.
        found = self._rows(statements.KIN, wanted=folds.address(contacts))
        kin = {row.contact_id: row.workspace_id for row in found}
        leads |= self._lock_contacts({key: place for key, place in kin.items() if key not in leads})
        everybody = {key: lead.workspace_id for key, lead in leads.items()}
        own = self._rows(statements.RECIPIENTS, wanted=folds.address(everybody))
        pairs = {(row.contact_id, row.other_id) for row in found}
        return leads, pairs, {row.recipient_id: folds.recipient_of(row) for row in own}

    def _hold_campaigns(self, campaigns: Places) -> None:
        self._run(statements.NEW_CAMPAIGNS, wanted=folds.address(campaigns))
        self._rows(statements.HELD_CAMPAIGNS, wanted=folds.address(campaigns))

    def _running(self, campaigns: Places) -> dict[UUID, Track[bool]]:
        found = self._rows(statements.CAMPAIGNS, wanted=folds.address(campaigns))
        return {row.campaign_id: folds.campaign_of(row.fold).running for row in found}

    def _zones(self, workspaces: Iterable[UUID]) -> dict[UUID, ZoneInfo]:
        found = rows(self._connection, statements.ZONES, wanted=sorted({str(each) for each in workspaces}))
        return {row.workspace_id: ZoneInfo(row.time_zone) for row in found}

    def _rows(self, sql: str, **table: Iterable[Mapping[str, Any]]) -> Sequence[Any]:
        """One statement over one table of JSON rows; none, where the table is empty."""
        [(name, found)] = table.items()
        listed = list(found)
        return rows(self._connection, sql, **{name: as_json(listed)}) if listed else ()

    def _run(self, sql: str, partition: int | None = None, **table: Iterable[Mapping[str, Any]]) -> None:
        [(name, found)] = table.items()
        listed = list(found)
        if listed:
            more = {} if partition is None else {"partition": partition}
            run(self._connection, sql, **{name: as_json(listed)}, **more)
