"""Records and activities pushed by programs, up to 1,000 a call."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter
from pydantic import Field

from services.ingest import handlers
from services.ingest.activities import record_activities
from services.ingest.api.forms import SourceName
from services.ingest.api.shapes import (
    MOST_PUSH,
    Activities,
    ActivitiesView,
    PushView,
    Records,
    activities_view,
    push_view,
    read_activity,
    read_record,
)
from services.ingest.domain.activities import ActivityDraft
from services.ingest.ports import RecordBus
from services.ingest.store import sources as store
from services.kit.events import Told, Work
from services.kit.http import Ask, Desk, may

Some = Field(min_length=1)


class PushRecords(Ask):
    source: SourceName
    records: Annotated[Records, Some]


class RecordActivities(Ask):
    source: SourceName
    activities: Annotated[Activities, Some]


def make_router(bus: RecordBus) -> APIRouter:
    router = APIRouter()

    @router.post("/records", max_body_size=MOST_PUSH)
    def push_records(ask: PushRecords, desk: Annotated[Desk, may("import.run")]) -> PushView:
        """Each record is added, changed, unchanged, or rejected with the reason."""
        zone = desk.read(lambda c: store.zone_of(c, desk.workspace_id))
        records = [read_record(each, zone, desk.context.clock()) for each in ask.records]
        asked = handlers.Push(desk.workspace_id, uuid4(), ask.source, records)

        def push(work: Work) -> tuple[PushView, list[Told]]:
            answers, told = handlers.push_records(work, bus, asked)
            return push_view(asked.import_id, answers), told

        return desk.do(push)

    @router.post("/activities", max_body_size=MOST_PUSH)
    def push_activities(ask: RecordActivities, desk: Annotated[Desk, may("activity.record")]) -> ActivitiesView:
        """What contacts of this workspace did: each is added, unchanged as it is known already, or rejected with the reason."""
        digest = desk.context.secrets.digest
        asked = [read_activity(each, ask.source, desk.workspace_id, digest) for each in ask.activities]

        def record(work: Work) -> tuple[ActivitiesView, list[Told]]:
            drafts = [each for each in asked if isinstance(each, ActivityDraft)]
            outcomes, told = record_activities(work, desk.workspace_id, ask.source, drafts)
            return activities_view(asked, outcomes), told

        return desk.do(record)

    return router
