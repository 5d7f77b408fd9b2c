"""Who gets what, when, if nobody answers: the planner's own moves on a virtual clock."""

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from schemas.campaign import Act, OutreachMessage, Step, StepTaken
from services.campaign.domain.moves import Ask, LookAgain, Rules, Way, next_move
from services.campaign.domain.recipient import Progress, Stage, evolve
from services.campaign.domain.steps import Letter, step_of, tell


@dataclass(frozen=True)
class Traveller:
    """A recipient at the beginning of the forecast, and when the planner would look at it next."""

    progress: Progress
    way: Way
    look_at: datetime


@dataclass(frozen=True)
class Touch:
    at: datetime
    recipient_id: UUID
    contact_id: UUID
    sender_id: UUID
    step_id: str
    act: Act
    blocked: str | None = None
    """Why it would not go out."""


Message = Callable[[Progress, Step], OutreachMessage]


def forecast(travellers: Iterable[Traveller], rules: Rules, until: datetime, message: Message) -> list[Touch]:
    """In order of time. E-mails are taken to be accepted at once, tasks to be done on their day, invites not to be accepted."""
    all_of_them: Mapping[UUID, Traveller] = {t.progress.recipient_id: t for t in travellers}
    standing = dict(all_of_them)
    queue = [(t.look_at, t.progress.recipient_id) for t in all_of_them.values()]
    heapq.heapify(queue)
    touches = []
    while queue and queue[0][0] <= until:
        now, key = heapq.heappop(queue)
        moved, touch, look_at = one_move(standing[key], rules, now, message)
        standing[key] = moved
        if touch:
            touches.append(touch)
        if look_at:
            heapq.heappush(queue, (look_at, key))
    return touches


def one_move(traveller: Traveller, rules: Rules, now: datetime, message: Message) -> tuple[Traveller, Touch | None, datetime | None]:
    """The traveller after it, what it got, and when to look again."""
    progress, way = traveller.progress, traveller.way
    move = next_move(progress, way, rules, now)
    if isinstance(move, LookAgain):
        return traveller, None, move.at
    events = tell(progress, move, way, Letter(lambda step: message(progress, step)))
    for event in events:
        progress = evolve(progress, event)
    if not isinstance(move, Ask):
        return replace(traveller, progress=progress, way=replace(way, anew=False)), None, progress.due_at
    touch = Touch(now, progress.recipient_id, progress.contact_id, progress.sender_id, move.step.step_id, move.step.act)
    if progress.stage == Stage.BLOCKED:
        return replace(traveller, progress=progress), replace(touch, blocked=getattr(events[0], "reason", None)), None
    progress = evolve(progress, StepTaken(**step_of(progress, move.step), at=now))
    return replace(traveller, progress=progress, way=replace(way, since=now, anew=False)), touch, now
