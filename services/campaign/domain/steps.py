"""The events of a recipient's own way: enrolment, the planner's moves told, and what people ask of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, assert_never
from uuid import UUID

from schemas.campaign import (
    ExitReason,
    OutreachAsked,
    OutreachMessage,
    RecipientEnrolled,
    RecipientPaused,
    RecipientResumed,
    Step,
    StepBlocked,
    StepFellDue,
    StepScheduled,
    TaskMissed,
)
from services.campaign.domain.campaign import Campaign
from services.campaign.domain.ids import outreach_id, recipient_id
from services.campaign.domain.leaving import leave_from, named
from services.campaign.domain.moves import Ask, Finish, LookAgain, Miss, Move, Plan, Way
from services.campaign.domain.recipient import Progress, RecipientEvent
from services.campaign.domain.render import Blocked


@dataclass(frozen=True)
class Letter:
    """What is needed to ask for an outreach. `message` raises Blocked."""

    message: Callable[[Step], OutreachMessage]
    digests: tuple[str, ...] = ()


def enrol(campaign: Campaign, contact_id: UUID, company_id: UUID | None, senders: Sequence[UUID]) -> RecipientEnrolled:
    """The sender is the recipient's for good, chosen by its id."""
    key = recipient_id(campaign.campaign_id, contact_id)
    return RecipientEnrolled(
        recipient_id=key,
        campaign_id=campaign.campaign_id,
        contact_id=contact_id,
        company_id=company_id,
        sender_id=senders[key.int % len(senders)],
        sequence_version=campaign.version,
    )


def tell(progress: Progress, move: Move, way: Way, letter: Letter) -> list[RecipientEvent]:
    match move:
        case Plan(step=step, at=at):
            return [StepScheduled(**step_of(progress, step), due_at=at, due_on=way.calendar.day_of(at))]
        case Ask(step=step):
            return asked(progress, step, letter)
        case Miss(step=step):
            return missed(progress, step)
        case Finish():
            return leave_from(progress, way.sequence, ExitReason.COMPLETED)
        case LookAgain():
            return []
        case _:
            assert_never(move)


def asked(progress: Progress, step: Step, letter: Letter) -> list[RecipientEvent]:
    try:
        message = letter.message(step)
    except Blocked as blocked:
        return [StepBlocked(**step_of(progress, step), reason=str(blocked))]
    outreach = {**step_of(progress, step), "outreach_id": outreach_id(progress.recipient_id, step.step_id)}
    return [
        StepFellDue(**outreach),
        OutreachAsked(
            **outreach,
            sender_id=progress.sender_id,
            due_on=progress.due_on,
            message=message,
            suppression_digests=letter.digests,
        ),
    ]


def missed(progress: Progress, step: Step) -> list[RecipientEvent]:
    """The day of a task is over. It may yet be done late."""
    return [TaskMissed(**step_of(progress, step), due_on=progress.due_on)]


def pause(progress: Progress, reason: str) -> list[RecipientEvent]:
    return [] if progress.paused or progress.exit else [RecipientPaused(**named(progress), reason=reason)]


def resume(progress: Progress) -> list[RecipientEvent]:
    return [RecipientResumed(**named(progress))] if progress.paused and not progress.exit else []


def step_of(progress: Progress, step: Step) -> dict[str, Any]:
    return {**named(progress), "step_id": step.step_id, "channel": step.channel, "act": step.act}
