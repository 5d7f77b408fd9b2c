"""A recipient's row: its plan as campaign tells it, what was withdrawn of its outreach, and what it counted for over time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.campaign import Act, OutreachAsked, OutreachWithdrawn
from schemas.details import Channel
from services.kpi.domain import plan as plans
from services.kpi.domain.plan import UNTOLD, Plan, RecipientEvent
from services.kpi.domain.track import Track, changes, put, was

LIVE, OFF, ON, MESSAGED = 1, 2, 4, 8


class Move(NamedTuple):
    """What counts of a recipient at one time: the bits above, and its LinkedIn tasks that are due."""

    bits: int = 0
    due: tuple[str, ...] = ()


BEFORE = Move()


class Asked(NamedTuple):
    """What campaign last said of a LinkedIn task that it asked for, and whether it was not wanted any more, over time."""

    at: datetime
    withdrawn: Track[bool] = ()


@dataclass(frozen=True)
class Recipient:
    recipient_id: UUID
    workspace_id: UUID
    campaign_id: UUID
    contact_id: UUID
    versions: Mapping[str, int] = field(default_factory=dict)
    """Stream → version of the last event folded."""
    plan: Plan = UNTOLD
    moves: Track[Move] = ()
    asked: Mapping[str, Asked] = field(default_factory=dict)
    """By step; from another topic than the plan, so it keeps its own time."""


def evolve(recipient: Recipient, event: RecipientEvent, at: datetime) -> Recipient:
    plan = plans.evolve(recipient.plan, event, at)
    moves = put(recipient.moves, plan.at or at, move(plan), first=BEFORE)
    return replace(recipient, plan=plan, moves=moves)


def ask(recipient: Recipient, event: OutreachAsked | OutreachWithdrawn, at: datetime) -> Recipient:
    before = recipient.asked.get(event.step_id, Asked(at))
    at = max(at, before.at)
    asked = Asked(at, put(before.withdrawn, at, isinstance(event, OutreachWithdrawn), first=False))
    return replace(recipient, asked={**recipient.asked, event.step_id: asked})


def move(plan: Plan) -> Move:
    live = plan.exited is None
    return Move(LIVE * live | standing(plan) | MESSAGED * plan.messaged, plan.due if live else ())


def standing(plan: Plan) -> int:
    """OFF: a task missed its time. ON: a next step is planned. Neither: nothing to do now (paused, out of office, awaiting acceptance)."""
    if plan.exited is not None:
        return 0
    if plan.missed:
        return OFF
    if plan.paused or plan.postponed:
        return 0
    return ON if any(not awaits(plan, step) for step in plan.pending) else 0


def awaits(plan: Plan, step_id: str) -> bool:
    """A LinkedIn message goes only to Connections: until the invite is accepted, it is nothing to do now."""
    step = plan.steps[step_id]
    return step.channel == Channel.LINKEDIN and step.act == Act.MESSAGE and not plan.connected


def action_required(recipient: Recipient, at: datetime) -> bool:
    """Whether at this time a LinkedIn task was due, still wanted, and not done."""
    due = was(recipient.moves, at, first=BEFORE).due
    return any(step not in recipient.asked or not was(recipient.asked[step].withdrawn, at, first=False) for step in due)


def instants(recipient: Recipient, since: datetime) -> set[datetime]:
    """When, from `since` on, anything of it changed that counts for its contact."""
    found = set(changes(recipient.moves, since))
    for asked in recipient.asked.values():
        found.update(changes(asked.withdrawn, since))
    return found
