"""A source of Data Records, and an import from it: what their events fold to."""

from dataclasses import dataclass, replace
from uuid import UUID

from schemas.ingest import ActivityRecorded, ImportFailed, ImportFinished, ImportStarted, ImportUndone, SourceRegistered


@dataclass(frozen=True)
class Source:
    source_id: UUID
    name: str
    kind: str


def evolve_source(_: Source | None, event: SourceRegistered) -> Source:
    return Source(event.source_id, event.name, event.kind)


@dataclass(frozen=True)
class Import:
    """`state` is `running`, `finished`, `failed` or `undone`."""

    import_id: UUID
    source_id: UUID
    state: str = "running"


def evolve_import(it: Import | None, event: ImportStarted | ImportFinished | ImportFailed | ImportUndone) -> Import:
    it = it or Import(event.import_id, event.source_id)
    match event:
        case ImportStarted():
            return replace(it, state="running")
        case ImportFinished():
            return replace(it, state="finished")
        case ImportFailed():
            return replace(it, state="failed")
        case ImportUndone():
            return replace(it, state="undone")


@dataclass(frozen=True)
class Activity:
    """One activity has one event: it is known by its id when it is sent again."""

    activity_id: UUID
    contact_id: UUID


def evolve_activity(_: Activity | None, event: ActivityRecorded) -> Activity:
    return Activity(event.activity_id, event.contact_id)
