"""What a row counts for: pure functions from a recipient, or a contact with its recipients, to the names of the KPIs it is in.

A name of a recipient's is `step|kpi`, the step empty for the whole campaign; `ever` and `now` end the names of the steps' states.
A counter changes by the names that a row gains and loses, and a list is the rows that have a name: so a number is its list's length.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from uuid import UUID

from services.kpi.domain import recipient as recipients
from services.kpi.domain.contact import IN_ALL, NOWHERE, SOCIAL_ONLY, VERIFIED, Contact
from services.kpi.domain.plan import Plan
from services.kpi.domain.recipient import BEFORE, LIVE, MESSAGED, OFF, ON, Move, Recipient
from services.kpi.domain.track import Track, changes, was

LEADS = (
    "all",
    "active",
    "inactive",
    "verified_only",
    "social_only",
    "engaged",
    "on_track",
    "off_track",
    "waiting",
    "action_required",
)
CAMPAIGN = ("recipients", "scheduled", "engaged", "touches", "replied", "rsvp", "action_required")
STANDINGS = ("on_track", "off_track", "waiting", "exited")
"""Of all recipients, whether their campaign runs or not: they add up to `recipients`."""
STATES = {
    "email": (
        "scheduled",
        "sent",
        "opened",
        "opened_by_machine",
        "clicked",
        "clicked_by_machine",
        "replied",
        "rsvp",
        "exit",
        "unsubscribed",
        "bounced",
        "in_doubt",
        "blocked",
        "failed",
    ),
    "linkedin": (
        "scheduled",
        "request_sent",
        "connected",
        "withdrawn",
        "message_sent",
        "replied",
        "rsvp",
        "exit",
        "opted_out",
        "missed",
        "blocked",
        "failed",
    ),
    "twitter": ("scheduled", "followed", "exit", "missed", "blocked", "failed"),
}
ACTION_REQUIRED = "|action_required"
MOMENT = timedelta(microseconds=1)
Names = frozenset[str]
NONE: Names = frozenset()


def names_of(plan: Plan) -> Names:
    """All that a recipient counts for in its campaign by its plan alone: everything but ACTION_REQUIRED."""
    if plan.at is None:  # only its outreach was heard of so far
        return NONE
    return frozenset(chain(tiles(plan), states(plan)))


def tiles(plan: Plan) -> Iterator[str]:
    yield "|recipients"
    yield "|" + standing_name(plan)
    if plan.touches:
        yield "|engaged"
    if plan.replied:
        yield "|replied"
    if plan.rsvp:
        yield "|rsvp"
    if plan.pending and plan.exited is None:
        yield "|scheduled"
        for day in plan.pending.values():
            yield f"|scheduled@{day.isoformat()}"


def standing_name(plan: Plan) -> str:
    if plan.exited is not None:
        return "exited"
    return {OFF: "off_track", ON: "on_track", 0: "waiting"}[recipients.standing(plan)]


def states(plan: Plan) -> Iterator[str]:
    """Each step's states ever reached and the one that holds now, and the same for all steps of the channel together."""
    for step_id, step in plan.steps.items():
        for state in step.ever:
            name = f"|{step.channel}.{state}.ever"
            yield step_id + name
            yield name
    if plan.here:
        step_id, state = plan.here
        name = f"|{plan.steps[step_id].channel}.{state}.now"
        yield step_id + name
        yield name


@dataclass(frozen=True)
class Family:
    """A contact with its recipients and their campaigns; contacts that were ever merged stand together in one family."""

    contacts: Mapping[UUID, Contact]
    recipients: Sequence[Recipient]
    running: Mapping[UUID, Track[bool]]

    @cached_property
    def lone(self) -> UUID | None:
        """The contact, when there is but one."""
        return next(iter(self.contacts)) if len(self.contacts) == 1 else None

    def changes(self, since: datetime) -> set[datetime]:
        """The instants from `since` on at which anything changed that counts."""
        found: set[datetime] = set()
        for contact in self.contacts.values():
            found.update(changes(contact.stands, since))
        for recipient in self.recipients:
            found |= recipients.instants(recipient, since)
            found.update(changes(self.running.get(recipient.campaign_id, ()), since))
        return found

    def names(self, at: datetime) -> dict[UUID, Names]:
        """What each contact counted for at the end of the instant `at`."""
        if self.lone is not None:
            return {self.lone: self._names(self.lone, self.recipients, at)}
        homes = {contact_id: self._home(contact_id, at) for contact_id in self.contacts}
        return {
            contact_id: self._names(contact_id, [r for r in self.recipients if homes[r.contact_id] == contact_id], at)
            for contact_id in self.contacts
        }

    def _home(self, contact_id: UUID, at: datetime) -> UUID:
        """The contact that it is merged into at this time, at the end of the chain; itself, if none."""
        seen = {contact_id}
        while (into := was(self.contacts[contact_id].stands, at, first=NOWHERE).into) and into not in seen:
            seen.add(into)
            contact_id = into
        return contact_id

    def _names(self, contact_id: UUID, own: Sequence[Recipient], at: datetime) -> Names:
        bits = was(self.contacts[contact_id].stands, at, first=NOWHERE).bits
        if not bits & IN_ALL:
            return NONE
        moves = [(was(r.moves, at, first=BEFORE), r) for r in own]
        found = ["all", *self._activity(moves, at)]
        if bits & VERIFIED:
            found.append("verified_only")
        if bits & SOCIAL_ONLY:
            found.append("social_only")
        if any(move.bits & MESSAGED for move, _ in moves):
            found.append("engaged")
        if any(move.due and recipients.action_required(r, at) for move, r in moves):
            found.append("action_required")
        return frozenset(found)

    def _activity(self, moves: Sequence[tuple[Move, Recipient]], at: datetime) -> tuple[str, ...]:
        """Inactive, or active and where it stands: in several campaigns off track beats on track beats waiting."""
        live = [move.bits for move, r in moves if move.bits & LIVE and was(self.running.get(r.campaign_id, ()), at, first=False)]
        if not live:
            return ("inactive",)
        if any(bits & OFF for bits in live):
            return "active", "off_track"
        return "active", "on_track" if any(bits & ON for bits in live) else "waiting"


Change = tuple[datetime, UUID, str, int]
"""When, which contact, what it counts for, and +1 or -1."""


def history(family: Family, since: datetime) -> Iterator[Change]:
    """How what the family counts for changed from `since` on."""
    instants = sorted(family.changes(since))
    if not instants:
        return
    before = family.names(since - MOMENT)
    for at in instants:
        after = family.names(at)
        for contact_id in family.contacts:
            yield from ((at, contact_id, name, 1) for name in after[contact_id] - before[contact_id])
            yield from ((at, contact_id, name, -1) for name in before[contact_id] - after[contact_id])
        before = after
