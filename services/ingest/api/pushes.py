"""Records and activities pushed by programs, up to 1,000 a call."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from schemas.fields import DataField, is_field
from schemas.ingest import ActivityKind, ActivityRecorded
from services.ingest import handlers
from services.ingest.api.forms import SourceName
from services.ingest.domain.ids import activity_id_of
from services.ingest.domain.records import Draft, Refusal, read_pushed
from services.ingest.intake import Outcome, Taken
from services.ingest.ports import RecordBus
from services.ingest.store import sources as store
from services.kit.events import Told, Work
from services.kit.http import Ask, Desk, may

MOST_PUSH = 16 * 1024**2
"""Bytes of one call."""
Few = Field(min_length=1, max_length=1000)
Text = Annotated[str, StringConstraints(max_length=32_767)]


class PushedRecord(Ask):
    id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    """The record's own id in its source; without one it is known by its content."""
    fields: dict[Annotated[str, StringConstraints(max_length=200)], Text]
    """Data field (schemas/fields.py, or `custom:NAME`) → value."""


class PushRecords(Ask):
    source: SourceName
    records: Annotated[list[PushedRecord], Few]


class PushedView(BaseModel):
    outcome: Outcome
    record_id: UUID | None = None
    reason: str | None = None


class PushView(BaseModel):
    import_id: UUID
    results: list[PushedView]
    """In the order of the records."""


class ActivityAsked(Ask):
    activity_id: UUID | None = None
    """Give one to be able to send it again; without one it is known by its content."""
    contact_id: UUID
    kind: ActivityKind
    what: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] | None = None
    at: AwareDatetime


class RecordActivities(Ask):
    source: SourceName
    activities: Annotated[list[ActivityAsked], Few]


class ActivityView(BaseModel):
    activity_id: UUID
    outcome: Outcome


class ActivitiesView(BaseModel):
    results: list[ActivityView]
    """In the order of the activities."""


def make_router(bus: RecordBus) -> APIRouter:
    router = APIRouter()

    @router.post("/records", max_body_size=MOST_PUSH)
    def push_records(ask: PushRecords, desk: Annotated[Desk, may("import.run")]) -> PushView:
        """Each record is added, changed, unchanged, or rejected with the reason."""
        zone = desk.read(lambda c: store.zone_of(c, desk.workspace_id))
        asked = handlers.Push(desk.workspace_id, uuid4(), ask.source, [read_record(each, zone) for each in ask.records])

        def push(work: Work) -> tuple[PushView, list[Told]]:
            answers, told = handlers.push_records(work, bus, asked)
            return PushView(import_id=asked.import_id, results=[pushed_view(each) for each in answers]), told

        return desk.do(push)

    @router.post("/activities", max_body_size=MOST_PUSH)
    def record_activities(ask: RecordActivities, desk: Annotated[Desk, may("activity.record")]) -> ActivitiesView:
        """What contacts of this workspace did; one that is known already is unchanged."""
        bodies = [activity_of(each, ask.source, desk.workspace_id) for each in ask.activities]

        def record(work: Work) -> tuple[ActivitiesView, list[Told]]:
            outcomes, told = handlers.record_activities(work, desk.workspace_id, bodies)
            pairs = zip(bodies, outcomes, strict=True)
            return ActivitiesView(results=[ActivityView(activity_id=b.activity_id, outcome=o) for b, o in pairs]), told

        return desk.do(record)

    return router


def read_record(pushed: PushedRecord, zone: str) -> Draft | Refusal:
    unknown = [field for field in pushed.fields if not is_field(field) or field == DataField.ROW_ID]
    if unknown:
        return Refusal(f"{unknown[0]!r} is no data field; one of your own begins with `custom:`")
    return read_pushed(pushed.id, pushed.fields, zone)


def pushed_view(answer: Taken | Refusal) -> PushedView:
    if isinstance(answer, Refusal):
        return PushedView(outcome=Outcome.REJECTED, reason=answer.reason)
    return PushedView(outcome=answer.outcome, record_id=answer.record_id)


def activity_of(asked: ActivityAsked, source: str, workspace_id: UUID) -> ActivityRecorded:
    content = (source, str(asked.contact_id), asked.kind.value, asked.what or "", asked.at.isoformat())
    return ActivityRecorded(
        activity_id=asked.activity_id or activity_id_of(workspace_id, content),
        contact_id=asked.contact_id,
        kind=asked.kind,
        what=asked.what,
        at=asked.at,
        source=source,
    )
