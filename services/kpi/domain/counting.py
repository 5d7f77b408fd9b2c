"""Counters: what they are addressed by, and how they move when rows are one thing before a batch and another after."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kpi.domain import recipient as recipients
from services.kpi.domain.days import began
from services.kpi.domain.lead import Lead
from services.kpi.domain.recipient import Recipient
from services.kpi.domain.status import ACTION_REQUIRED, MOMENT, Family, Names, history, names_of
from services.kpi.domain.track import Track

NO_CAMPAIGN = UUID(int=0)
"""Stands where a counter is the workspace's own: the Leads KPIs."""


class Count(NamedTuple):
    """The address of a counter's part: `began` is when the local day began that the change belongs to."""

    workspace_id: UUID
    campaign_id: UUID
    step_id: str
    kpi: str
    began: datetime


Where = tuple[UUID, UUID, datetime]
"""Workspace, campaign, and when the day began."""


class Tally(NamedTuple):
    """How many things of a kind are in a state; for operations."""

    workspace_id: UUID
    kind: str
    state: str


class Mark(NamedTuple):
    """What a recipient counted for when the day began that is being counted."""

    day: datetime
    names: Names
    touches: int


@dataclass(frozen=True)
class Picture:
    """All rows of a board at one time."""

    leads: Mapping[UUID, Lead]
    recipients: Mapping[UUID, Recipient]
    running: Mapping[UUID, Track[bool]]

    @cached_property
    def of_contact(self) -> Mapping[UUID, Sequence[Recipient]]:
        found: dict[UUID, list[Recipient]] = defaultdict(list)
        for recipient in self.recipients.values():
            found[recipient.contact_id].append(recipient)
        return found

    def family(self, members: Sequence[UUID]) -> Family:
        own = [recipient for member in members for recipient in self.of_contact.get(member, ())]
        return Family({member: self.leads[member].contact for member in members}, own, self.running)


@dataclass
class Counts:
    """How the counters move. Differences only: what cancels out leaves no trace."""

    zones: Mapping[UUID, ZoneInfo]
    _moved: dict[Where, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By place and day, then by name, as rows have it."""

    def moved(self) -> Counter[Count]:
        found: Counter[Count] = Counter()
        for (workspace_id, campaign_id, day), names in self._moved.items():
            for name, by in names.items():
                step_id, _, kpi = name.rpartition("|")
                found[Count(workspace_id, campaign_id, step_id, kpi, day)] = by
        return found

    def mark(self, recipient: Recipient, at: datetime) -> Mark:
        return Mark(self.day(recipient, at), names_of(recipient.plan), len(recipient.plan.touches))

    def day(self, recipient: Recipient, at: datetime) -> datetime:
        return began(at, self.zones.get(recipient.workspace_id))

    def plan(self, mark: Mark, recipient: Recipient) -> None:
        """Count what a recipient's plan gained and lost in the day of the mark."""
        names, moved = names_of(recipient.plan), self._moved[recipient.workspace_id, recipient.campaign_id, mark.day]
        for name in names - mark.names:
            moved[name] += 1
        for name in mark.names - names:
            moved[name] -= 1
        moved["|touches"] += len(recipient.plan.touches) - mark.touches

    def actions(self, before: Recipient | None, after: Recipient, since: datetime) -> None:
        """Due comes from one topic and withdrawn from another: so this is told again from where either changed."""
        zone = self.zones.get(after.workspace_id)
        for recipient, sign in ((before, -1), (after, 1)):
            for at, change in action_history(recipient, since) if recipient else ():
                where = after.workspace_id, after.campaign_id, began(at, zone)
                self._moved[where][ACTION_REQUIRED] += sign * change

    def leads(self, before: Family, after: Family, workspace_id: UUID, since: datetime) -> None:
        """A contact's numbers come from several topics: they too are told again from where anything changed."""
        zone = self.zones.get(workspace_id)
        for family, sign in ((before, -1), (after, 1)):
            for at, _, name, change in history(family, since):
                self._moved[workspace_id, NO_CAMPAIGN, began(at, zone)]["|" + name] += sign * change


def action_history(recipient: Recipient, since: datetime) -> Iterable[tuple[datetime, int]]:
    """When from `since` on an action became (+1), or ceased to be (-1), required."""
    instants = sorted(recipients.instants(recipient, since))
    before = bool(instants) and recipients.action_required(recipient, since - MOMENT)
    for at in instants:
        after = recipients.action_required(recipient, at)
        if after != before:
            yield at, after - before
        before = after


def families(members: Iterable[UUID], kin: Iterable[tuple[UUID, UUID]]) -> list[tuple[UUID, ...]]:
    """Who of these belongs together, with all their kin; most contacts are alone."""
    group: dict[UUID, set[UUID]] = {}
    for one, other in kin:
        joined = group.get(one, {one}) | group.get(other, {other})
        for member in joined:
            group[member] = joined
    return sorted({tuple(sorted(group.get(member, {member}))) for member in members})
