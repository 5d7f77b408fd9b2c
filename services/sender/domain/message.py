"""One e-mail as the bytes that go over the wire (RFC 5322, 2045, 2369, 8058).

Built directly, as `email.message.EmailMessage` takes milliseconds for what takes microseconds here; that the standard
library's parser reads the same out of it again is a property test.
"""

import base64
import binascii
import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from uuid import UUID, uuid5

from services.sender.domain import headers
from services.sender.domain.errors import Refused

MESSAGE_IDS = UUID("f1f5d9a0-6a0b-4f0f-9a50-5a9f6f0c7e21")
MOST_BYTES = 5 * 1024 * 1024
MOST_LINKS = 255
LONGEST_LINE = 990

_plain = re.compile(r"[\t\r\n\x20-\x7e]*")
_link = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")


@dataclass(frozen=True, slots=True)
class Tracking:
    """The links that tell of an opening and of clicks: `clicks[n]` stands for the n-th link of the text."""

    picture: str
    clicks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    message_id: str
    from_address: str
    to_address: str
    subject: str
    text: str
    date: datetime
    from_name: str | None = None
    to_name: str | None = None
    unsubscribe: str | None = None
    """URL of the one-click unsubscribe (RFC 8058)."""
    tracking: Tracking | None = field(default=None)


def message_id_of(recipient_id: UUID, step_id: str, domain: str) -> str:
    """The same for the same recipient and step, whoever sends it and however often: what a doubt is settled by."""
    return f"<{uuid5(MESSAGE_IDS, f'{recipient_id}/{step_id}').hex}@{domain}>"


def links_in(text: str) -> tuple[str, ...]:
    """The different links of a text, in order."""
    return tuple(dict.fromkeys(_link.findall(text)))[:MOST_LINKS]


def build(message: Message) -> bytes:
    """All of it with CRLF and without a line that is too long. Raises Refused for what cannot be written safely."""
    head = [
        f"From: {headers.mailbox(message.from_name, headers.address(message.from_address))}",
        f"To: {headers.mailbox(message.to_name, headers.address(message.to_address))}",
        f"Subject: {headers.unstructured('Subject', message.subject)}",
        f"Date: {format_datetime(message.date)}",
        f"Message-ID: {headers.checked('Message-ID', message.message_id)}",
        "MIME-Version: 1.0",
    ]
    if message.unsubscribe:
        head.append(f"List-Unsubscribe: <{headers.checked('unsubscribe link', message.unsubscribe)}>")
        head.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    content = "\r\n".join(head).encode("ascii") + b"\r\n" + body(message)
    if len(content) > MOST_BYTES:
        raise Refused(f"the mail has {len(content)} bytes; more than {MOST_BYTES} are not sent")
    return content


def body(message: Message) -> bytes:
    plain = part("plain", message.text)
    if message.tracking is None:
        return plain
    boundary = b"=_" + message.message_id[1:33].encode()
    open_, close = b"--" + boundary + b"\r\n", b"--" + boundary + b"--\r\n"
    head = b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n'
    return head + open_ + plain + open_ + part("html", as_html(message.text, message.tracking)) + close


def part(kind: str, text: str) -> bytes:
    """The headers and the content of one text, in the plainest encoding that carries it."""
    try:
        raw = re.sub(r"\r\n|\r|\n", "\r\n", text if text.endswith("\n") else text + "\n").encode()
    except UnicodeEncodeError as error:
        raise Refused("the text has half a character in it (a lone surrogate)") from error
    encoding, content = encoded(text, raw)
    return f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + content


def encoded(text: str, raw: bytes) -> tuple[str, bytes]:
    # What could be taken for a boundary is left to encodings in which `=_` never occurs.
    if "--=_" not in text and _plain.fullmatch(text) and max(map(len, raw.split(b"\r\n"))) < LONGEST_LINE:
        return "7bit", raw
    if len(raw) < len(text) * 4 // 3:
        return "quoted-printable", binascii.b2a_qp(raw, istext=True)
    return "base64", base64.encodebytes(raw).replace(b"\n", b"\r\n")


def as_html(text: str, tracking: Tracking) -> str:
    """The same words for programs that show HTML, with the links and the picture that tell of clicks and opening."""
    place = {link: tracking.clicks[number] for number, link in enumerate(links_in(text))}
    pieces, end = [], 0
    for found in _link.finditer(text):
        target = place.get(found[0], found[0])
        pieces.append(html.escape(text[end : found.start()]))
        pieces.append(f'<a href="{html.escape(target)}">{html.escape(found[0])}</a>')
        end = found.end()
    pieces.append(html.escape(text[end:]))
    shown = "".join(pieces).replace("\n", "<br>\n")
    picture = f'<img src="{html.escape(tracking.picture)}" width="1" height="1" alt="">'
    return f"<!DOCTYPE html>\n<html><body>\n<p>{shown}</p>\n{picture}\n</body></html>\n"


def stuffed(content: bytes) -> bytes:
    """With dots doubled that begin a line, and the end mark, as DATA wants it (RFC 5321, 4.5.2)."""
    safe = content.replace(b"\r\n.", b"\r\n..") if b"\r\n." in content else content
    return (b"." + safe if safe.startswith(b".") else safe) + b".\r\n"
