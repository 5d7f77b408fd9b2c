"""A row or a pushed record becomes a Data Record, or is refused with a reason for people."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from schemas.fields import CUSTOM
from schemas.fields import DataField as F
from services.ingest.domain.dates import DayOrder, read_date
from services.ingest.domain.mapping import FieldMapping
from services.ingest.domain.mending import EMAILS, PHONES, mend
from services.ingest.domain.types import NO_TYPES, Read, Types, Written, fault, reader
from services.ingest.domain.values import (
    LONGEST_NOTHING,
    NOTHING,
    is_email,
    is_evenly_spaced,
    is_nobody,
    is_phone,
    is_profile,
    is_somebody,
    is_website,
    tidy,
)

MOST_CHARACTERS = 32_767
"""Of one cell: as many as a spreadsheet's cell can have."""
BLANK = "the row is blank"
NOBODY = "nothing says whom or which company it is about: it takes an e-mail address, a profile, a phone, a full name, or a company"
NUL = "a NUL character, which no text has"

NAMES = (F.FULL_NAME, F.GIVEN_NAME, F.FAMILY_NAME)
AHEAD = timedelta(days=1)
"""How far a source's clock may be ahead of ours: a row that was changed later than that was not, and would be the latest for ever."""
ENOUGH_WITH_HALF_A_NAME, ENOUGH = 3, 5
"""Fields of the source's own (a date of birth, a street) that say who somebody is."""


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A Data Record before it is known whether it says anything new. `row_id` is the source's own, else its digest."""

    row_id: str
    fields: dict[str, str]
    digest: str
    as_of: datetime | None
    flaws: tuple[str, ...] = ()
    """What of it does not fit its column, and what was done about it."""


class Refusal(msgspec.Struct, frozen=True, gc=False):
    reason: str
    raw: str = ""
    """What was refused, where it stands in no file."""


@dataclass(frozen=True)
class Plan:
    """How the rows of one file are read: which cell is which field, how wide a row is, how its dates are meant."""

    width: int
    row_id: int | None
    fields: tuple[tuple[int, str], ...]
    order: DayOrder
    zone: str
    typed: tuple[tuple[str, str, Written, Read], ...] = ()
    """Field, its column, its type, and how its values are read."""
    now: datetime | None = None
    """The time of the import; None: no time is too late."""


def plan_of(
    columns: Sequence[str], mapping: FieldMapping, order: DayOrder, zone: str, types: Types = NO_TYPES, *, now: datetime | None = None
) -> Plan:
    places = {mapping[column]: place for place, column in enumerate(columns) if column in mapping}
    fields = tuple((place, field) for field, place in places.items() if field != F.ROW_ID)
    typed = tuple((mapping[column], column, each, reader(each, zone)) for column, each in types.items() if column in mapping)
    return Plan(len(columns), places.get(F.ROW_ID), fields, order, zone, typed, now)


def read_row(cells: Sequence[str], plan: Plan) -> Draft | Refusal:
    if len(cells) != plan.width:
        if not any(map(tidy, cells)):
            return Refusal(BLANK)
        if len(cells) < plan.width or any(cells[plan.width :]):
            return Refusal(f"the row has {len(cells)} cells where the header has {plan.width}")
    row_id = "" if plan.row_id is None else cells[plan.row_id].strip()
    # One look at the whole row instead of one at each cell.
    if not is_evenly_spaced("|".join(cells)):
        cells = [*map(tidy, cells)]
    fields = {
        field: value
        for place, field in plan.fields
        if (value := cells[place].strip()) and (len(value) > LONGEST_NOTHING or value.lower() not in NOTHING)
    }
    flaws = take_types(fields, plan) if plan.typed else ()
    return draft(row_id, fields, plan.order, plan.zone, plan.now, flaws=flaws)


def take_types(fields: dict[str, str], plan: Plan) -> tuple[str, ...]:
    """Write each typed value as all of its type are written. One that is not of its type stays as it is, so that nothing is lost."""
    flaws = []
    for field, column, written, read in plan.typed:
        if field in fields:
            if (plain := read(fields[field])) is None:
                flaws.append(fault(column, fields[field], written))
            else:
                fields[field] = plain
    return tuple(flaws)


def read_pushed(row_id: str, pushed: Mapping[str, str], zone: str, now: datetime) -> Draft | Refusal:
    """A record whose fields are data fields already. `now`: the time of the import."""
    fields = {field: value for field, raw in pushed.items() if (value := tidy(raw))}
    return draft(row_id, fields, DayOrder.DAY, zone, now)


def draft(
    row_id: str, fields: dict[str, str], order: DayOrder, zone: str, now: datetime | None, *, flaws: tuple[str, ...] = ()
) -> Draft | Refusal:
    """`flaws`: those that were found already."""
    flaws += mend(fields)
    reason = fault_of(row_id, fields)
    if reason:
        return Refusal(reason)
    digest = digest_of(fields)
    changed = fields.get(F.UPDATED_AT)
    as_of = read_date(changed, order, zone) if changed else None
    if as_of and now and as_of > now + AHEAD:
        as_of, flaws = None, (*flaws, f"{F.UPDATED_AT.value}: {changed!r} is later than the import, so the time of the import counts")
    return Draft(row_id or f"content:{digest}", fields, digest, as_of, flaws)


def fault_of(row_id: str, fields: Mapping[str, str]) -> str | None:
    if not fields:
        return BLANK
    if len(words := "".join(fields.values())) > MOST_CHARACTERS:
        for field, value in fields.items():
            if len(value) > MOST_CHARACTERS:
                return f"{field} has more than {MOST_CHARACTERS:,} characters"
    if "\0" in words:
        return NUL
    if "\0" in row_id or len(row_id) > MOST_CHARACTERS:
        return "the row's own id cannot be one"
    return None if identifies(fields) else NOBODY


def identifies(fields: Mapping[str, str]) -> bool:
    """Whether a record says whom or which company it is about."""
    for field in EMAILS:
        if (value := fields.get(field)) and is_email(value):
            return True
    if ((value := fields.get(F.LINKEDIN)) and is_profile(value)) or fields.get(F.TWITTER):
        return True
    if any((value := fields.get(field)) and is_phone(value) for field in PHONES):
        return True
    if (value := fields.get(F.COMPANY_WEBSITE)) and is_website(value):
        return True
    name = " ".join(value for field in NAMES if (value := fields.get(field)))
    if F.COMPANY_NAME in fields or is_somebody(name):
        return True
    own = sum(field.startswith(CUSTOM) for field in fields)
    return own >= (ENOUGH_WITH_HALF_A_NAME if name and not is_nobody(name) else ENOUGH)


def digest_of(fields: Mapping[str, str]) -> str:
    """Hex, of the fields in the order of their names."""
    return hashlib.blake2b(msgspec.json.encode(sorted(fields.items())), digest_size=16).hexdigest()
