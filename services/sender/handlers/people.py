"""What people do and tell: tasks, what came back on LinkedIn, meetings, and the mails in doubt that they settle."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from schemas.marks import Digest
from schemas.sender import InviteAccepted, InviteTakenBack, MeetingBooked, OutreachAccepted, ReplyReceived
from services.kit.errors import Conflict, NotFound
from services.kit.events import Told, Work
from services.sender.domain import task
from services.sender.domain.errors import Refused
from services.sender.domain.send import settle
from services.sender.handlers.stopping import opt_out
from services.sender.handlers.telling import change, news, take, tell
from services.sender.kinds import OUTREACH
from services.sender.store import outreach
from services.sender.store.outreach import Standing


@contextmanager
def by_the_rules() -> Iterator[None]:
    """A rule's refusal, as whoever asked is told it."""
    try:
        yield
    except Refused as refused:
        raise Conflict(refused.reason) from refused


def standing(work: Work, outreach_id: UUID) -> Standing:
    """Locked. Raises NotFound for what the transaction's workspace does not have."""
    found = outreach.lock(work.connection, [outreach_id])
    if outreach_id not in found:
        raise NotFound("there is no such outreach here")
    return found[outreach_id]


def do_task(outreach_id: UUID, work: Work) -> Iterable[Told]:
    """The sender did it: the click on the day. A second click changes nothing."""
    found = standing(work, outreach_id)
    with by_the_rules():
        events = task.done(found.facts, found.send)
    if not events:
        return []
    outreach.save(work.connection, [change(found, events, work.now)])
    return [tell(found.facts, OutreachAccepted(**found.facts.named(), at=work.now, done_by=work.actor))]


def accept_invite(outreach_id: UUID, work: Work) -> Iterable[Told]:
    found = standing(work, outreach_id)
    with by_the_rules():
        task.must_be_invite(found.facts, found.send)
    return news(work, [tell(found.facts, InviteAccepted(**found.facts.named()))])


def take_back_invite(outreach_id: UUID, work: Work) -> Iterable[Told]:
    found = standing(work, outreach_id)
    outcome = work.load(OUTREACH, [outreach_id], found.facts.workspace_id)[outreach_id]
    with by_the_rules():
        task.may_take_back(found.facts, found.send, outcome)
    return news(work, [tell(found.facts, InviteTakenBack(**found.facts.named()))])


def tell_reply(outreach_id: UUID, text: str | None, work: Work) -> Iterable[Told]:
    found = standing(work, outreach_id)
    with by_the_rules():
        task.must_have_gone_out(found.send)
    return [tell(found.facts, ReplyReceived(**found.facts.named(), received_at=work.now, text=text))]


def tell_meeting(outreach_id: UUID, work: Work) -> Iterable[Told]:
    found = standing(work, outreach_id)
    with by_the_rules():
        task.must_have_gone_out(found.send)
    return news(work, [tell(found.facts, MeetingBooked(**found.facts.named(), received_at=work.now))])


def tell_opt_out(outreach_id: UUID, work: Work, digest: Digest) -> Iterable[Told]:
    """Somebody asked the sender not to be contacted any more; true whether or not this has gone out."""
    return opt_out(work, [(standing(work, outreach_id), "sender")], digest)


def unsubscribe(outreach_id: UUID, by: str, work: Work, digest: Digest) -> Iterable[Told]:
    """By the link in a mail: `page` or `one_click`."""
    return opt_out(work, [(standing(work, outreach_id), by)], digest)


def settle_doubt(outreach_id: UUID, work: Work, *, went_out: bool) -> Iterable[Told]:
    """A person found out what became of a mail in doubt. Settled the same way twice is no news; otherwise a Conflict."""
    found = standing(work, outreach_id)
    events = settle(found.send, went_out=went_out, by=work.actor)
    if not events:
        raise Conflict(f"this is not in doubt: it is {found.send.stage}")
    return take(work, [(found, events)])
