"""Takes events that a service has told, and its event store no longer knows, back from its own topics.

So after its database was restored from an older backup: the topics hold the whole history, and readers have heard it. What the
service keeps beside its event store is folded again as it hears anew from the restored positions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Connection

from schemas.body import Body
from schemas.envelope import Envelope
from schemas.topics import told_by
from services.kit import kafka
from services.kit.clock import Clock
from services.kit.codec import Codec, Undecodable, read_envelope
from services.kit.database import Database, as_json, rows, run
from services.kit.errors import Unavailable
from services.kit.events import Kind, Work, event_row
from services.kit.settings import Settings
from services.kit.stream.compare import SECONDS_TO_READ, Diverged, look

READ_AT_ONCE = 5000
KNOWN = """
SELECT place FROM json_to_recordset(:events) AS e (place int, workspace_id uuid, stream text, version int)
WHERE EXISTS (SELECT FROM events WHERE events.workspace_id = e.workspace_id AND events.stream = e.stream AND events.version = e.version)
"""
TAKE_BACK = """
INSERT INTO events (workspace_id, stream, version, type, key, event_id, body, meta, occurred_at, recorded_at)
SELECT workspace_id, stream, version, type, key, event_id, body, meta, occurred_at, recorded_at
FROM json_to_recordset(:events) AS e (workspace_id uuid, stream text, version int, type text, key text, event_id uuid,
                                      body json, meta json, occurred_at timestamptz, recorded_at timestamptz)
"""


def adopt(settings: Settings, service: str, database: Database, *, codec: Codec, clock: Clock, kinds: Iterable[Kind[Any]]) -> int:
    """Read the service's topics from their beginnings, and store what `events` lacks, folded by `kinds`. Returns how many.

    Nothing of it is published again. Raises Diverged where an event between is nowhere to be found: then the topics were damaged, too.
    """
    unknown: dict[tuple[UUID, str], dict[int, Envelope]] = defaultdict(dict)
    with database.transaction() as connection:
        for batch in own_events(settings, service):
            for envelope in lacking(connection, batch):
                unknown[envelope.workspace_id, envelope.stream][envelope.version] = envelope
    named = {kind.name: kind for kind in kinds}
    with database.transaction() as connection:
        work = Work(connection, codec, clock(), f"service:{service}", f"{service}-adopt")
        for (workspace_id, stream), events in sorted(unknown.items(), key=lambda item: item[0][1]):
            take_back(work, named[stream.partition(":")[0]], workspace_id, stream, [events[v] for v in sorted(events)])
    return sum(len(events) for events in unknown.values())


def own_events(settings: Settings, service: str) -> Iterator[list[Envelope]]:
    """What stands on the service's own topics, in batches; records of bulk imports are in no event store."""
    _, topics = look(settings, [topic for topic in told_by(service) if topic.stored])
    left = {TopicPartition(settings.topic_name(name), n): end for name, t in topics.items() for n, end in t.ends.items() if end}
    consumer = KafkaConsumer(**kafka.connection(settings), enable_auto_commit=False, max_poll_records=READ_AT_ONCE)
    try:
        consumer.assign(list(left))
        for tp in left:
            consumer.seek(tp, 0)
        while left:
            polled = consumer.poll(timeout_ms=SECONDS_TO_READ * 1000)
            if not polled:
                raise Unavailable(f"no record came from {min(tp.topic for tp in left)} within {SECONDS_TO_READ} s")
            for tp, records in polled.items():
                if records[-1].offset + 1 >= left.get(tp, 0):
                    left.pop(tp, None)
                found = [read_envelope(record.value) for record in records]
                yield [envelope for envelope in found if isinstance(envelope, Envelope) and envelope.version]
    finally:
        consumer.close()


def lacking(connection: Connection, envelopes: list[Envelope]) -> list[Envelope]:
    table = as_json(
        {"place": place, "workspace_id": e.workspace_id, "stream": e.stream, "version": e.version} for place, e in enumerate(envelopes)
    )
    known = {row.place for row in rows(connection, KNOWN, events=table)}
    return [envelope for place, envelope in enumerate(envelopes) if place not in known]


def take_back(work: Work, kind: Kind[Any], workspace_id: UUID, name: str, envelopes: list[Envelope]) -> None:
    """Append these to their stream as they are, and fold them into its state."""
    work.load(kind, [UUID(name.partition(":")[2])], workspace_id)
    stream = work.streams[workspace_id, name]
    bodies = [body for body, _ in opened(work.codec, envelopes)]
    for envelope, body in zip(envelopes, bodies, strict=True):
        if envelope.version != stream.head + 1:
            raise Diverged(f"{name} goes on with version {envelope.version} on its topic, but ends with {stream.head} in the event store")
        stream.head, stream.state = envelope.version, kind.evolve(stream.state, body)
    run(work.connection, TAKE_BACK, events=as_json(event_row(b, e) for b, e in zip(bodies, envelopes, strict=True)))
    work.store_streams({(workspace_id, name): kind})


def opened(codec: Codec, envelopes: list[Envelope]) -> Iterator[tuple[Body, bool]]:
    for envelope, content in zip(envelopes, codec.open(envelopes), strict=True):
        if isinstance(content, Undecodable):
            raise Diverged(f"event {envelope.event_id} on its topic cannot be read any more: {content}")
        yield content
