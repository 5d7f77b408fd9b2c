"""Golden fields that an operator has set: above all records, until they are taken back.

A correction is made to a person, and goes where that person goes. It holds for the person of that id, and for whoever has the record
after which that person is named: so it is carried into a merge, comes back by a split, and stays through every new import. Where two
merged persons both have one for a field, the later counts and the other is kept as a losing value. This is a function of the
records that a person has and of the corrections there are, whatever the order in which they came.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from schemas.dedupe import CorrectionWithdrawn, PersonCorrected
from schemas.fields import CUSTOM
from services.dedupe.domain import addresses, names, places
from services.dedupe.domain.ids import person_id_of

FIELDS = (
    "given_name", "family_name", "title", "work_email", "private_email", "phone", "mobile", "linkedin", "twitter", "city", "country",
    "company_name", "company_domain",
)  # fmt: skip
"""What can be corrected; the full name follows its halves."""
LONGEST = 500


@dataclass(frozen=True)
class Correction:
    person_id: UUID
    field: str
    value: str | None
    by: str
    at: datetime


Held = Mapping[str, tuple[Correction, ...]]
"""Field → its corrections, the one that counts first."""


@dataclass(frozen=True)
class Corrected:
    """What the events of one person's corrections fold to."""

    person_id: UUID
    fields: Mapping[str, str | None] = field(default_factory=dict)


def evolve(corrected: Corrected | None, event: PersonCorrected | CorrectionWithdrawn) -> Corrected:
    corrected = corrected or Corrected(event.person_id)
    match event:
        case PersonCorrected():
            return replace(corrected, fields={**corrected.fields, event.field: event.value})
        case CorrectionWithdrawn():
            return replace(corrected, fields={name: value for name, value in corrected.fields.items() if name != event.field})


def bearers(person_id: UUID, record_ids: Iterable[UUID]) -> set[UUID]:
    """Whose corrections hold for the person who has these records."""
    return {person_id, *map(person_id_of, record_ids)}


def held(persons: Collection[UUID], known: Mapping[UUID, Iterable[Correction]]) -> Held:
    """The corrections of all these persons together."""
    found: dict[str, list[Correction]] = {}
    for each in sorted((c for p in persons for c in known.get(p, ())), key=lambda c: (c.at, c.person_id), reverse=True):
        found.setdefault(each.field, []).append(each)
    return {name: tuple(found[name]) for name in sorted(found)}


def is_correctable(name: str) -> bool:
    return name in FIELDS or (name.startswith(CUSTOM) and len(name) > len(CUSTOM))


def normal(name: str, raw: str | None, country: str | None) -> str | None:
    """The value in the form that golden fields have. Raises ValueError, in a sentence, for what cannot be one."""
    text = " ".join((raw or "").split())
    if not text:
        return None
    if len(text) > LONGEST or "\0" in text:
        raise ValueError(f"a value has at most {LONGEST} characters")
    found = READERS.get(name, as_it_is)(text, country)
    if found is None:
        raise ValueError(f"{text!r} cannot be read as a {name.replace('_', ' ')}")
    return found


def as_it_is(text: str, _: str | None) -> str | None:
    return text


def profile(text: str, _: str | None) -> str | None:
    slug = addresses.profile(text)
    return addresses.profile_url(slug) if slug else None


READERS: Mapping[str, Callable[[str, str | None], str | None]] = {
    "work_email": lambda text, _: addresses.email(text),
    "private_email": lambda text, _: addresses.email(text),
    "phone": addresses.phone,
    "mobile": addresses.phone,
    "linkedin": profile,
    "twitter": lambda text, _: addresses.twitter(text),
    "country": lambda text, _: places.country(text),
    "company_domain": lambda text, _: addresses.domain(text),
    "given_name": lambda text, _: names.shown(text),
    "family_name": lambda text, _: names.shown(text),
}
"""Field → what reads a text as its value, with the person's country; None for what cannot be one. Others are kept as they are."""
