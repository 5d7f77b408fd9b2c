"""What is asked of ingest, and what it hears: each leads to events that the shell stores."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from schemas.accounts import WorkspaceCreated
from schemas.ingest import ImportFailed, ImportFinished, ImportStarted, SourceRegistered
from services.ingest.domain.ids import source_id_of
from services.ingest.domain.records import Draft, Refusal
from services.ingest.domain.source import Import, Source, evolve_import, evolve_source
from services.ingest.files import Sample
from services.ingest.intake import Origin, Outcome, Taken, identified, take_in
from services.ingest.mappings import AS_BEFORE, Choice, settle
from services.ingest.ports import RecordBus
from services.ingest.store import imports as jobs
from services.ingest.store import sources as store
from services.ingest.store.imports import Counts
from services.kit.codec import Heard
from services.kit.events import Kind, Told, Work

SOURCE: Kind[Source] = Kind("source", Source, evolve_source)
IMPORT: Kind[Import] = Kind("import", Import, evolve_import)


def when_workspace_is_created_keep_its_zone(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    """Times without an offset in a workspace's files are meant in its zone."""
    zones = {h.body.workspace_id: h.body.time_zone for h in heard if isinstance(h.body, WorkspaceCreated)}
    store.keep_zones(work.connection, zones.items())
    return ()


def register_source(work: Work, workspace_id: UUID, name: str, kind: str) -> tuple[Source, list[Told]]:
    """A source is known by its name: registering it again changes nothing."""
    source_id = source_id_of(workspace_id, name)
    known = work.load(SOURCE, [source_id], workspace_id)[source_id]
    if known:
        return known, []
    event = SourceRegistered(source_id=source_id, name=" ".join(name.split()), kind=kind)
    store.add_source(work.connection, workspace_id, source_id, name=event.name, kind=kind, now=work.now)
    return evolve_source(None, event), [Told(SOURCE, source_id, event, workspace_id)]


@dataclass(frozen=True)
class Upload:
    """A file that is kept for the workers, and what its head shows. `choice`: what the caller says of the mapping."""

    workspace_id: UUID
    import_id: UUID
    source: str
    file_name: str
    sample: Sample
    size: int
    choice: Choice = AS_BEFORE


def start_import(work: Work, upload: Upload) -> list[Told]:
    """A worker will read the file. The mapping is settled now, and saved for the source's next file."""
    workspace_id, import_id = upload.workspace_id, upload.import_id
    source, told = register_source(work, workspace_id, upload.source, "csv")
    settled = settle(work.connection, workspace_id, source.source_id, upload.sample, upload.choice)
    saved = store.save_mapping(work.connection, workspace_id, source.source_id, settled, by=work.actor, now=work.now)
    event = ImportStarted(
        import_id=import_id,
        source_id=source.source_id,
        source=source.name,
        file_name=upload.file_name,
        mapping=saved.mapping,
        mapping_version=saved.version,
        types=dict(saved.types),
    )
    columns = jobs.file_columns(upload.sample.layout, upload.sample.day_order(saved.mapping), upload.size)
    add_import(work, workspace_id, event, "running", columns)
    return [*told, Told(IMPORT, import_id, event, workspace_id)]


def add_import(work: Work, workspace_id: UUID, event: ImportStarted, state: str, columns: dict[str, Any]) -> None:
    jobs.add_import(
        work.connection, workspace_id, event.import_id, event.source_id, file_name=event.file_name,
        mapping_version=event.mapping_version, state=state, asked_by=work.actor, asked_at=work.now,
        correlation_id=work.correlation_id, **columns,
    )  # fmt: skip


@dataclass(frozen=True)
class Push:
    """The records of one call, read. Each call is an import of its own, so that what it brought can be told apart."""

    workspace_id: UUID
    import_id: UUID
    source: str
    records: Sequence[Draft | Refusal]


def push_records(work: Work, bus: RecordBus, push: Push) -> tuple[list[Taken | Refusal], list[Told]]:
    """The answers are in the order of the records."""
    workspace_id, import_id = push.workspace_id, push.import_id
    source, told = register_source(work, workspace_id, push.source, "api")
    origin = Origin(workspace_id, source.source_id, source.name, import_id, 0, work.now)
    numbered = list(enumerate(push.records, 1))
    drafts = identified(source.source_id, [(n, r) for n, r in numbered if isinstance(r, Draft)])
    taken = {each.line: each for each in take_in(work, bus, origin, drafts)}
    answers = [r if isinstance(r, Refusal) else taken[n] for n, r in numbered]
    counts = counted((each.outcome for each in taken.values()), len(numbered) - len(taken))
    started = ImportStarted(
        import_id=import_id, source_id=source.source_id, source=source.name, file_name="", mapping={}, mapping_version=0
    )
    add_import(work, workspace_id, started, "finished", {**asdict(counts), "ended_at": work.now})
    jobs.reject(work.connection, workspace_id, import_id, [(n, r.reason, r.raw) for n, r in numbered if isinstance(r, Refusal)])
    flawed = [(n, "; ".join(r.flaws), "") for n, r in numbered if isinstance(r, Draft) and r.flaws]
    jobs.flaw(work.connection, workspace_id, import_id, flawed)
    facts = (started, finished(import_id, source.source_id, counts))
    return answers, [*told, *(Told(IMPORT, import_id, fact, workspace_id) for fact in facts)]


def counted(outcomes: Iterable[Outcome], rejected: int) -> Counts:
    """Of those that were not rejected: what was not unchanged was accepted."""
    by = Counter(outcomes)
    unchanged = by[Outcome.UNCHANGED]
    return Counts(by.total() + rejected, by.total() - unchanged, unchanged, rejected)


def finished(import_id: UUID, source_id: UUID, counts: Counts) -> ImportFinished:
    return ImportFinished(import_id=import_id, source_id=source_id, **asdict(counts))


def end_import(work: Work, workspace_id: UUID, event: ImportFinished | ImportFailed) -> list[Told]:
    reason = event.reason if isinstance(event, ImportFailed) else None
    jobs.end(work.connection, workspace_id, event.import_id, state="failed" if reason else "finished", reason=reason, now=work.now)
    return [Told(IMPORT, event.import_id, event, workspace_id)]
