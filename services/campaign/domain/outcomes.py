"""What became of an outreach, and what that means for the recipient. What is heard twice means nothing the second time."""

from datetime import datetime, timedelta
from typing import Any, TypeVar, assert_never

from schemas.campaign import (
    Act,
    ExitReason,
    InviteWithdrawn,
    LinkClicked,
    MeetingAccepted,
    MessageOpened,
    RecipientBounced,
    RecipientConnected,
    RecipientOptedOut,
    RecipientPostponed,
    RecipientReplied,
    StepFailed,
    StepInDoubt,
    StepTaken,
)
from schemas.sender import (
    InviteAccepted,
    InviteTakenBack,
    MailBounced,
    MailClicked,
    MailOpened,
    MeetingBooked,
    OptedOut,
    OutOfOfficeReceived,
    OutreachAccepted,
    OutreachDeferred,
    OutreachInDoubt,
    OutreachRefused,
    OutreachSettled,
    ReplyReceived,
    TaskOpened,
)
from services.campaign.domain.leaving import leave, named
from services.campaign.domain.recipient import Mark, Progress, RecipientEvent, Stage, evolve, mark_of

Outcome = (
    OutreachAccepted
    | OutreachDeferred
    | OutreachRefused
    | OutreachInDoubt
    | OutreachSettled
    | TaskOpened
    | InviteAccepted
    | InviteTakenBack
    | ReplyReceived
    | OutOfOfficeReceived
    | MailBounced
    | MeetingBooked
    | OptedOut
    | MailOpened
    | MailClicked
)
AWAY = timedelta(days=14)
"""Out of office without a date (DOMAIN.md, decision 2)."""
M = TypeVar("M", bound=Mark)


def learn(  # noqa: C901, PLR0911, PLR0912 - one line for each outcome
    progress: Progress, outcome: Outcome, now: datetime
) -> list[RecipientEvent]:
    """`now`: when it was told, for what bears no time of its own."""
    match outcome:
        case OutreachAccepted(at=at):
            return taken(progress, outcome, at)
        case OutreachSettled(went_out=True):
            return taken(progress, outcome, now)
        case OutreachSettled(by=by):
            return failed(progress, outcome, f"it did not go out, says {by}")
        case OutreachRefused(reason=reason, suppressed=suppressed):
            return refused(progress, outcome, reason, ExitReason.SUPPRESSED if suppressed else ExitReason.FAILED)
        case OutreachInDoubt():
            return doubted(progress, outcome)
        case InviteAccepted():
            return once(progress, RecipientConnected(**step_of(progress, outcome)))
        case InviteTakenBack():
            return once(progress, InviteWithdrawn(**step_of(progress, outcome)))
        case MailOpened(by_machine=by_machine):
            return once(progress, MessageOpened(**step_of(progress, outcome), by_machine=by_machine))
        case MailClicked(by_machine=by_machine):
            return once(progress, LinkClicked(**step_of(progress, outcome), by_machine=by_machine))
        case ReplyReceived():
            return [*once(progress, RecipientReplied(**step_of(progress, outcome))), *exits(progress, outcome, ExitReason.REPLIED)]
        case MeetingBooked():
            return [*once(progress, MeetingAccepted(**step_of(progress, outcome))), *exits(progress, outcome, ExitReason.MEETING)]
        case OptedOut():
            return [*once(progress, RecipientOptedOut(**step_of(progress, outcome))), *exits(progress, outcome, ExitReason.OPTED_OUT)]
        case MailBounced(permanent=True):
            return [*once(progress, RecipientBounced(**step_of(progress, outcome))), *exits(progress, outcome, ExitReason.BOUNCED)]
        case OutOfOfficeReceived(received_at=received_at, until=until):
            return postponed(progress, until or received_at + AWAY)
        case OutreachDeferred() | TaskOpened() | MailBounced():
            # The sender tries again by itself; a mailbox that is full now says nothing of tomorrow.
            return []
        case _:
            assert_never(outcome)


def taken(progress: Progress, outcome: Outcome, at: datetime) -> list[RecipientEvent]:
    """Told also of who has left meanwhile: it went out all the same."""
    if outcome.step_id in progress.taken:
        return []
    events: list[RecipientEvent] = [StepTaken(**step_of(progress, outcome), at=at)]
    if outcome.act == Act.WITHDRAW:
        events += once(progress, InviteWithdrawn(**step_of(progress, outcome)))
    return events


def failed(progress: Progress, outcome: Outcome, reason: str) -> list[RecipientEvent]:
    """A refusal of what was withdrawn is no news; that what was in doubt did not go out, always is."""
    withdrawn = progress.exit is not None and progress.stage == Stage.ASKED
    return [StepFailed(**step_of(progress, outcome), reason=reason)] if awaited(progress, outcome) and not withdrawn else []


def refused(progress: Progress, outcome: Outcome, why: str, exit_for: ExitReason) -> list[RecipientEvent]:
    return [each for lost in failed(progress, outcome, why) for each in (lost, *exits(evolve(progress, lost), outcome, exit_for))]


def doubted(progress: Progress, outcome: Outcome) -> list[RecipientEvent]:
    if not awaited(progress, outcome) or progress.stage == Stage.IN_DOUBT:
        return []
    return [StepInDoubt(**step_of(progress, outcome))]


def awaited(progress: Progress, outcome: Outcome) -> bool:
    """Whether this step was asked for and is not over."""
    return outcome.step_id == progress.step_id and progress.stage in {Stage.ASKED, Stage.IN_DOUBT}


def postponed(progress: Progress, until: datetime) -> list[RecipientEvent]:
    if progress.exit or (progress.not_before and progress.not_before >= until):
        return []
    return [RecipientPostponed(**named(progress), until=until, reason="out of office")]


def once(progress: Progress, event: M) -> list[RecipientEvent]:
    return [] if mark_of(event) in progress.marks else [event]


def exits(progress: Progress, outcome: Outcome, reason: ExitReason) -> list[RecipientEvent]:
    return leave(progress, reason, outcome.step_id, outcome.channel)


def step_of(progress: Progress, outcome: Outcome) -> dict[str, Any]:
    return {**named(progress), "step_id": outcome.step_id, "channel": outcome.channel, "act": outcome.act}
