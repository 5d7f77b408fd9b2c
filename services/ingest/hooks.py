"""What a webhook's call brings: records, activities, or both, all of one source, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.ingest.activities import record_activities
from services.ingest.domain.activities import ActivityDraft
from services.ingest.domain.records import Draft, Refusal
from services.ingest.handlers import SOURCE, Push, push_records
from services.ingest.intake import Outcome, Taken
from services.ingest.ports import RecordBus
from services.kit.errors import NotFound
from services.kit.events import Told, Work


@dataclass(frozen=True)
class Delivery:
    workspace_id: UUID
    import_id: UUID
    source: str
    records: Sequence[Draft | Refusal]
    activities: Sequence[ActivityDraft | Refusal]


@dataclass(frozen=True)
class Fates:
    """What became of each record, in their order, and of the activities that were not refused, in theirs."""

    records: Sequence[Taken | Refusal]
    activities: Sequence[Outcome]
    imported: bool


def source_of(work: Work, workspace_id: UUID, source_id: UUID) -> str:
    source = work.load(SOURCE, [source_id], workspace_id)[source_id]
    if source is None:
        raise NotFound(f"there is no source {source_id} here")
    return source.name


def take_delivery(work: Work, bus: RecordBus, delivery: Delivery) -> tuple[Fates, list[Told]]:
    """Who calls a webhook seldom reads the answer: refused activities stand with the refused records among the import's rows."""
    refused = [each for each in delivery.activities if isinstance(each, Refusal)]
    records: Sequence[Taken | Refusal] = ()
    told: list[Told] = []
    rows = [*delivery.records, *refused]
    if rows:
        answers, told = push_records(work, bus, Push(delivery.workspace_id, delivery.import_id, delivery.source, rows))
        records = answers[: len(delivery.records)]
    drafts = [each for each in delivery.activities if isinstance(each, ActivityDraft)]
    outcomes, acted = record_activities(work, delivery.workspace_id, delivery.source, drafts)
    return Fates(records, outcomes, bool(rows)), [*told, *acted]
