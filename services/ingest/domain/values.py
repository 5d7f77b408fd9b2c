"""What a cell's text looks like, and which texts say nothing."""

import re
import unicodedata

from anyascii import anyascii

NOTHING = frozenset({
    "", "-", "--", "---", ".", "?", "n/a", "na", "n.a.", "none", "null", "nil", "nan", "undefined", "unknown", "unbekannt", "keine", "k.a.",
    "inconnu", "desconocido", "sconosciuto", "test", "asdf", "qwerty", "xxx", "tbd", "#n/a",
})  # fmt: skip
"""What people and exports write where they have nothing to say."""
LONGEST_NOTHING = max(map(len, NOTHING))
NONSENSE = NOTHING | {"a", "aa", "aaa", "abc", "asd", "bar", "email", "foo", "mail", "me", "nobody", "none", "x", "xx", "xyz", "your"}
"""What people type twice into an address where one has to be."""
NO_NAMES = frozenset({"linkedin member", "walk in", "guest", "attendee", "visitor", "no name", "test test"})
RESERVED = re.compile(r"(^|\.)(example|test|invalid|localhost|local)$|(^|\.)example\.(com|org|net)$")
"""Domains that nobody can have (RFC 2606)."""

_email = re.compile(r"[^\s@<>,;]+@([^\s@<>,;]+\.[^\s@<>,;.]{2,})")
_profile = re.compile(r"linkedin\.com/(?:in|pub)/([^/?#\s]+)", re.IGNORECASE)
_website = re.compile(r"(https?://)?(www\.)?([a-z0-9-]+\.)+[a-z]{2,}(/\S*)?", re.IGNORECASE)
_phone = re.compile(r"(?=[+(0]|\d+[\s().\-/])[+(]*\d[\d\s().\-/]{5,}\d(\s*(x|ext\.?|#)\s*\d+)?", re.IGNORECASE)
_date = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}")
_space = re.compile(r"[^\S ]|  ")
_not_storable = re.compile("[\0\ud800-\udfff]")
_not_word = re.compile(r"[^a-z0-9]+")
_sign = re.compile(r"[^\w]+")


def tidy(cell: str) -> str:
    """White space collapsed; empty where the cell says nothing."""
    value = cell.strip() if is_evenly_spaced(cell) else " ".join(cell.split())
    return "" if len(value) <= LONGEST_NOTHING and value.lower() in NOTHING else value


def storable(text: str) -> str:
    """Without what no database and no UTF-8 holds, NUL and halves of surrogate pairs: U+FFFD stands for each."""
    return _not_storable.sub("\ufffd", text)


def is_evenly_spaced(text: str) -> bool:
    """No white space in it but single spaces. What is printable has no other, which is told in a fifth of the time."""
    return (text.isprintable() and "  " not in text) or not _space.search(text)


def plain(name: str) -> str:
    """A name for comparing: lower case, no accents, words of Latin letters and digits with single spaces."""
    return _not_word.sub(" ", (name if name.isascii() else in_latin(name)).lower()).strip()


def in_latin(name: str) -> str:
    """In Latin letters without accents, whatever script it is in; signs become spaces."""
    decomposed = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return anyascii(_sign.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))))


def is_email(value: str) -> bool:
    """Whether somebody could have this address: not `asdf@asdf.com`, nor one of a reserved domain; small firms do have `acme@acme.com`."""
    match = _email.fullmatch(value)
    if not match:
        return False
    local, domain = value.split("@", 1)[0].lower(), match[1].lower()
    return not (local == domain.split(".", 1)[0] and local in NONSENSE) and not RESERVED.search(domain)


def is_profile(value: str) -> bool:
    match = _profile.search(value)
    return match is not None and match[1].lower() not in {"unavailable", "null"}


def is_website(value: str) -> bool:
    return bool(_website.fullmatch(value)) and "linkedin.com" not in value.lower()


def is_phone(value: str) -> bool:
    digits = [c for c in value if c.isdigit()]
    return len(set(digits)) > 1 and len(digits) >= 7


def looks_like_phone(value: str) -> bool:
    """Stricter, for telling what a column holds: no letters but an extension's, no date, and no plain number as ids are."""
    return bool(_phone.fullmatch(value)) and is_phone(value) and not _date.fullmatch(value)


def is_somebody(name: str) -> bool:
    """Whether it is the name of a person, in full: two words at least, and not `LinkedIn Member`."""
    words = plain(name)
    return " " in words and not is_nobody(name) if words else " " in name.strip()


def is_nobody(name: str) -> bool:
    """Whether it stands where a name would: `LinkedIn Member`."""
    return plain(name) in NO_NAMES
