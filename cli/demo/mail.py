"""The recipients' side of the mail world: reads what reached them over IMAP, and answers over SMTP, on this machine alone."""

import imaplib
import smtplib
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

PASSWORD = "any"  # noqa: S105 - GreenMail makes mailboxes as mail comes, and takes any password
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class MailWorld:
    smtp_host: str
    smtp_port: int
    imap_host: str
    imap_port: int

    def __post_init__(self) -> None:
        if not {self.smtp_host, self.imap_host} <= LOOPBACK:
            raise ValueError(f"the demo sends only to this machine, not to {self.smtp_host} or {self.imap_host}")

    def inbox(self, address: str, sender: str = "") -> list[EmailMessage]:
        """What has reached an address, oldest first; of senders only whose address has this part."""
        with imaplib.IMAP4(self.imap_host, self.imap_port, timeout=10) as imap:
            imap.login(address, PASSWORD)
            _, [count] = imap.select("INBOX", readonly=True)
            found = imap.fetch("1:*", "(BODY.PEEK[])")[1] if int(count or b"0") else []
        mails = [parsed(part[1]) for part in found if isinstance(part, tuple)]
        return [mail for mail in mails if sender in str(mail["From"])]

    def send(self, message: EmailMessage) -> None:
        with smtplib.SMTP(self.smtp_host, self.smtp_port, timeout=10) as smtp:
            smtp.send_message(message)


def reply(to: EmailMessage, now: datetime, text: str) -> EmailMessage:
    return answer(to, now, f"Re: {to['Subject']}", text)


def out_of_office(to: EmailMessage, now: datetime, back: datetime) -> EmailMessage:
    """As RFC 3834 asks: marked so that nobody takes it for an answer by a person."""
    text = f"Thank you for your message. I am out of the office and will be back on {back:%Y-%m-%d}."
    message = answer(to, now, f"Automatic reply: {to['Subject']}", text)
    message["Auto-Submitted"] = "auto-replied"
    return message


def booking(to: EmailMessage, now: datetime, meets: datetime) -> EmailMessage:
    """As a calendar answers an invitation (RFC 6047): the meeting is accepted."""
    message = answer(to, now, f"Accepted: {to['Subject']}", "Happy to talk.")
    event = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//demo//EN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        f"UID:{to['Message-ID']}\r\nDTSTAMP:{now:%Y%m%dT%H%M%SZ}\r\nDTSTART:{meets:%Y%m%dT%H%M%SZ}\r\n"
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{address_in(to['To'])}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    message.add_alternative(event, subtype="calendar", params={"method": "REPLY"})
    return message


BOUNCE = """\
From: Mail Delivery System <mailer-daemon@{domain}>
To: {sender}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: {message_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

<{address}>: 550 5.1.1 mailbox unknown

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; {domain}

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 mailbox unknown

--part
Content-Type: text/rfc822-headers

Message-ID: {original}
Subject: undeliverable

--part--
"""


def bounce(of: EmailMessage, now: datetime) -> EmailMessage:
    """A delivery status notification as RFC 3464 has it: unknown mailbox."""
    address = address_in(of["To"])
    text = BOUNCE.format(
        address=address,
        domain=address.partition("@")[2],
        sender=of["From"],
        date=format_datetime(now),
        message_id=make_msgid(domain="mx.example"),
        original=of["Message-ID"],
    )
    return parsed(text.encode())


def address_in(header: Any) -> str:
    return str(header.addresses[0].addr_spec)


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("policy.default parses to EmailMessage")
    return message


def answer(to: EmailMessage, now: datetime, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = to["To"], to["From"]
    message["Subject"], message["Date"] = subject, format_datetime(now)
    message["Message-ID"] = make_msgid(domain="recipients.example")
    message["In-Reply-To"] = message["References"] = to["Message-ID"]
    message.set_content(text)
    return message
