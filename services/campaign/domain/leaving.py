"""Leaving a sequence: the exit, and that what is still open is not wanted any more."""

from typing import Any

from schemas.campaign import ExitReason, OutreachWithdrawn, RecipientExited, Sequence
from schemas.details import Channel
from services.campaign.domain.ids import outreach_id
from services.campaign.domain.recipient import Progress, RecipientEvent


def leave(progress: Progress, reason: ExitReason, step_id: str | None, channel: Channel | None) -> list[RecipientEvent]:
    """Nothing for who has left already. The step is the one that led to it, or where the recipient stood."""
    if progress.exit is not None:
        return []
    exited = RecipientExited(**named(progress), step_id=step_id, channel=channel, reason=reason)
    return [exited, *withdraw_all(progress, reason)]


def leave_from(progress: Progress, sequence: Sequence, reason: ExitReason) -> list[RecipientEvent]:
    """Leave from where it stands: its current step, else the last one behind it."""
    stands = progress.step_id or progress.passed
    channels = {step.step_id: step.channel for step in sequence.steps}
    return leave(progress, reason, stands, channels[stands] if stands else None)


def withdraw_all(progress: Progress, reason: str) -> list[RecipientEvent]:
    return [
        OutreachWithdrawn(
            **named(progress),
            outreach_id=outreach_id(progress.recipient_id, step_id),
            step_id=step_id,
            channel=opened.channel,
            act=opened.act,
            reason=reason,
        )
        for step_id, opened in sorted(progress.open.items())
    ]


def named(progress: Progress) -> dict[str, Any]:
    """What every fact of a recipient names."""
    return {"recipient_id": progress.recipient_id, "campaign_id": progress.campaign_id, "contact_id": progress.contact_id}
