"""Events of sender accounts, and of what became of each outreach."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from schemas.body import Body, Private
from schemas.campaign import OutreachFact


class SenderRegistered(Body):
    """A licensed user on whose behalf messages go out. The planner keeps to `daily_cap` (e-mails in any 24 hours)."""

    SUBJECT: ClassVar[str | None] = "user_id"

    sender_id: UUID
    user_id: UUID
    channels: tuple[str, ...]
    daily_cap: int
    name: Private[str | None] = None
    email: Private[str | None] = None
    linkedin: Private[str | None] = None


class SenderPaused(Body):
    sender_id: UUID
    reason: str


class SenderResumed(Body):
    sender_id: UUID


class OutreachAccepted(OutreachFact):
    """The mail server took it (250), or its sender did the task."""

    at: datetime
    message_id: str | None = None
    done_by: str | None = None


class OutreachDeferred(OutreachFact):
    """Not yet: a 4xx answer, or no connection. Tried again by the sender."""

    reason: str
    retry_at: datetime


class OutreachRefused(OutreachFact):
    """Will not go out: a 5xx answer, a suppression, an address that cannot be."""

    reason: str
    suppressed: bool = False


class OutreachInDoubt(OutreachFact):
    """Handed over, and no answer known. Held for a person, or settled by what comes back."""

    message_id: str


class OutreachSettled(OutreachFact):
    """An outreach in doubt was found to have gone out, or not."""

    went_out: bool
    by: str


class TaskOpened(OutreachFact):
    sender_id: UUID


class InviteAccepted(OutreachFact):
    """The recipient is a Connection now; told by the sender on the task page."""


class InviteTakenBack(OutreachFact):
    pass


class ReplyReceived(OutreachFact):
    SUBJECT: ClassVar[str | None] = "contact_id"

    message_id: str | None = None
    received_at: datetime
    text: Private[str | None] = None


class OutOfOfficeReceived(OutreachFact):
    message_id: str
    received_at: datetime
    until: datetime | None = None


class MailBounced(OutreachFact):
    SUBJECT: ClassVar[str | None] = "contact_id"

    message_id: str
    received_at: datetime
    permanent: bool
    diagnostic: Private[str | None] = None


class MeetingBooked(OutreachFact):
    received_at: datetime
    message_id: str | None = None


class OptedOut(OutreachFact):
    """Unsubscribed by link, one-click or reply (e-mail), or asked not to be contacted (LinkedIn). `digest` is that of the address."""

    at: datetime
    by: str
    """`one_click`, `page`, `reply` or `sender`."""
    digest: str | None = None


class MailOpened(OutreachFact):
    at: datetime
    by_machine: bool = False


class MailClicked(OutreachFact):
    at: datetime
    by_machine: bool = False
