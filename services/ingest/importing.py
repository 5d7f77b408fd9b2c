"""The import loop: a chunk of a file becomes records on the bus, and only when the bus has them is the place stored."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from schemas.ingest import ImportFailed, ImportFinished
from schemas.marks import Digest
from services.ingest import files
from services.ingest.activities import record_activities
from services.ingest.domain.activities import ActivityDraft
from services.ingest.domain.layout import rows_of
from services.ingest.domain.lines import Place, Row, raw_text
from services.ingest.domain.reading import ReadCells, Table, reader_of
from services.ingest.domain.records import Draft, Refusal
from services.ingest.handlers import counted, end_import, finished
from services.ingest.intake import Identified, Origin, identified, subject_of, take_in
from services.ingest.ports import RecordBus
from services.ingest.store import imports as store
from services.ingest.store import undos
from services.ingest.store.imports import Counts, Job
from services.ingest.store.records import lock_source
from services.kit import log
from services.kit.clock import Clock
from services.kit.codec import Codec
from services.kit.database import Database
from services.kit.errors import Unavailable
from services.kit.events import Work

MOST_TAKEOVERS = 5
"""Workers that died over one chunk before the import is given up."""


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file as read: what they say, and refusals (line, reason, raw) of whole rows, and what does not fit in those taken;
    where the next chunk begins, and whether there is none.
    """

    drafts: list[Identified]
    activities: list[ActivityDraft]
    refused: list[tuple[int, str, str]]
    flawed: list[tuple[int, str, str]]
    end: Place
    last: bool


def read_chunk(file: IO[bytes], job: Job, read_cells: ReadCells, most: int) -> Chunk:
    layout = job.layout
    rows = list(islice(rows_of(file, layout, job.place), most))
    read = [(row, Refusal(row.fault) if row.fault else read_cells(row.cells)) for row in rows]
    drafts = [(row.begin.line, each) for row, each in read if isinstance(each, Draft)]
    refused = [(row, each.reason) for row, each in read if isinstance(each, Refusal)]
    flawed = [(row, "; ".join(each.flaws)) for row, each in read if isinstance(each, Draft) and each.flaws]
    return Chunk(
        identified(job.source_id, drafts),
        [each for _, each in read if isinstance(each, ActivityDraft)],
        shown(file, layout.encoding, refused),
        shown(file, layout.encoding, flawed),
        rows[-1].end if rows else job.place,
        len(rows) < most,
    )


class ReadAhead:
    """Reads the chunk that comes next, and makes its keys, while one is on its way to the broker and the database, which takes as long.

    What is read depends on the file and the place alone: a chunk that is not asked for, as other imports or workers came between, is
    let go.
    """

    def __init__(self, folder: Path, most: int, codec: Codec, digest: Digest) -> None:
        self._folder, self._most, self._codec, self._digest = folder, most, codec, digest
        self._reader = ThreadPoolExecutor(1, "import-reader")
        self._next: tuple[tuple[UUID, Place], Future[Chunk]] | None = None

    def chunk(self, job: Job) -> Chunk:
        """The job's chunk. Raises FileNotFoundError."""
        found, self._next = self._next, None
        chunk = found[1].result() if found and found[0] == (job.import_id, job.place) else self._read(job)
        if not chunk.last:
            after = replace(job, place=chunk.end)
            self._next = (job.import_id, chunk.end), self._reader.submit(self._read, after)
        return chunk

    def _read(self, job: Job) -> Chunk:
        table = Table(job.layout.columns, job.mapping, job.order, job.zone, job.types, job.asked_at)
        read_cells = reader_of(table, job.workspace_id, job.source, self._digest)
        with files.path_of(self._folder, job.import_id).open("rb") as file:
            chunk = read_chunk(file, job, read_cells, self._most)
        # Not of a file that comes again: what is known has its key, and what is unchanged needs none.
        if job.counts.accepted >= job.counts.unchanged:
            self._codec.make_ready(subject_of(record_id) for _, record_id, _ in chunk.drafts)
        return chunk

    def close(self) -> None:
        self._reader.shutdown()


def shown(file: IO[bytes], encoding: str, refused: Sequence[tuple[Row, str]]) -> list[tuple[int, str, str]]:
    return [(row.begin.line, reason, raw_text(file, encoding, row)) for row, reason in refused]


