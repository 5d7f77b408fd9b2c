"""What a workspace sets on a contact of its own: above everything that the Provider's records say, now and later, until it is taken back.

A correction goes where its person goes: into a merge, and back by a split. Where two merged contacts both have one, the later counts.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schemas.details import PersonDetails
from schemas.fields import CUSTOM
from schemas.marks import is_email, linkedin_key

FIELDS = (
    "given_name", "family_name", "title", "work_email", "private_email", "phone", "mobile", "linkedin", "twitter", "city", "country",
    "company_name", "company_domain",
)  # fmt: skip
"""What can be corrected; the full name follows its halves."""
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Correction:
    person_id: UUID
    contact_id: UUID
    field: str
    value: str | None
    by: str
    at: datetime


Held = Mapping[str, tuple[Correction, ...]]
"""Field → its corrections, the one that counts first."""
ByPerson = Mapping[UUID, Collection[Correction]]


def held(persons: Iterable[UUID], known: ByPerson) -> Held:
    found: dict[str, tuple[Correction, ...]] = {}
    for each in sorted((c for p in persons for c in known.get(p, ())), key=lambda c: (c.at, c.person_id), reverse=True):
        found[each.field] = (*found.get(each.field, ()), each)
    return found


def apply(details: PersonDetails, corrections: Held) -> PersonDetails:
    """The details as the workspace wants to see them."""
    if not corrections:
        return details
    values = {field: its[0].value for field, its in corrections.items()}
    custom = dict(details.custom or {})
    for field in [field for field in values if field.startswith(CUSTOM)]:
        custom[field.removeprefix(CUSTOM)] = values.pop(field) or ""
    after = details.model_copy(update={**values, "custom": {name: value for name, value in custom.items() if value} or None})
    if values.keys() & {"given_name", "family_name"}:
        after = after.model_copy(update={"full_name": " ".join(filter(None, (after.given_name, after.family_name))) or None})
    return after


def is_correctable(field: str) -> bool:
    return field in FIELDS or (field.startswith(CUSTOM) and len(field) > len(CUSTOM))


def normal(field: str, raw: str | None) -> str | None:
    """The value in the form that details have. Raises ValueError, in a sentence, for what cannot be one."""
    text = " ".join((raw or "").split())
    if not text:
        return None
    if len(text) > LONGEST or "\0" in text:
        raise ValueError(f"a value has at most {LONGEST} characters")
    found = READERS.get(field, as_it_is)(text)
    if found is None:
        raise ValueError(f"{text!r} cannot be read as a {field.replace('_', ' ')}")
    return found


def as_it_is(text: str) -> str | None:
    return text


def email(text: str) -> str | None:
    return text.lower() if is_email(text.lower()) else None


def profile(text: str) -> str | None:
    slug = linkedin_key(text)
    return f"https://www.linkedin.com/in/{slug}" if slug else None


def country(text: str) -> str | None:
    return text.upper() if len(text) == 2 and text.isalpha() else None


READERS: Mapping[str, Callable[[str], str | None]] = {
    "work_email": email,
    "private_email": email,
    "linkedin": profile,
    "twitter": lambda text: text.rstrip("/").rpartition("/")[2].removeprefix("@").lower() or None,
    "country": country,
    "company_domain": lambda text: text.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").split("/")[0] or None,
}
"""Field → what reads a text as its value; None for what cannot be one. Others are kept as they are."""
