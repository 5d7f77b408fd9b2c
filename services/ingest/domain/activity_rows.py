"""Rows of a file of activities: what its columns mean, and what each row says that somebody did."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from schemas.fields import ACTIVITY_FIELDS, DataField
from schemas.fields import ActivityField as A
from schemas.ingest import ActivityKind
from schemas.marks import Digest
from services.ingest.domain.activities import MOST_WHAT, NOBODY, ActivityDraft, Deed, Who, draft, who_of
from services.ingest.domain.dates import DayOrder, read_date
from services.ingest.domain.mapping import FieldMapping
from services.ingest.domain.mending import EMAILS
from services.ingest.domain.records import BLANK, MOST_CHARACTERS, NUL, Refusal
from services.ingest.domain.values import plain, tidy

WHO = (A.CONTACT_ID, *EMAILS, DataField.LINKEDIN)
"""In the order in which a row's cells are looked at for who it was."""
KINDS: dict[str, ActivityKind] = {kind.value.replace("_", " "): kind for kind in ActivityKind} | {
    "viewed product": ActivityKind.PRODUCT_VIEW,
    "viewed profile": ActivityKind.PROFILE_VIEW,
    "file download": ActivityKind.DOWNLOAD,
    "downloaded": ActivityKind.DOWNLOAD,
    "saved to project": ActivityKind.SAVED,
    "save": ActivityKind.SAVED,
    "compare": ActivityKind.COMPARED,
    "comparison": ActivityKind.COMPARED,
    "browsing time": ActivityKind.BROWSING,
    "page view": ActivityKind.PAGE_VISIT,
    "visit": ActivityKind.PAGE_VISIT,
    "form submission": ActivityKind.FORM,
}
MOSTLY = 0.6
"""Share of a column's filled cells that are kinds, from which on a file is proposed to be one of activities."""
NAMES: dict[A, frozenset[str]] = {
    A.KIND: frozenset({"activity", "activity type", "activity kind", "event", "event type", "action", "kind", "type"}),
    A.AT: frozenset({"activity at", "activity date", "activity time", "event time", "event date", "occurred at", "time", "at", "when"}),
    A.WHAT: frozenset({"what", "item", "object", "file", "product", "page", "url", "subject", "detail", "details"}),
    A.SECONDS: frozenset({"seconds", "duration", "duration seconds", "time spent", "browsing time"}),
    A.CONTACT_ID: frozenset({"contact id"}),
}
_clock = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})")
_uuid = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_seconds = re.compile(r"(\d{1,9})(?:[.,]\d+)?\s*(?:s|sec|secs|seconds)?", re.IGNORECASE)


@dataclass(frozen=True)
class ActivityPlan:
    """How the rows of one file are read. `places` are those of the fields' cells; `digest` takes the place of addresses."""

    workspace_id: UUID
    source: str
    width: int
    places: Mapping[str, int]
    order: DayOrder
    zone: str
    digest: Digest


def is_of_activities(mapping: FieldMapping) -> bool:
    return A.KIND in mapping.values()


def faults_of_activities(mapping: FieldMapping) -> list[str]:
    """What a mapping lacks that has columns of activities, as sentences."""
    fields = set(mapping.values())
    if not fields & ACTIVITY_FIELDS:
        return []
    faults = [f"activities take a column mapped to {needed.value!r}" for needed in (A.KIND, A.AT) if needed not in fields]
    if not fields & set(WHO):
        faults.append(f"activities take a column that says who it was, mapped to one of {', '.join(WHO)}")
    return faults