@dataclass(frozen=True)
class Importer:
    """Takes running imports in turn, a chunk at a step. Any number of workers may run; each chunk is one worker's."""

    database: Database
    codec: Codec
    clock: Clock
    bus: RecordBus
    folder: Path
    chunk_rows: int
    lease_seconds: float
    digest: Digest
    me: UUID = field(default_factory=uuid4)

    @cached_property
    def _ahead(self) -> ReadAhead:
        return ReadAhead(self.folder, self.chunk_rows, self.codec, self.digest)

    def step(self) -> int:
        """Do one chunk of one import; returns its rows, at least 1, or 0 if no import is running."""
        with self.database.transaction() as connection:
            job = store.claim(connection, self.me, self.lease_seconds)
        if job is None:
            return 0
        with log.correlated(job.correlation_id):
            if job.takeovers > MOST_TAKEOVERS:
                return self._fail(job, f"{job.takeovers} workers ended over the rows from line {job.place.line} on: tell the Provider")
            try:
                return self._advance(job)
            except FileNotFoundError:
                return self._fail(job, "the uploaded file is no longer there: upload it again")

    def _advance(self, job: Job) -> int:
        chunk = self._ahead.chunk(job)
        with self.database.transaction() as connection:
            work = Work(connection, self.codec, self.clock(), "service:ingest", job.correlation_id)
            ended = self._take_in(work, job, chunk)
        if ended:
            files.path_of(self.folder, job.import_id).unlink(missing_ok=True)
        return max(1, len(chunk.drafts) + len(chunk.activities) + len(chunk.refused))

    def _take_in(self, work: Work, job: Job, chunk: Chunk) -> bool:
        """Returns whether that was the end of the import."""
        lock_source(work.connection, job.source_id)
        # Before anything is told: what another has done meanwhile, and somebody undone, must not come in again.
        if not store.is_held(work.connection, job, self.me):
            raise Unavailable(f"another worker has taken over import {job.import_id}")
        origin = Origin(job.workspace_id, job.source_id, job.source, job.import_id, job.mapping_version, job.asked_at)
        taken = take_in(work, self.bus, origin, chunk.drafts)
        outcomes, told = record_activities(work, job.workspace_id, job.source, chunk.activities)
        work.append(told)
        counts = job.counts + counted([*(each.outcome for each in taken), *outcomes], len(chunk.refused))
        store.reject(work.connection, job.workspace_id, job.import_id, chunk.refused)
        store.flaw(work.connection, job.workspace_id, job.import_id, chunk.flawed)
        if not store.advance(work.connection, job, self.me, chunk.end, counts):
            raise Unavailable(f"another worker has taken over import {job.import_id}")
        end = ending(work, job, chunk, counts)
        if end:
            work.append(end_import(work, job.workspace_id, end))
            log.get(__name__).info("import ended", import_id=str(job.import_id), rows=counts.rows, rejected=counts.rejected)
        return end is not None

    def _fail(self, job: Job, reason: str) -> int:
        with self.database.transaction() as connection:
            work = Work(connection, self.codec, self.clock(), "service:ingest", job.correlation_id)
            if not store.is_held(connection, job, self.me):
                # Whoever took over may have finished it: that is why its file is gone.
                raise Unavailable(f"another worker has taken over import {job.import_id}")
            event = ImportFailed(import_id=job.import_id, source_id=job.source_id, reason=reason)
            work.append(end_import(work, job.workspace_id, event))
        files.path_of(self.folder, job.import_id).unlink(missing_ok=True)
        log.get(__name__).warning("import failed", import_id=str(job.import_id), why=reason)
        return 1

    def close(self) -> None:
        self._ahead.close()
        self.bus.close()

    def sweep(self) -> int:
        """Remove files that no running import needs."""
        with self.database.transaction() as connection:
            needed = store.running_ids(connection)
        return files.sweep(self.folder, needed)


def ending(work: Work, job: Job, chunk: Chunk, counts: Counts) -> ImportFinished | ImportFailed | None:
    """The last chunk ends an import, and any chunk ends one that is to be undone.

    Not before the chunk is done: a worker may have died over it, and left on the topic what only a second try knows of.
    """
    if chunk.last:
        return finished(job.import_id, job.source_id, counts)
    if undos.is_asked(work.connection, job.workspace_id, job.import_id):
        reason = f"stopped before line {chunk.end.line}, as it is to be undone"
        return ImportFailed(import_id=job.import_id, source_id=job.source_id, reason=reason)
    return None
