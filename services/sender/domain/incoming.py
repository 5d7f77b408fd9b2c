"""What a classified mail tells of the outreach that it belongs to."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from schemas.sender import MailBounced, MeetingBooked, OutOfOfficeReceived, ReplyReceived
from services.sender.domain.classify import Incoming, Meaning
from services.sender.domain.facts import Facts
from services.sender.domain.outcome import OutcomeBody

MOST_REPLY = 20_000
UNRELATED = "unrelated"
"""Nothing of ours: no more is kept of it than that it was seen."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was fetched; `received_at` by the service's clock. `raw` may be cut off at the end."""

    raw: bytes
    size: int
    received_at: datetime


def identity(mail: Mail, incoming: Incoming) -> str:
    """What tells it from all others: its Message-ID, else a digest of all of it. Never its UID, which a server may give anew."""
    return incoming.message_id or f"sha256:{hashlib.sha256(mail.raw).hexdigest()}"


def told_by(facts: Facts, key: str, incoming: Incoming, received_at: datetime) -> OutcomeBody | None:
    """None for what is told in other ways (opt-outs) or to nobody (automatic notices)."""
    named = facts.named()
    match incoming.meaning:
        case Meaning.REPLY:
            return ReplyReceived(**named, message_id=key, received_at=received_at, text=incoming.text[:MOST_REPLY])
        case Meaning.OUT_OF_OFFICE:
            return OutOfOfficeReceived(**named, message_id=key, received_at=received_at, until=incoming.until)
        case Meaning.BOUNCE:
            return MailBounced(
                **named, message_id=key, received_at=received_at, permanent=incoming.permanent, diagnostic=incoming.diagnostic
            )
        case Meaning.MEETING:
            return MeetingBooked(**named, received_at=received_at, message_id=key)
        case Meaning.OPT_OUT | Meaning.COMPLAINT | Meaning.AUTOMATIC:
            return None


def opts_out_by(incoming: Incoming) -> str | None:
    match incoming.meaning:
        case Meaning.OPT_OUT:
            return "reply"
        case Meaning.COMPLAINT:
            return "complaint"
        case _:
            return None


def settles(incoming: Incoming) -> str:
    """By what it proves that the mail which it answers went out."""
    return "bounce" if incoming.meaning is Meaning.BOUNCE else "reply"
