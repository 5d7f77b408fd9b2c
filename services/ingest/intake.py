"""What uploads and pushes have in common: from drafts to records on the bus, each published only if it says something new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from schemas.envelope import Envelope
from schemas.ingest import RecordIngested
from services.ingest.domain.ids import record_id_of, row_event_id
from services.ingest.domain.records import Draft
from services.ingest.ports import RecordBus
from services.ingest.store import records as store
from services.kit.codec import SealedBody
from services.kit.events import Work


class Outcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    WAITING = "waiting"
    """Of an activity: kept until the person who has this address is a contact."""


@dataclass(frozen=True)
class Origin:
    """Where records come from: their provenance. `at` counts as their time where the source says none."""

    workspace_id: UUID
    source_id: UUID
    source: str
    import_id: UUID
    mapping_version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one draft."""

    line: int
    record_id: UUID
    outcome: Outcome


def take_in(work: Work, bus: RecordBus, origin: Origin, drafts: Sequence[tuple[int, Draft]]) -> list[Taken]:
    """Publish what is new or changed, and remember it when the bus has it. `drafts` are with their lines, in the file's order.

    The source is locked from reading what is known until the transaction ends. A crash after publishing leaves nothing
    stored: the same records are then published again, with the same event ids, and say nothing new to who heard them.
    """
    store.lock_source(work.connection, origin.source_id)
    ids = [record_id_of(origin.source_id, draft.row_id) for _, draft in drafts]
    known = store.digests(work.connection, origin.workspace_id, set(ids))
    taken = []
    fresh: list[tuple[int, UUID, Draft]] = []
    for (line, draft), record_id in zip(drafts, ids, strict=True):
        before = known.get(record_id)
        known[record_id] = draft.digest
        outcome = Outcome.ADDED if before is None else Outcome.UNCHANGED if before == draft.digest else Outcome.CHANGED
        taken.append(Taken(line, record_id, outcome))
        if outcome is not Outcome.UNCHANGED:
            fresh.append((line, record_id, draft))
    if fresh:
        bus.publish(envelopes(work, origin, fresh))
        kept = {record_id: (draft.digest, line) for line, record_id, draft in fresh}
        store.keep_digests(work.connection, origin.workspace_id, origin.source_id, origin.import_id, kept)
    return taken


def envelopes(work: Work, origin: Origin, fresh: Iterable[tuple[int, UUID, Draft]]) -> list[Envelope]:
    bodies = [body_of(origin, *each) for each in fresh]
    return [envelope_of(work, origin, body, sealed) for body, sealed in zip(bodies, work.codec.seal(bodies), strict=True)]


def body_of(origin: Origin, line: int, record_id: UUID, draft: Draft) -> RecordIngested:
    return RecordIngested(
        record_id=record_id,
        source_id=origin.source_id,
        source=origin.source,
        source_row_id=draft.row_id,
        import_id=origin.import_id,
        row=line,
        mapping_version=origin.mapping_version,
        digest=draft.digest,
        as_of=draft.as_of,
        fields=draft.fields,
    )


def envelope_of(work: Work, origin: Origin, body: RecordIngested, sealed: SealedBody) -> Envelope:
    return Envelope(
        event_id=row_event_id(origin.import_id, body.row),
        type="RecordIngested",
        schema=body.VERSION,
        workspace_id=origin.workspace_id,
        stream=f"record:{body.record_id}",
        version=0,
        occurred_at=origin.at,
        recorded_at=work.now,
        correlation_id=work.correlation_id,
        actor=work.actor,
        body=msgspec.Raw(sealed.body),
        seal=sealed.seal,
    )
