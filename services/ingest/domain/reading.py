"""How the rows of one file are read: each as a Data Record, or, where its mapping names a kind of activity, each as an activity."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.body import PROVIDER
from schemas.marks import Digest
from services.ingest.domain.activities import ActivityDraft
from services.ingest.domain.activity_rows import ActivityPlan, is_of_activities, read_activity_row, shown
from services.ingest.domain.dates import DayOrder
from services.ingest.domain.mapping import FieldMapping
from services.ingest.domain.records import Draft, Refusal, plan_of, read_row
from services.ingest.domain.types import NO_TYPES, Types

ReadCells = Callable[[Sequence[str]], Draft | ActivityDraft | Refusal]


class Table(NamedTuple):
    """What says how a file's cells are meant."""

    columns: Sequence[str]
    mapping: FieldMapping
    order: DayOrder
    zone: str
    types: Types = NO_TYPES
    now: datetime | None = None
    """The time of the import."""


def reader_of(table: Table, workspace_id: UUID, source: str, digest: Digest) -> ReadCells:
    if is_of_activities(table.mapping):
        places = {field: table.columns.index(column) for column, field in table.mapping.items() if column in table.columns}
        plan = ActivityPlan(workspace_id, source, len(table.columns), places, table.order, table.zone, digest)
        return lambda cells: read_activity_row(cells, plan)
    records = plan_of(table.columns, table.mapping, table.order, table.zone, table.types, now=table.now)
    return lambda cells: read_row(cells, records)


class Seen(NamedTuple):
    """The fields of a row as they would be taken, and what of it does not fit its column."""

    fields: dict[str, str]
    flaws: tuple[str, ...] = ()


def shower_of(table: Table) -> Callable[[Sequence[str]], Seen | Refusal]:
    """For people. Nothing is kept of it, so an address may stand for itself."""
    read_cells = reader_of(table, PROVIDER, "", lambda _, value: value)

    def show(cells: Sequence[str]) -> Seen | Refusal:
        match read_cells(cells):
            case Draft(fields=fields, flaws=flaws):
                return Seen(fields, flaws)
            case ActivityDraft() as activity:
                return Seen(shown(activity))
            case Refusal() as refusal:
                return refusal

    return show
