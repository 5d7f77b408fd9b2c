"""What came into a sender's mailbox: which outreach each mail belongs to, and what it tells of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from schemas.marks import Digest
from services.kit.events import Told, Work
from services.sender.domain.account import Account
from services.sender.domain.classify import CLASSIFIER, Incoming, classify
from services.sender.domain.incoming import UNRELATED, Mail, identity, opts_out_by, settles, told_by
from services.sender.domain.send import settle
from services.sender.handlers.stopping import opt_out
from services.sender.handlers.telling import news, take, tell
from services.sender.store import mails as store
from services.sender.store import outreach
from services.sender.store.outreach import Standing


@dataclass(frozen=True, slots=True)
class Read:
    """A mail that was not seen before, what it means, and the outreach it belongs to, if any."""

    key: str
    mail: Mail
    incoming: Incoming
    standing: Standing | None
    named: bool
    """It names the outreach's Message-ID; else only the address fits."""


def when_mails_come_in_tell_what_they_say(
    fetched: Sequence[Mail], account: Account, work: Work, *, digest: Digest
) -> tuple[Counter[str], list[Told]]:
    """Keeps them, and returns how many there were of each meaning and what is told. What was seen before is passed over."""
    read = match(unseen(fetched, account, work), account, work)
    store.keep(work.connection, account.workspace_id, account.sender_id, [kept(each) for each in read])
    related = [each for each in read if each.standing]
    locked = outreach.lock(work.connection, {each.standing.facts.outreach_id for each in related if each.standing})
    told = settle_by(related, locked, work) + tell_of(related, work)
    outs = [(locked[s.facts.outreach_id], by) for each in related if (s := each.standing) and (by := opts_out_by(each.incoming))]
    return Counter(meaning_of(each) for each in read), [*told, *opt_out(work, outs, digest)] if outs else told


def unseen(fetched: Sequence[Mail], account: Account, work: Work) -> list[tuple[str, Mail, Incoming]]:
    found = dict[str, tuple[str, Mail, Incoming]]()
    for mail in fetched:
        incoming = classify(mail.raw, mail.received_at)
        key = identity(mail, incoming)
        found.setdefault(key, (key, mail, incoming))
    new = store.unknown_among(work.connection, account.sender_id, found)
    return [each for key, each in found.items() if key in new]


def match(found: Sequence[tuple[str, Mail, Incoming]], account: Account, work: Work) -> list[Read]:
    """By the Message-IDs that a mail names, else by who wrote it (of a bounce: who was not reached)."""
    incomings = [incoming for _, _, incoming in found]
    named = store.by_message_id(work.connection, account.workspace_id, (i for incoming in incomings for i in incoming.refers_to))
    known = store.by_address(work.connection, account.sender_id, (a for incoming in incomings for a in incoming.addresses))
    return [Read(key, mail, incoming, *belongs_to(incoming, account, named, known)) for key, mail, incoming in found]


def belongs_to(
    incoming: Incoming, account: Account, named: Mapping[str, Standing], known: Mapping[str, Standing]
) -> tuple[Standing | None, bool]:
    if account.email and account.email.lower() in incoming.addresses:
        # The sender's own words, as when they go on by hand.
        return None, False
    for message_id in incoming.refers_to:
        if message_id in named:
            return named[message_id], True
    return next((known[address] for address in incoming.addresses if address in known), None), False


def meaning_of(read: Read) -> str:
    return read.incoming.meaning if read.standing else UNRELATED


def kept(read: Read) -> store.Kept:
    facts = read.standing.facts if read.standing else None
    return store.Kept(
        identity=read.key,
        meaning=meaning_of(read),
        classifier=CLASSIFIER,
        size=read.mail.size,
        received_at=read.mail.received_at,
        outreach_id=facts.outreach_id if facts else None,
        contact_id=facts.contact_id if facts else None,
        raw=read.mail.raw if facts else None,
    )


def settle_by(related: Sequence[Read], locked: Mapping[UUID, Standing], work: Work) -> list[Told]:
    """What is answered, or came back, went out."""
    proofs = {each.standing.facts.outreach_id: settles(each.incoming) for each in related if each.standing and each.named}
    return take(work, [(locked[key], settle(locked[key].send, went_out=True, by=by)) for key, by in proofs.items()])


def tell_of(related: Sequence[Read], work: Work) -> list[Told]:
    told = []
    for each in related:
        if each.standing is None:
            continue
        # By the clocks of two machines, an answer can seem to be older than the mail.
        received_at = max(each.mail.received_at, each.standing.handed_at or each.mail.received_at)
        body = told_by(each.standing.facts, each.key, each.incoming, received_at)
        if body is not None:
            told.append(tell(each.standing.facts, body))
    return news(work, told)
