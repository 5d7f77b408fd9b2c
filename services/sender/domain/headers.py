"""Header fields of mails as bytes: RFC 5322 lines, RFC 2047 encoded words, and nothing that could begin a header of its own."""

import base64
import re

from services.sender.domain.errors import Refused

LINE = 76
LONGEST_WORD = 900
"""Of ASCII text without a space, which a fold cannot shorten; a line may have 998 characters."""

_control = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_atoms = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+")
_local = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*")
_domain = re.compile(r"[A-Za-z0-9]([A-Za-z0-9\-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9\-]*[A-Za-z0-9])?)*")


def checked(name: str, value: str) -> str:
    """`value`, unless it has control characters: a line break in a header is somebody trying to write headers of their own."""
    if _control.search(value):
        raise Refused(f"the {name} has a line break or control character in it")
    return value


def address(text: str) -> str:
    """An address as SMTP takes it, its domain in ASCII (IDNA). Refused where it cannot be one."""
    local, at, domain = checked("address", text).strip().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError as error:
            raise Refused(f"the domain of the address {text!r} cannot be one") from error
    if not at or len(local) > 64 or len(domain) > 253 or not _local.fullmatch(local) or not _domain.fullmatch(domain):
        raise Refused(f"{text!r} is no e-mail address that can be written to")
    return f"{local}@{domain}"


def mailbox(name: str | None, written_to: str) -> str:
    """`Ann Smith <ann@example.org>`; `written_to` has come through `address`."""
    shown = checked("name", name or "").strip()
    if not shown:
        return written_to
    if not shown.isascii() or "=?" in shown or len(shown) > LINE - 20:
        return f"{encoded_words(shown, LINE - 20)}\r\n <{written_to}>"
    quoted = shown if _atoms.fullmatch(shown) else '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{quoted} <{written_to}>"


def unstructured(name: str, value: str) -> str:
    """A subject or the like, folded after the header's name. ASCII stays as it is; the rest becomes encoded words."""
    text = checked(name, value)
    plain = text.isascii() and "=?" not in text and text == text.strip() and max(map(len, text.split(" ")), default=0) < LONGEST_WORD
    return folded(text, LINE - len(name) - 2) if plain else encoded_words(text, LINE - len(name) - 2)


def folded(text: str, first: int) -> str:
    """Lines broken before single spaces, so that unfolding gives the text back."""
    lines, line, room = [], "", first
    for part in re.findall(r"^[^ ]+| +[^ ]+", text):
        if line and len(line) + len(part) > room:
            lines.append(line)
            line, room = "", LINE
        line += part
    return "\r\n".join([*lines, line])


def encoded_words(text: str, first: int) -> str:
    """RFC 2047, UTF-8 in base64: no word longer than 75, none that breaks a character, each on a line of its own."""
    words, piece, room = [], b"", bytes_in(min(first, 75))
    for character in text:
        raw = character.encode()
        if len(piece) + len(raw) > room:
            words.append(piece)
            piece, room = b"", bytes_in(75)
        piece += raw
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in [*words, piece])


def bytes_in(characters: int) -> int:
    """How many bytes an encoded word of so many characters can hold."""
    return (characters - len("=?utf-8?b??=")) // 4 * 3
