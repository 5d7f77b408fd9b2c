"""Marks: by what somebody is recognised who must not be contacted. Normalised here alone, as several services compare them.

A suppression holds the keyed digest of one mark (`kit.secrets`: kind `by`, value as here); a contact has all of `marks_of`.
"""

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote, urlsplit
from uuid import UUID

from schemas.details import PersonDetails
from schemas.publish import SuppressedBy

Mark = tuple[SuppressedBy, str]
Digest = Callable[[str, str], str]
"""A keyed digest of (kind, value): `kit.secrets.Secrets.digest`."""

FORMS = """
ab ag aps as bv co company corp corporation gmbh inc incorporated kg limited llc llp ltd nv ohg oy plc pty sa sarl sas se spa srl ug
"""
LEGAL_FORMS = frozenset(FORMS.split())
_email = re.compile(r"[^@\s<>\"(),:;\\]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
_domain = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
_profile = re.compile(r"/in/([^/?#]+)")


def marks_of(contact_id: UUID, details: PersonDetails) -> tuple[Mark, ...]:
    """All marks of a contact, of every address it has; without those that cannot be read."""
    return tuple(dict.fromkeys(found_in(contact_id, details)))


def found_in(contact_id: UUID, details: PersonDetails) -> Iterator[Mark]:
    yield SuppressedBy.CONTACT, str(contact_id)
    for address in (details.work_email, details.private_email):
        if address and is_email(address):
            yield SuppressedBy.EMAIL, email_key(address)
            yield from domain_marks(email_key(address).rpartition("@")[2])
    if details.company_domain and _domain.fullmatch(domain_key(details.company_domain)):
        yield from domain_marks(domain_key(details.company_domain))
    if details.company_name and company_key(details.company_name):
        yield SuppressedBy.COMPANY, company_key(details.company_name)
    if details.linkedin and (slug := linkedin_key(details.linkedin)):
        yield SuppressedBy.LINKEDIN, slug


def domain_marks(domain: str) -> Iterator[Mark]:
    """The domain and those above it: who excludes `example.com` means `uk.example.com` too."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        yield SuppressedBy.DOMAIN, ".".join(labels[start:])


def mark(by: SuppressedBy, value: str) -> Mark:
    """One mark from what a person typed. Raises ValueError, saying what is wrong with it."""
    keyed = KEYS[by](value)
    if not keyed or (by == SuppressedBy.EMAIL and not is_email(keyed)) or (by == SuppressedBy.DOMAIN and not _domain.fullmatch(keyed)):
        raise ValueError(f"“{value}” is no {MEANT[by]}")
    return by, keyed


def is_email(value: str | None) -> bool:
    """Whether this can be an e-mail address by its form alone."""
    return bool(value and len(value) <= 254 and _email.fullmatch(value.strip()))


def email_key(value: str) -> str:
    return value.strip().casefold()


def domain_key(value: str) -> str:
    """The host of a domain, a URL or `@domain`, without `www.`."""
    text = value.strip().casefold().removeprefix("@")
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".").removeprefix("www.")


def company_key(name: str) -> str:
    """The name's words in small letters, without the legal form at its end."""
    words = re.sub(r"[\W_]+", " ", name.casefold().replace(".", "").replace("&", " and ")).split()
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def linkedin_key(value: str) -> str:
    """The slug of a profile's URL, or a slug as it is; empty if it is neither."""
    text = unquote(value).strip().casefold()
    found = _profile.search(text)
    if found:
        return found.group(1)
    return text if re.fullmatch(r"[\w-]+", text) else ""


KEYS: dict[SuppressedBy, Callable[[str], str]] = {
    SuppressedBy.EMAIL: email_key,
    SuppressedBy.DOMAIN: domain_key,
    SuppressedBy.COMPANY: company_key,
    SuppressedBy.LINKEDIN: linkedin_key,
    SuppressedBy.CONTACT: str.strip,
}
MEANT = {
    SuppressedBy.EMAIL: "e-mail address",
    SuppressedBy.DOMAIN: "domain",
    SuppressedBy.COMPANY: "company name",
    SuppressedBy.LINKEDIN: "LinkedIn profile",
    SuppressedBy.CONTACT: "contact",
}
