"""A recipient on its way through its sequence: what its events fold to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple, assert_never
from uuid import UUID

from schemas.campaign import (
    Act,
    ExitReason,
    InviteWithdrawn,
    LinkClicked,
    MeetingAccepted,
    MessageOpened,
    OutreachAsked,
    OutreachWithdrawn,
    RecipientBounced,
    RecipientConnected,
    RecipientEnrolled,
    RecipientExited,
    RecipientOptedOut,
    RecipientPaused,
    RecipientPostponed,
    RecipientReplied,
    RecipientResumed,
    StepBlocked,
    StepFact,
    StepFailed,
    StepFellDue,
    StepInDoubt,
    StepScheduled,
    StepTaken,
    TaskMissed,
)
from schemas.details import Channel

Mark = (
    RecipientConnected
    | InviteWithdrawn
    | MessageOpened
    | LinkClicked
    | RecipientReplied
    | MeetingAccepted
    | RecipientBounced
    | RecipientOptedOut
)
"""Facts that are told once for each step, whenever they come."""
RecipientEvent = (
    RecipientEnrolled
    | StepScheduled
    | StepFellDue
    | StepTaken
    | StepBlocked
    | StepFailed
    | StepInDoubt
    | TaskMissed
    | RecipientPostponed
    | RecipientPaused
    | RecipientResumed
    | RecipientExited
    | OutreachAsked
    | OutreachWithdrawn
    | Mark
)


class Stage(StrEnum):
    """Where the recipient stands with its current step."""

    READY = "ready"
    """It has none: the planner is to say which comes next, and when."""
    PLANNED = "planned"
    ASKED = "asked"
    """The outreach was asked for and its outcome is awaited."""
    BLOCKED = "blocked"
    IN_DOUBT = "in_doubt"
    """Nothing goes on before somebody or something settles it."""


class Open(NamedTuple):
    """An outreach that was asked for and may still be withdrawn."""

    channel: Channel
    act: Act


@dataclass(frozen=True)
class Progress:
    recipient_id: UUID
    campaign_id: UUID
    contact_id: UUID
    company_id: UUID | None
    sender_id: UUID
    sequence_version: int
    stage: Stage = Stage.READY
    step_id: str | None = None
    """The current step, None while READY."""
    channel: Channel | None = None
    """Of the current step."""
    passed: str | None = None
    """The last step that is behind it."""
    due_at: datetime | None = None
    due_on: date | None = None
    not_before: datetime | None = None
    """Out of office until then."""
    open: Mapping[str, Open] = field(default_factory=dict)
    """By step: also missed tasks, which may still be done late."""
    taken: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    paused: bool = False
    exit: ExitReason | None = None

    @property
    def connected(self) -> bool:
        return any(mark.startswith(f"{RecipientConnected.__name__}/") for mark in self.marks)

    @property
    def withdrawn(self) -> bool:
        return any(mark.startswith(f"{InviteWithdrawn.__name__}/") for mark in self.marks)


def evolve(progress: Progress | None, event: RecipientEvent) -> Progress:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of event
    if isinstance(event, RecipientEnrolled):
        return enrolled(event)
    known = the(progress)
    match event:
        case StepScheduled():
            return replace(known, stage=Stage.PLANNED, due_at=event.due_at, due_on=event.due_on, **current(event))
        case StepFellDue():
            opened = {**known.open, event.step_id: Open(event.channel, event.act)}
            return replace(known, stage=Stage.ASKED, due_at=None, open=opened, **current(event))
        case StepTaken():
            return past(replace(known, taken=known.taken | {event.step_id}, open=without(known, event.step_id)), event)
        case StepFailed():
            return past(replace(known, open=without(known, event.step_id)), event)
        case TaskMissed():
            return past(known, event)
        case StepBlocked():
            return replace(known, stage=Stage.BLOCKED, due_at=None, **current(event))
        case StepInDoubt():
            return replace(known, stage=Stage.IN_DOUBT) if event.step_id == known.step_id else known
        case RecipientPostponed():
            return replace(unplanned(known), not_before=event.until)
        case RecipientPaused():
            return replace(unplanned(known), paused=True)
        case RecipientResumed():
            return replace(known, paused=False)
        case RecipientExited():
            return replace(unplanned(known), exit=event.reason)
        case OutreachAsked():
            return known
        case OutreachWithdrawn():
            return replace(known, open=without(known, event.step_id))
        case (
            RecipientConnected()
            | InviteWithdrawn()
            | MessageOpened()
            | LinkClicked()
            | RecipientReplied()
            | MeetingAccepted()
            | RecipientBounced()
            | RecipientOptedOut()
        ):
            return replace(known, marks=known.marks | {mark_of(event)})
        case _:
            assert_never(event)


def enrolled(event: RecipientEnrolled) -> Progress:
    return Progress(
        recipient_id=event.recipient_id,
        campaign_id=event.campaign_id,
        contact_id=event.contact_id,
        company_id=event.company_id,
        sender_id=event.sender_id,
        sequence_version=event.sequence_version,
    )


def current(event: StepFact) -> dict[str, Any]:
    return {"step_id": event.step_id, "channel": event.channel}


def past(progress: Progress, event: StepFact) -> Progress:
    """The step is behind it, if it is the current one; one that was missed before changes nothing of where the recipient stands."""
    if event.step_id != progress.step_id:
        return progress
    return replace(progress, stage=Stage.READY, step_id=None, channel=None, passed=event.step_id, due_at=None, due_on=None)


def unplanned(progress: Progress) -> Progress:
    """Whatever was planned is to be planned anew; what was asked for stays asked for."""
    if progress.stage != Stage.PLANNED:
        return progress
    return replace(progress, stage=Stage.READY, step_id=None, channel=None, due_at=None, due_on=None)


def without(progress: Progress, step_id: str) -> dict[str, Open]:
    return {step: opened for step, opened in progress.open.items() if step != step_id}


def mark_of(event: Mark) -> str:
    by_machine = isinstance(event, MessageOpened | LinkClicked) and event.by_machine
    return f"{type(event).__name__}/{event.step_id}" + ("/machine" if by_machine else "")


def the(progress: Progress | None) -> Progress:
    if progress is None:
        raise LookupError("a recipient's stream begins with RecipientEnrolled")
    return progress
