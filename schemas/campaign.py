"""Events of campaigns, of recipients on their way through a sequence, and of the outreach asked for."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from schemas.body import Body, Private, Value
from schemas.details import Channel


class Act(StrEnum):
    """What one step does."""

    EMAIL = "email"
    INVITE = "invite"
    MESSAGE = "message"
    WITHDRAW = "withdraw"
    FOLLOW = "follow"


class Step(Value):
    """One step of a sequence; its id is stable across the sequence's versions."""

    step_id: str
    channel: Channel
    act: Act
    delay_days: int = 0
    """After the step before was taken (the first: after enrolment)."""
    working_days: bool = True
    subject: str | None = None
    text: str = ""
    """A Liquid template; so is the subject."""


class Sequence(Value):
    """The order of the steps. Acyclic; a recipient stays on the version it started with."""

    version: int
    steps: tuple[Step, ...]


class Window(Value):
    """When e-mails may go out, in the workspace's zone."""

    opens_hour: int = 9
    closes_hour: int = 17
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Monday is 0."""


class CampaignCreated(Body):
    campaign_id: UUID
    name: str
    time_zone: str
    sequence: Sequence
    sender_ids: tuple[UUID, ...]
    window: Window = Window()
    stop_company_on_reply: bool = False


class SequenceRevised(Body):
    campaign_id: UUID
    sequence: Sequence


class CampaignLaunched(Body):
    campaign_id: UUID


class CampaignPaused(Body):
    campaign_id: UUID


class CampaignResumed(Body):
    campaign_id: UUID


class CampaignStopped(Body):
    campaign_id: UUID


class RecipientFact(Body):
    """What all facts of a recipient name."""

    recipient_id: UUID
    """A function of (campaign, contact)."""
    campaign_id: UUID
    contact_id: UUID


class StepFact(RecipientFact):
    step_id: str
    channel: Channel
    act: Act


class RecipientEnrolled(RecipientFact):
    company_id: UUID | None = None
    sender_id: UUID
    sequence_version: int


class StepScheduled(StepFact):
    """The planner set the time of the next step; said again when it is planned anew."""

    due_at: datetime
    due_on: date
    """The day of `due_at` in the campaign's zone: the chosen day of the KPI Scheduled, and the only day of a task."""


class StepFellDue(StepFact):
    """Its time has come and the outreach was asked for. Time passing is an event (DESIGN.md, section 7)."""

    outreach_id: UUID


class StepTaken(StepFact):
    """It went out: accepted by the mail server, or the task done by its sender."""

    at: datetime


class StepBlocked(StepFact):
    """It cannot go out as it is, and never goes out blank (DOMAIN.md, decision 5)."""

    reason: str


class StepFailed(StepFact):
    reason: str


class StepInDoubt(StepFact):
    """Whether it went out is not known; it is never sent again by itself."""


class TaskMissed(StepFact):
    """The day of the task is over and it was not done: the recipient is off track."""

    due_on: date


class RecipientConnected(StepFact):
    """Accepted the invite."""


class InviteWithdrawn(StepFact):
    pass


class MessageOpened(StepFact):
    by_machine: bool = False


class LinkClicked(StepFact):
    by_machine: bool = False


class RecipientReplied(StepFact):
    pass


class MeetingAccepted(StepFact):
    """RSVP: booked a meeting."""


class RecipientBounced(StepFact):
    pass


class RecipientOptedOut(StepFact):
    """Unsubscribed (e-mail) or opted out (LinkedIn): a suppression for that channel."""


class RecipientPostponed(RecipientFact):
    """Out of office: the next step waits until then."""

    until: datetime
    reason: str


class RecipientPaused(RecipientFact):
    reason: str


class RecipientResumed(RecipientFact):
    pass


class ExitReason(StrEnum):
    COMPLETED = "completed"
    REPLIED = "replied"
    MEETING = "meeting"
    BOUNCED = "bounced"
    OPTED_OUT = "opted_out"
    SUPPRESSED = "suppressed"
    EXCLUDED = "excluded"
    COMPANY_REPLIED = "company_replied"
    FAILED = "failed"
    STOPPED = "stopped"
    SOURCE_WITHDRAWN = "source_withdrawn"
    """No source stands behind the contact any more."""


class RecipientExited(RecipientFact):
    """Left the sequence."""

    step_id: str | None = None
    channel: Channel | None = None
    reason: ExitReason


class OutreachFact(Body):
    """What all facts of one outreach name. `outreach_id` is a function of (recipient, step)."""

    outreach_id: UUID
    recipient_id: UUID
    campaign_id: UUID
    contact_id: UUID
    step_id: str
    channel: Channel
    act: Act


class OutreachMessage(Value):
    """Rendered and final: what the preview shows is what is sent."""

    to: str | None = None
    """E-mail address or profile URL."""
    to_name: str | None = None
    subject: str | None = None
    text: str = ""


class OutreachAsked(OutreachFact):
    SUBJECT: ClassVar[str | None] = "contact_id"

    sender_id: UUID
    due_on: date
    message: Private[OutreachMessage] = OutreachMessage()
    suppression_digests: tuple[str, ...] = ()
    """Keyed digests of the address, its domain, company and profile: what suppressions are compared with at the send."""


class OutreachWithdrawn(OutreachFact):
    """Not wanted any more: not to be sent if it has not been, and the task is closed."""

    reason: str