def with_activities(proposed: dict[str, str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """The proposal as it is, or, where a column holds kinds of activities, as that of activities: other columns are left out."""
    columns = list(proposed)
    values = {column: [row[place] for row in rows if place < len(row) and row[place].strip()] for place, column in enumerate(columns)}
    kind = next((column for column in columns if plain(column) in NAMES[A.KIND] and are_kinds(values[column])), None)
    if kind is None:
        return proposed
    found: dict[str, str] = {kind: A.KIND}
    for field in (A.AT, A.WHAT, A.SECONDS, A.CONTACT_ID):
        named = [column for column in columns if column not in found and plain(column) in NAMES[field] and fits(field, values[column])]
        named += [column for column, was in proposed.items() if field == A.AT and was == DataField.UPDATED_AT]
        if named:
            found[named[0]] = field
    found |= {c: field for c, field in proposed.items() if c not in found and field in {*WHO, DataField.ROW_ID}}
    ordered = {column: found[column] for column in columns if column in found}
    return proposed if faults_of_activities(ordered) else ordered


def are_kinds(values: Sequence[str]) -> bool:
    return bool(values) and sum(plain(value) in KINDS for value in values) >= MOSTLY * len(values)


def fits(field: A, values: Sequence[str]) -> bool:
    """A `Contact id` may be another system's."""
    return field != A.CONTACT_ID or all(_uuid.fullmatch(value.strip()) for value in values)


def read_activity_row(cells: Sequence[str], plan: ActivityPlan) -> ActivityDraft | Refusal:
    if not any(map(tidy, cells)):
        return Refusal(BLANK)
    if len(cells) < plan.width or any(cells[plan.width :]):
        return Refusal(f"the row has {len(cells)} cells where the header has {plan.width}")
    said = {field: value for field, place in plan.places.items() if (value := tidy(cells[place]))}
    if any("\0" in value or len(value) > MOST_CHARACTERS for value in said.values()):
        return Refusal(f"{NUL}, or more than {MOST_CHARACTERS:,} characters in a cell")
    deed, who = deed_of(said, plan), who_in(said, plan.digest)
    if isinstance(deed, Refusal) or isinstance(who, Refusal):
        return deed if isinstance(deed, Refusal) else Refusal(who.reason if isinstance(who, Refusal) else NOBODY)
    return draft(plan.workspace_id, plan.source, who, deed, said.get(DataField.ROW_ID))


def deed_of(said: Mapping[str, str], plan: ActivityPlan) -> Deed | Refusal:
    kind = KINDS.get(plain(said.get(A.KIND, "")))
    if kind is None:
        return Refusal(f"what stands for the kind of activity is none: it takes one of {', '.join(ActivityKind)}")
    at = read_date(said.get(A.AT, ""), plan.order, plan.zone)
    if at is None:
        return Refusal("when it was cannot be read")
    spent = said.get(A.SECONDS)
    seconds = seconds_of(spent) if spent else None
    if spent and seconds is None:
        return Refusal("how long it took cannot be read: it takes seconds, or h:mm:ss")
    if len(said.get(A.WHAT, "")) > MOST_WHAT:
        return Refusal(f"what it was about has more than {MOST_WHAT:,} characters")
    return Deed(kind, at, said.get(A.WHAT), seconds)


def seconds_of(text: str) -> int | None:
    if match := _clock.fullmatch(text):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    match = _seconds.fullmatch(text)
    return int(match[1]) if match else None


def who_in(said: Mapping[str, str], digest: Digest) -> Who | Refusal:
    """By the first of the cells that say it."""
    field = next((each for each in WHO if each in said), None)
    if field is None:
        return Refusal(NOBODY)
    if field == A.CONTACT_ID:
        try:
            return UUID(said[field])
        except ValueError:
            return Refusal("what stands for the contact's id is none")
    email = said[field] if field in EMAILS else None
    return who_of(None, email, None if email else said[field], digest)


def shown(activity: ActivityDraft) -> dict[str, str]:
    """An activity as a row's fields."""
    deed = activity.deed
    said = {A.KIND: deed.kind.value, A.AT: deed.at.isoformat(), A.WHAT: deed.what, A.SECONDS: deed.seconds, "who": activity.who}
    return {str(field): str(value) for field, value in said.items() if value is not None}
