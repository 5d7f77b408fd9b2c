"""What uploads and pushes have in common: from drafts to records on the bus, each published only if it says something new."""

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from schemas.envelope import Envelope
from schemas.ingest import RecordIngested
from services.ingest.domain.ids import record_ids_of, row_event_ids
from services.ingest.domain.records import Draft
from services.ingest.domain.sayings import Saying
from services.ingest.ports import RecordBus
from services.ingest.store import records as store
from services.ingest.store import undos
from services.kit.codec import Written
from services.kit.events import Work

RECORD = RecordIngested.__name__
Identified = tuple[int, UUID, Draft]
"""Line, record, and what it says now."""

_encoder = msgspec.json.Encoder()


class Outcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    """It says what is known, or what the source says otherwise in a later row: of rows with one id that come together, the last counts."""
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


class Taken(msgspec.Struct, frozen=True, gc=False):
    """What became of one draft."""

    line: int
    record_id: UUID
    outcome: Outcome
    flaws: tuple[str, ...] = ()


def identified(source_id: UUID, drafts: Sequence[tuple[int, Draft]]) -> list[Identified]:
    """Drafts with their lines and, between them, whose they are."""
    ids = record_ids_of(source_id, (draft.row_id for _, draft in drafts))
    return [(line, record_id, draft) for (line, draft), record_id in zip(drafts, ids, strict=True)]


def subject_of(record_id: UUID) -> str:
    return f"record:{record_id}"


def take_in(work: Work, bus: RecordBus, origin: Origin, drafts: Sequence[Identified]) -> list[Taken]:
    """Publish what is new or changed, and remember it when the bus has it. `drafts` are in the file's order.

    The source is locked from reading what is known until the transaction ends. A crash after publishing leaves nothing
    stored: the same records are then published again, with the same event ids, and say nothing new to who heard them.
    """
    store.lock_source(work.connection, origin.source_id)
    known = store.last_said(work.connection, origin.workspace_id, {record_id for _, record_id, _ in drafts})
    doubted = undos.going_on(work.connection, origin.workspace_id, origin.source_id)
    taken = []
    fresh: list[Identified] = []
    said: dict[UUID, Saying] = {}
    earlier: list[tuple[UUID, Saying]] = []
    # Or a file in which an id stands twice would change the record again each time that it comes.
    last = {record_id: line for line, record_id, _ in drafts}
    for each in drafts:
        line, record_id, draft = each
        if line != last[record_id]:
            taken.append(Taken(line, record_id, Outcome.UNCHANGED, draft.flaws))
            continue
        before, now = known.get(record_id), Saying(origin.import_id, line, draft.digest, draft.as_of is not None)
        outcome = Outcome.ADDED if before is None else outcome_of(before, now, doubted)
        taken.append(Taken(line, record_id, outcome, draft.flaws))
        if outcome is not Outcome.UNCHANGED:
            fresh.append(each)
        elif before and before.import_id == now.import_id:
            continue
        if before:
            earlier.append((record_id, before))
        known[record_id] = said[record_id] = now
    # Kept while they are on their way, and committed only when they have arrived.
    with bus.publishing(envelopes(work, origin, fresh)) if fresh else nullcontext():
        if said:
            store.say(work.connection, origin.workspace_id, origin.source_id, said, earlier)
    return taken


def outcome_of(before: Saying, now: Saying, doubted: Collection[UUID]) -> Outcome:
    """What an import says that is being undone may have been taken back already, as far as others have heard: then it is told anew."""
    return Outcome.UNCHANGED if before.digest == now.digest and before.import_id not in doubted else Outcome.CHANGED


def envelopes(work: Work, origin: Origin, fresh: Sequence[Identified]) -> list[Envelope]:
    written = [written_body(origin, *each) for each in fresh]
    sealed = work.codec.seal_written(RECORD, written)
    event_ids = row_event_ids(origin.import_id, (line for line, _, _ in fresh))
    return [
        Envelope(
            event_id=event_id,
            type=RECORD,
            schema=RecordIngested.VERSION,
            workspace_id=origin.workspace_id,
            stream=body.subject,
            version=0,
            occurred_at=origin.at,
            recorded_at=work.now,
            correlation_id=work.correlation_id,
            actor=work.actor,
            body=msgspec.Raw(each.body),
            seal=each.seal,
        )
        for event_id, body, each in zip(event_ids, written, sealed, strict=True)
    ]


class OpenRecord(msgspec.Struct, gc=False):
    """What of RecordIngested is not private, in its order: written by msgspec as the model writes it, in a tenth of the time."""

    record_id: UUID
    source_id: UUID
    source: str
    source_row_id: str
    import_id: UUID
    row: int
    mapping_version: int
    digest: str
    as_of: datetime | None


def written_body(origin: Origin, line: int, record_id: UUID, draft: Draft) -> Written:
    opened = OpenRecord(
        record_id=record_id,
        source_id=origin.source_id,
        source=origin.source,
        source_row_id=draft.row_id,
        import_id=origin.import_id,
        row=line,
        mapping_version=origin.mapping_version,
        digest=draft.digest,
        as_of=draft.as_of,
    )
    return Written(subject_of(record_id), _encoder.encode(opened), _encoder.encode({"fields": draft.fields}))
