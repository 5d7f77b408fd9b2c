"""Undoing an import: what rests on it alone is taken back, chunk by chunk, and each record goes back to the next import that speaks of it.

A chunk is told before it is stored, as an import's is. Whoever dies between leaves the records as they were, and they are told again; and
while an import is being undone, what rests on it is never taken as known (`intake.outcome_of`), so what comes in between is told as well.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from schemas.envelope import Envelope
from schemas.ingest import ImportUndone, RecordVersion, RecordWithdrawn
from services.ingest.domain.activity_rows import is_of_activities
from services.ingest.domain.ids import withdrawal_id_of
from services.ingest.domain.sayings import Fate, Left, Saying, without
from services.ingest.handlers import IMPORT
from services.ingest.intake import subject_of
from services.ingest.ports import RecordBus
from services.ingest.store import imports, records
from services.ingest.store import undos as store
from services.ingest.store.undos import Standing, Undo
from services.kit import log
from services.kit.clock import Clock
from services.kit.codec import Codec, SealedBody
from services.kit.database import Database
from services.kit.errors import Conflict, NotFound, Unavailable
from services.kit.events import Told, Work

WITHDRAWN = RecordWithdrawn.__name__
NOT_REMEMBERED = "it came in before earlier versions of records were kept: nobody knows what it replaced, so it cannot be undone"
ACTIVITIES_STAY = "it brought activities only, and what people did is not taken back"


@dataclass(frozen=True)
class Foresight:
    """What undoing an import would do: how many records meet which fate, how many activities stay; `refused`, why it cannot be."""

    fates: Counter[Fate]
    activities: int
    refused: str | None


def foresee(connection: Connection, workspace_id: UUID, import_id: UUID) -> Foresight:
    standing = found(store.locked(connection, workspace_id, import_id, lock=False), import_id)
    fates = store.foreseen(connection, workspace_id, import_id, standing.source_id)
    activities = standing.accepted if is_of_activities(standing.mapping) else 0
    return Foresight(fates, activities, refusal(standing))


def ask_to_undo(work: Work, workspace_id: UUID, import_id: UUID) -> None:
    """A worker will undo it; one that is being undone, or is undone, is left as it is. Raises NotFound, Conflict."""
    standing = found(store.locked(work.connection, workspace_id, import_id), import_id)
    if standing.asked:
        return
    if reason := refusal(standing):
        raise Conflict(f"the import cannot be undone: {reason}")
    store.ask(work.connection, workspace_id, import_id, by=work.actor, now=work.now, correlation_id=work.correlation_id)


def found(standing: Standing | None, import_id: UUID) -> Standing:
    if standing is None:
        raise NotFound(f"there is no import {import_id} here")
    return standing


def refusal(standing: Standing) -> str | None:
    if not standing.remembered:
        return NOT_REMEMBERED
    return ACTIVITIES_STAY if is_of_activities(standing.mapping) else None


@dataclass(frozen=True)
class Undoer:
    """Takes undos in turn, a chunk at a step. Any number of workers may run; each chunk is one worker's."""

    database: Database
    codec: Codec
    clock: Clock
    bus: RecordBus
    chunk_records: int
    lease_seconds: float
    me: UUID = field(default_factory=uuid4)

    def step(self) -> int:
        """Do one chunk of one undo; returns its records, at least 1, or 0 if nothing is being undone."""
        with self.database.transaction() as connection:
            undo = store.claim(connection, self.me, self.lease_seconds)
        if undo is None:
            return 0
        with log.correlated(undo.correlation_id), self.database.transaction() as connection:
            return self._advance(Work(connection, self.codec, self.clock(), "service:ingest", undo.correlation_id), undo)

    def close(self) -> None:
        self.bus.close()

    def _advance(self, work: Work, undo: Undo) -> int:
        records.lock_source(work.connection, undo.source_id)
        if not store.is_held(work.connection, undo, self.me):
            raise Unavailable(f"another worker has taken over the undoing of import {undo.import_id}")
        chunk = records.spoken_of(work.connection, undo.workspace_id, undo.import_id, self.chunk_records)
        sayings = records.sayings_of(work.connection, undo.workspace_id, chunk)
        doubted = store.going_on(work.connection, undo.workspace_id, undo.source_id)
        left = {record_id: without(said, undo.import_id, doubted) for record_id, said in sayings.items()}
        times = imports.times_of(work.connection, undo.workspace_id, {each.stands.import_id for each in left.values() if each.stands})
        with self.bus.publishing(withdrawals(work, undo, left, times)):
            records.unsay(work.connection, undo.workspace_id, undo.import_id, chunk)
        store.advance(work.connection, undo, Counter(each.fate for each in left.values()))
        # Not by the chunk's size: a record of which the import speaks several times takes several of its places.
        if not chunk:
            self._end(work, undo)
        return max(1, len(chunk))

    def _end(self, work: Work, undo: Undo) -> None:
        fates = store.end(work.connection, undo, work.now)
        counts = {"gone": fates[Fate.GONE], "back": fates[Fate.BACK], "stayed": fates[Fate.STAYED]}
        event = ImportUndone(import_id=undo.import_id, source_id=undo.source_id, **counts)
        work.append([Told(IMPORT, undo.import_id, event, undo.workspace_id)])
        log.get(__name__).info("import undone", import_id=str(undo.import_id), **counts)


def withdrawals(work: Work, undo: Undo, left: Mapping[UUID, Left], times: Mapping[UUID, datetime]) -> list[Envelope]:
    bodies = [
        RecordWithdrawn(
            record_id=record_id,
            source_id=undo.source_id,
            import_id=undo.import_id,
            stands=each.stands and version_of(each.stands, times),
            forgotten=each.forgotten,
        )
        for record_id, each in left.items()
    ]
    return list(envelopes(work, undo, bodies, work.codec.seal(bodies)))


def version_of(saying: Saying, times: Mapping[UUID, datetime]) -> RecordVersion:
    at = None if saying.dated else times[saying.import_id]
    return RecordVersion(import_id=saying.import_id, row=saying.line, digest=saying.digest, at=at)


def envelopes(work: Work, undo: Undo, bodies: Iterable[RecordWithdrawn], sealed: Iterable[SealedBody]) -> Iterable[Envelope]:
    for body, each in zip(bodies, sealed, strict=True):
        stands = f"{body.stands.import_id}/{body.stands.row}" if body.stands else ""
        yield Envelope(
            event_id=withdrawal_id_of(undo.import_id, body.record_id, stands),
            type=WITHDRAWN,
            schema=RecordWithdrawn.VERSION,
            workspace_id=undo.workspace_id,
            stream=subject_of(body.record_id),
            version=0,
            occurred_at=work.now,
            recorded_at=work.now,
            correlation_id=work.correlation_id,
            actor=work.actor,
            body=msgspec.Raw(each.body),
        )
