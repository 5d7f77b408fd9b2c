"""A contact's timeline: what happened, in words for people. Each fact is told once, by whoever knows most of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from schemas import campaign, ingest, publish, sender
from schemas.body import Body
from schemas.campaign import Act, OutreachFact, RecipientFact, StepFact
from schemas.envelope import Envelope


class Says(NamedTuple):
    """What an event becomes on a timeline."""

    words: str
    text: str | None = None
    """Private: what was written."""
    signal: str | None = None
    """What it is for the score: only what the person did, never a machine."""
    act: bool = False
    """Whether it is an action, of theirs or ours, that the last action date goes by."""


@dataclass(frozen=True)
class Entry:
    event_id: UUID
    workspace_id: UUID
    contact_id: UUID
    at: datetime
    kind: str
    """The event's type."""
    says: Says
    campaign_id: UUID | None
    step_id: str | None
    channel: str | None


SENT = {
    Act.EMAIL: "E-mail sent",
    Act.INVITE: "LinkedIn request sent",
    Act.MESSAGE: "LinkedIn message sent",
    Act.WITHDRAW: "LinkedIn request withdrawn",
    Act.FOLLOW: "Followed on Twitter",
}
ACTIVITY = {
    ingest.ActivityKind.PRODUCT_VIEW: "Viewed a product",
    ingest.ActivityKind.PROFILE_VIEW: "Viewed a profile",
    ingest.ActivityKind.DOWNLOAD: "Downloaded a file",
    ingest.ActivityKind.SAVED: "Saved to a project",
    ingest.ActivityKind.COMPARED: "Compared products",
    ingest.ActivityKind.BROWSING: "Browsed",
    ingest.ActivityKind.PAGE_VISIT: "Visited a page",
    ingest.ActivityKind.FORM: "Sent a form",
    ingest.ActivityKind.MESSAGE: "Wrote a message",
}


def activity(a: ingest.ActivityRecorded) -> Says:
    what = f": {a.what}" if a.what else ""
    long = f" for {timedelta(seconds=a.seconds)}" if a.seconds else ""
    return Says(f"{ACTIVITY[a.kind]}{long}{what} ({a.source})", signal=a.kind.value, act=True)


def proposed(p: publish.ContactProposed) -> Says:
    why = "; ".join(p.reasons)
    return Says("Came with an import of the workspace's own" if p.origin == "import" else f"Proposed: {why or 'matches a segment'}")


def asked(a: campaign.OutreachAsked) -> Says:
    what = "E-mail" if a.act == Act.EMAIL else "Task"
    subject = f"{a.message.subject}\n\n" if a.message.subject else ""
    return Says(f"{what} handed to the sender", subject + a.message.text)


def opened(o: sender.MailOpened) -> Says:
    return Says("Opened by a machine") if o.by_machine else Says("Opened the e-mail", signal="opened", act=True)


def clicked(c: sender.MailClicked) -> Says:
    return Says("Link followed by a machine") if c.by_machine else Says("Clicked a link", signal="clicked", act=True)


def settled(s: sender.OutreachSettled) -> Says:
    return Says(f"Found {'to have gone out' if s.went_out else 'not to have gone out'}, by {s.by}", act=s.went_out)


def bounced(b: sender.MailBounced) -> Says:
    return Says("E-mail bounced for good" if b.permanent else "E-mail bounced for now", b.diagnostic)


SAYS: dict[type[Body], Callable[[Any], Says]] = {
    ingest.ActivityRecorded: activity,
    publish.ContactProposed: proposed,
    publish.ContactPublished: lambda _: Says("Published to the workspace"),
    publish.ContactApproved: lambda _: Says("Approved"),
    publish.ContactExcluded: lambda e: Says(f"Excluded: {e.reason}"),
    publish.ContactMergedAway: lambda _: Says("Found to be the same person as another contact"),
    publish.ContactWithdrawn: lambda _: Says("No source stands behind this contact any more, as an import was undone"),
    publish.Suppressed: lambda s: Says(f"Not to be contacted{f' by {s.channel}' if s.channel else ''}: {s.reason}"),
    campaign.RecipientEnrolled: lambda _: Says("Added to a campaign"),
    campaign.StepBlocked: lambda b: Says(f"Not sent: {b.reason}"),
    campaign.TaskMissed: lambda m: Says(f"Task of {m.due_on.isoformat()} missed"),
    campaign.RecipientPostponed: lambda p: Says(f"Postponed to {p.until.date().isoformat()}: {p.reason}"),
    campaign.RecipientPaused: lambda p: Says(f"Paused: {p.reason}"),
    campaign.RecipientResumed: lambda _: Says("Resumed"),
    campaign.RecipientExited: lambda e: Says(f"Left the sequence: {e.reason.value.replace('_', ' ')}"),
    campaign.OutreachAsked: asked,
    campaign.OutreachWithdrawn: lambda w: Says(f"Decided not to send: {w.reason}"),
    sender.OutreachAccepted: lambda a: Says(SENT[a.act], act=True),
    sender.OutreachRefused: lambda r: Says(f"Not sent: {r.reason}"),
    sender.OutreachInDoubt: lambda _: Says("In doubt whether it went out; not sent again"),
    sender.OutreachSettled: settled,
    sender.InviteAccepted: lambda _: Says("Accepted the LinkedIn request", signal="connected", act=True),
    sender.InviteTakenBack: lambda _: Says("LinkedIn request taken back"),
    sender.ReplyReceived: lambda r: Says("Replied", r.text, signal="reply", act=True),
    sender.OutOfOfficeReceived: lambda o: Says(f"Out of office{f' until {o.until.date().isoformat()}' if o.until else ''}"),
    sender.MailBounced: bounced,
    sender.MeetingBooked: lambda _: Says("Booked a meeting", signal="meeting", act=True),
    sender.OptedOut: lambda o: Says("Unsubscribed" if o.act == Act.EMAIL else "Asked not to be contacted", act=True),
    sender.MailOpened: opened,
    sender.MailClicked: clicked,
}
"""Left out is what another event says better: a StepTaken is its OutreachAccepted, a RecipientReplied its ReplyReceived."""


def entry_of(envelope: Envelope, body: Body) -> Entry | None:
    """The entry of an event on its contact's timeline; None where it makes none, or names no contact."""
    says, contact_id = SAYS.get(type(body)), getattr(body, "contact_id", None)
    if says is None or contact_id is None:
        return None
    step = body if isinstance(body, StepFact | OutreachFact | campaign.RecipientExited) else None
    return Entry(
        event_id=envelope.event_id,
        workspace_id=envelope.workspace_id,
        contact_id=contact_id,
        at=getattr(body, "at", None) or getattr(body, "received_at", None) or envelope.occurred_at,
        kind=envelope.type,
        says=says(body),
        campaign_id=body.campaign_id if isinstance(body, RecipientFact | OutreachFact) else None,
        step_id=step.step_id if step else None,
        channel=step.channel.value if step and step.channel else None,
    )
