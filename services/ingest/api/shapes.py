"""What programs push, record by record and activity by activity, and how each is answered. One that is refused stops no other."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from schemas.fields import DataField, is_field
from schemas.ingest import ActivityKind
from schemas.marks import Digest
from services.ingest.domain.activities import MOST_WHAT, ActivityDraft, Deed, draft, who_of
from services.ingest.domain.lines import MOST_RAW
from services.ingest.domain.records import Draft, Refusal, read_pushed
from services.ingest.domain.values import storable
from services.ingest.intake import Outcome, Taken
from services.kit.http import Ask

MOST_PUSH = 16 * 1024**2
"""Bytes of one call."""
MOST_ITEMS = 1000
"""Records, or activities, of one call."""
TOO_DEEP = "(too deeply nested to be shown)"
MOST_SECONDS = 366 * 24 * 3600
Text = Annotated[str, StringConstraints(max_length=32_767)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class PushedRecord(Ask):
    id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    """The record's own id in its source; without one it is known by its content."""
    fields: dict[Annotated[str, StringConstraints(max_length=200)], Text]
    """Data field (schemas/fields.py, or `custom:NAME`) → value."""


class ActivityAsked(Ask):
    """Who it was is said by one of `contact_id`, `email`, `linkedin`."""

    activity_id: UUID | None = None
    """Give one to be able to send it again; without one it is known by its content."""
    contact_id: UUID | None = None
    email: Address | None = None
    linkedin: Address | None = None
    """A profile's URL, or the name at its end."""
    kind: ActivityKind
    what: Annotated[str, StringConstraints(max_length=MOST_WHAT, pattern=r"^[^\x00]*$")] | None = None
    at: AwareDatetime
    seconds: Annotated[int, Field(ge=0, le=MOST_SECONDS)] | None = None
    """How long it took: browsing time."""


def one_by_one(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """What does not have its form is refused by itself, with the place in it that is wrong; the others are taken."""
    try:
        return check(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        reason = ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
        # The place may be named by whoever calls, and the answer is kept for calls that come again.
        return Refusal(storable(reason), as_pushed(value))


def as_pushed(value: Any) -> str:
    """As JSON, which halves of surrogate pairs are not."""
    try:
        return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))[:MOST_RAW]
    except RecursionError:
        return TOO_DEEP


def with_raw(refusal: Refusal, asked: BaseModel) -> Refusal:
    return Refusal(refusal.reason, asked.model_dump_json(exclude_unset=True)[:MOST_RAW])


Few = Field(max_length=MOST_ITEMS)
# A Refusal may stand where the form was not right; the description names the form alone, as that is what callers are to send.
Records = Annotated[list[Annotated[PushedRecord, WrapValidator(one_by_one)]], Few]
Activities = Annotated[list[Annotated[ActivityAsked, WrapValidator(one_by_one)]], Few]


class Counted(BaseModel):
    """How many of a call came out how."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    waiting: int = 0
    """Activities of people who are no contacts yet."""


class PushedView(BaseModel):
    outcome: Outcome
    record_id: UUID | None = None
    reason: str | None = None
    """Why it was rejected; of one that was taken, what was left out of it, and why."""


class PushView(BaseModel):
    import_id: UUID
    counts: Counted
    results: list[PushedView]
    """In the order of the records."""


class ActivityView(BaseModel):
    outcome: Outcome
    activity_id: UUID | None = None
    reason: str | None = None


class ActivitiesView(BaseModel):
    counts: Counted
    results: list[ActivityView]
    """In the order of the activities."""


def read_record(pushed: PushedRecord | Refusal, zone: str, now: datetime) -> Draft | Refusal:
    if isinstance(pushed, Refusal):
        return pushed
    unknown = [field for field in pushed.fields if not is_field(field) or field == DataField.ROW_ID]
    if unknown:
        return with_raw(Refusal(f"{unknown[0]!r} is no data field; one of your own begins with `custom:`"), pushed)
    read = read_pushed(pushed.id, pushed.fields, zone, now)
    return with_raw(read, pushed) if isinstance(read, Refusal) else read


def read_activity(asked: ActivityAsked | Refusal, source: str, workspace_id: UUID, digest: Digest) -> ActivityDraft | Refusal:
    if isinstance(asked, Refusal):
        return asked
    who = who_of(asked.contact_id, asked.email, asked.linkedin, digest)
    if isinstance(who, Refusal):
        return with_raw(who, asked)
    return draft(workspace_id, source, who, Deed(asked.kind, asked.at, asked.what, asked.seconds), asked.activity_id)


def push_view(import_id: UUID, answers: Sequence[Taken | Refusal]) -> PushView:
    results = [pushed_view(each) for each in answers]
    return PushView(import_id=import_id, counts=counted(results), results=results)


def pushed_view(answer: Taken | Refusal) -> PushedView:
    if isinstance(answer, Refusal):
        return PushedView(outcome=Outcome.REJECTED, reason=answer.reason)
    return PushedView(outcome=answer.outcome, record_id=answer.record_id, reason="; ".join(answer.flaws) or None)


def activities_view(asked: Sequence[ActivityDraft | Refusal], outcomes: Sequence[Outcome]) -> ActivitiesView:
    """`outcomes` are of the drafts alone, in their order."""
    left = iter(outcomes)
    results = [
        ActivityView(outcome=Outcome.REJECTED, reason=each.reason)
        if isinstance(each, Refusal)
        else ActivityView(outcome=next(left), activity_id=each.activity_id)
        for each in asked
    ]
    return ActivitiesView(counts=counted(results), results=results)


def counted(results: Iterable[PushedView | ActivityView]) -> Counted:
    return Counted(**Counter(each.outcome.value for each in results))
