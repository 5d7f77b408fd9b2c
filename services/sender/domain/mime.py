"""Reading mails that anybody may have sent: capped before they are parsed, as parsers can be made to take for ever."""

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

MOST_HEADER_BYTES = 64 * 1024
MOST_PARTS = 200
MOST_DEPTH = 20
MOST_TEXT = 64 * 1024
"""Characters of a text that are looked at."""

_end_of_header = re.compile(rb"\r?\n\r?\n")
_message_id = re.compile(r"<[^<>\s]{3,250}>")
_address = re.compile(r"[^\s<>\"(),:;@\[\]\\]{1,64}@[\w.-]{1,253}")
_tag_name = re.compile(r"/?[a-z]+", re.IGNORECASE)
UNSEEN = {"script", "style"}
BREAKS = {"br", "/p", "/div", "/li", "/tr"}


def parse(raw: bytes) -> Message:
    """The mail; of one that is too deep, too much in parts or in headers, its first headers alone."""
    found = _end_of_header.search(raw, 0, MOST_HEADER_BYTES)
    head = raw[: found.end()] if found else raw[:MOST_HEADER_BYTES]
    whole = found is not None and raw.count(b"\n--") <= MOST_PARTS and nesting(raw) <= MOST_DEPTH
    return BytesParser(policy=compat32).parsebytes(raw if whole else head, headersonly=not whole)


def nesting(raw: bytes) -> int:
    """At most how deep the parts can lie in one another."""
    return len(re.findall(rb"content-type:\s*(?:multipart|message)/", raw, re.IGNORECASE))


def header(mail: Message, name: str) -> str:
    """A header in words: encoded words decoded where they can be, on one line; empty where it is missing."""
    value = mail.get(name)
    if value is None:
        return ""
    text = str(value)
    # What cannot be decoded is shown as it stands.
    with suppress(HeaderParseError, LookupError, ValueError):
        text = str(make_header(decode_header(text)))
    return " ".join(text.replace("\x00", "").split())[:2000]


def addresses(mail: Message, *names: str) -> list[str]:
    """In lower case, of these headers. Read by a pattern: the library's parser recurses without end where it is told to."""
    found = []
    for name in names:
        for value in mail.get_all(name, []):
            text = str(value)[:4000]
            bracketed = re.findall(rf"<\s*({_address.pattern})\s*>", text)
            found += bracketed or _address.findall(text)
    return list(dict.fromkeys(address.lower() for address in found))


def message_ids(text: str) -> list[str]:
    return _message_id.findall(text[:20_000])


def parts(mail: Message) -> Iterator[Message]:
    """Those that are no containers."""
    return (part for part in mail.walk() if not part.is_multipart())


def part_of_type(mail: Message, *kinds: str) -> Message | None:
    return next((part for part in mail.walk() if part.get_content_type() in kinds), None)


def content(part: Message) -> str:
    """The text of a part in whatever charset it claims, or the next best."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        text = payload[: MOST_TEXT * 4].decode(charset, "replace")
    except (LookupError, ValueError):
        text = payload[: MOST_TEXT * 4].decode("utf-8", "replace")
    return text[:MOST_TEXT].replace("\x00", "")


def text_of(mail: Message) -> str:
    """What the mail says: its first plain text, else its HTML without the tags."""
    texts = [part for part in parts(mail) if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"]
    plain = next((part for part in texts if part.get_content_subtype() == "plain"), None)
    if plain is not None:
        return content(plain)
    shown = next((part for part in texts if part.get_content_subtype() == "html"), None)
    return without_tags(content(shown)) if shown is not None else ""


def without_tags(text: str) -> str:
    """Piece by piece, as a pattern over the whole can be made to take for ever."""
    first, *pieces = text.split("<")
    words, unseen = [first], ""
    for piece in pieces:
        tag, end, rest = piece.partition(">")
        found = _tag_name.match(tag)
        name = found[0].lower() if found else ""
        if unseen:
            unseen = "" if name == f"/{unseen}" else unseen
        elif name in UNSEEN:
            unseen = name
            continue
        elif not name or not end:
            rest = f"<{piece}"
        if not unseen:
            words += ["\n" if name in BREAKS else " ", rest]
    return re.sub(r"[ \t]+", " ", html.unescape("".join(words)))
