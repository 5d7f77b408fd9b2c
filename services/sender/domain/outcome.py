"""What became of one outreach: the state that its events fold to, and which of them are news."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

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
from services.sender.domain.facts import Facts
from services.sender.domain.send import Accepted, Deferred, FellIntoDoubt, Rejected, SendEvent, Settled

OutcomeBody = (
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


@dataclass(frozen=True)
class Outcome:
    """What has been told of one outreach so far that is told once. How far its sending has got stands in the send protocol."""

    connected: bool = False
    taken_back: bool = False
    bounced: bool = False
    opted_out: bool = False
    meeting: bool = False
    opened: tuple[bool, ...] = ()
    """By whom it was opened: False a person, True a machine; each is told once. So is `clicked`."""
    clicked: tuple[bool, ...] = ()


def evolve(outcome: Outcome | None, event: OutcomeBody) -> Outcome:  # noqa: PLR0911 - one case per event
    outcome = outcome or Outcome()
    match event:
        case InviteAccepted():
            return replace(outcome, connected=True)
        case InviteTakenBack():
            return replace(outcome, taken_back=True)
        case MailBounced(permanent=permanent):
            return replace(outcome, bounced=outcome.bounced or permanent)
        case OptedOut():
            return replace(outcome, opted_out=True)
        case MeetingBooked():
            return replace(outcome, meeting=True)
        case MailOpened(by_machine=by_machine):
            return replace(outcome, opened=(*outcome.opened, by_machine))
        case MailClicked(by_machine=by_machine):
            return replace(outcome, clicked=(*outcome.clicked, by_machine))
        case OutreachAccepted() | OutreachDeferred() | OutreachRefused() | OutreachInDoubt() | OutreachSettled():
            return outcome
        case TaskOpened() | ReplyReceived() | OutOfOfficeReceived():
            return outcome


def is_news(outcome: Outcome | None, event: OutcomeBody) -> bool:  # noqa: PLR0911 - one case per event
    """Whether this still has to be told: what can happen once is told once."""
    known = outcome or Outcome()
    match event:
        case InviteAccepted():
            return not known.connected
        case InviteTakenBack():
            return not known.taken_back
        case MailBounced():
            return not known.bounced
        case OptedOut():
            return not known.opted_out
        case MeetingBooked():
            return not known.meeting
        case MailOpened(by_machine=by_machine):
            return by_machine not in known.opened
        case MailClicked(by_machine=by_machine):
            return by_machine not in known.clicked
        case _:
            return True


def of_send(facts: Facts, message_id: str, events: Iterable[SendEvent], at: datetime) -> list[OutcomeBody]:
    """What the world is told of a step of the send protocol; the steps inside the house are nobody else's business."""
    named, told = facts.named(), list[OutcomeBody]()
    for event in events:
        match event:
            case Accepted():
                told.append(OutreachAccepted(**named, at=at, message_id=message_id))
            case Deferred(reason=reason, retry_at=retry_at):
                told.append(OutreachDeferred(**named, reason=reason, retry_at=retry_at))
            case Rejected(reason=reason, suppressed=suppressed):
                told.append(OutreachRefused(**named, reason=reason, suppressed=suppressed))
            case FellIntoDoubt():
                told.append(OutreachInDoubt(**named, message_id=message_id))
            case Settled(went_out=went_out, by=by):
                told.append(OutreachSettled(**named, went_out=went_out, by=by))
            case _:
                continue
    return told
