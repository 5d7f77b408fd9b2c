"""What an incoming mail means: a pure function of its bytes, versioned, so that it can be run again over the mails kept."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from enum import StrEnum

from services.sender.domain import mime, phrases
from services.sender.domain.absence import back_at

CLASSIFIER = 1


class Meaning(StrEnum):
    REPLY = "reply"
    OUT_OF_OFFICE = "out_of_office"
    BOUNCE = "bounce"
    OPT_OUT = "opt_out"
    COMPLAINT = "complaint"
    """The recipient's provider passes on that they called it spam (RFC 5965)."""
    MEETING = "meeting"
    """A calendar says that they accepted."""
    AUTOMATIC = "automatic"
    """A machine's notice that says nothing to us (RFC 3834)."""


@dataclass(frozen=True, slots=True)
class Incoming:
    meaning: Meaning
    message_id: str | None
    refers_to: tuple[str, ...]
    """Message-IDs that it answers or is about."""
    addresses: tuple[str, ...]
    """By whom it was written; of a bounce, who could not be reached. Lower case."""
    subject: str
    text: str
    """Their own words, without what they quote."""
    until: datetime | None = None
    permanent: bool = False
    diagnostic: str | None = None


_status = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_code = re.compile(r"\b([45])[0-5]\d\b")


def classify(raw: bytes, received: datetime) -> Incoming:
    """Never fails, whatever the bytes. `received` (UTC) is what dates without a year are read against."""
    mail = mime.parse(raw)
    if report_type(mail) == "feedback-report":
        return about(mail, Meaning.COMPLAINT, addresses=original_addresses(mail))
    if is_bounce(mail):
        return bounce(mail)
    if meeting_accepted(mail):
        return about(mail, Meaning.MEETING)
    if is_automatic(mail):
        return automatic(mail, received)
    return about(mail, Meaning.OPT_OUT if wants_out(own_words(mime.text_of(mail))) else Meaning.REPLY)


def about(mail: Message, meaning: Meaning, **more: object) -> Incoming:
    message_id = next(iter(mime.message_ids(str(mail.get("Message-ID", "")))), None)
    fields: dict[str, object] = {
        "addresses": tuple(mime.addresses(mail, "From", "Reply-To")),
        "refers_to": tuple(references(mail)),
        "text": own_words(mime.text_of(mail)),
    }
    return Incoming(meaning=meaning, message_id=message_id, subject=mime.header(mail, "Subject"), **(fields | more))  # type: ignore[arg-type]


def references(mail: Message) -> list[str]:
    """What it answers, the nearest first; and of what it encloses, the Message-ID."""
    answered = mime.message_ids(str(mail.get("In-Reply-To", ""))) + mime.message_ids(str(mail.get("References", "")))[::-1]
    return list(dict.fromkeys(answered + enclosed(mail)))


def enclosed(mail: Message) -> list[str]:
    """Message-IDs of mails, or of headers of mails, that come back in a report."""
    found = []
    for part in list(mail.walk())[1:]:
        if part.get_content_type() == "text/rfc822-headers":
            found += mime.message_ids(" ".join(re.findall(r"(?im)^message-id:\s*(<[^<>\s]+>)", mime.content(part))))
        elif part.get("Message-ID"):
            found += mime.message_ids(str(part["Message-ID"]))
    return found


def report_type(mail: Message) -> str:
    return str(mail.get_param("report-type") or "").lower() if mail.get_content_type() == "multipart/report" else ""


def is_bounce(mail: Message) -> bool:
    """By the form (RFC 3464), or by the daemon that writes and what it calls its letter."""
    if report_type(mail) == "delivery-status" or mime.part_of_type(mail, "message/delivery-status") is not None:
        return True
    daemon = any(address.startswith(("mailer-daemon@", "postmaster@")) for address in mime.addresses(mail, "From"))
    return daemon and phrases.BOUNCE_SUBJECT.search(mime.header(mail, "Subject")) is not None


def bounce(mail: Message) -> Incoming:
    fields = delivery_status(mail)
    text = mime.text_of(mail)
    status = fields.get("status") or next((found[0] for found in _status.finditer(text)), "") or code_in(text)
    failed = fields.get("action", "failed").lower() == "failed"
    reached = fields.get("final-recipient", "") or fields.get("original-recipient", "")
    return about(
        mail,
        Meaning.BOUNCE,
        addresses=tuple(filter(None, [reached.rpartition(";")[2].strip().lower()])),
        refers_to=tuple(dict.fromkeys([*references(mail), *mime.message_ids(text)])),
        permanent=failed and status.startswith("5"),
        diagnostic=(fields.get("diagnostic-code") or status or text.strip())[:500] or None,
    )


def delivery_status(mail: Message) -> dict[str, str]:
    """The fields of the report by lower-case name; of several recipients, the last one's."""
    part = mime.part_of_type(mail, "message/delivery-status")
    if part is None:
        return {}
    blocks = part.get_payload()
    lines = blocks if isinstance(blocks, list) else []
    return {name.lower(): mime.header(block, name) for block in lines if isinstance(block, Message) for name in block}


def code_in(text: str) -> str:
    return next((found[0] for found in _code.finditer(text)), "")


def original_addresses(mail: Message) -> tuple[str, ...]:
    """To whom the mail went that somebody complains about."""
    return tuple(address for part in list(mail.walk())[1:] for address in mime.addresses(part, "To"))


def meeting_accepted(mail: Message) -> bool:
    calendar = mime.part_of_type(mail, "text/calendar")
    if calendar is None:
        return False
    text = mime.content(calendar).upper()
    return "METHOD:REPLY" in text and "PARTSTAT=ACCEPTED" in text


def is_automatic(mail: Message) -> bool:
    """RFC 3834 first, then what programs that do not keep to it write."""
    submitted = mime.header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if mail.get("X-Autoreply") or mail.get("X-Autorespond") or mail.get("X-Autogenerated"):
        return True
    if mime.header(mail, "Precedence").lower() in {"auto_reply", "bulk", "junk", "list"}:
        return True
    return phrases.AWAY_SUBJECT.search(mime.header(mail, "Subject")) is not None


def automatic(mail: Message, received: datetime) -> Incoming:
    """Out of office, or a notice of another kind (a ticket opened, a newsletter)."""
    subject, text = mime.header(mail, "Subject"), mime.text_of(mail)
    until = back_at(f"{subject}\n{text}", received)
    replied = mime.header(mail, "Auto-Submitted").lower().startswith("auto-replied")
    away = phrases.AWAY_SUBJECT.search(subject) or phrases.AWAY_TEXT.search(text) or (replied and until)
    return about(mail, Meaning.OUT_OF_OFFICE if away else Meaning.AUTOMATIC, until=until)


def own_words(text: str) -> str:
    """Up to the first line that quotes, or begins a quotation."""
    lines: list[str] = []
    for line in text.splitlines():
        if phrases.QUOTE.match(line.strip()):
            break
        lines.append(line.rstrip())
    return "\n".join(lines).strip()


def wants_out(words: str) -> bool:
    """A short note that asks to be left alone. Of a long letter a person has to judge."""
    return len(words) <= 300 and phrases.OPT_OUT.search(words) is not None
