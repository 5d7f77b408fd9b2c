"""The event store: streams with a head and a folded state, events in order, and the outbox from which the relay publishes.

What handlers return is appended here, in the transaction of their batch or request. A stream is locked before it is read, so
nobody decides on what another is changing; the order of positions within a stream is therefore the order of its versions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

import msgspec
from pydantic import TypeAdapter
from sqlalchemy import Connection

from schemas.body import PROVIDER, Body
from schemas.envelope import Envelope, Seal
from schemas.topics import TOPIC_OF
from services.kit.codec import Codec
from services.kit.database import as_json, rows, run

S = TypeVar("S")
EVENT_IDS = UUID("5d3c8a52-6f0a-4c55-9a70-6a6e1f6f7e11")
OUTBOX_CHANNEL = "outbox"


@dataclass(frozen=True)
class Kind(Generic[S]):
    """A kind of event stream and how it is folded. `evolve(None, first event)` begins it; it never refuses."""

    name: str
    state: type[S]
    evolve: Callable[[S | None, Any], S]

    def stream(self, key: UUID) -> str:
        return f"{self.name}:{key}"

    @cached_property
    def stored(self) -> TypeAdapter[S]:
        """To and from the JSON of the state."""
        return TypeAdapter(self.state)


Address = tuple[UUID, str]
"""A stream's address: workspace and name."""


@dataclass(frozen=True)
class Told:
    """What a handler says has happened: the body, and in whose stream. `because` is the event that led to it."""

    kind: Kind[Any]
    id: UUID
    body: Body
    workspace_id: UUID
    because: Envelope | None = None
    occurred_at: datetime | None = None
    """None: now."""

    @cached_property
    def address(self) -> Address:
        return self.workspace_id, self.kind.stream(self.id)


@dataclass
class Stream:
    """A locked stream: the version of its last event and the state that they fold to."""

    head: int
    state: Any


@dataclass
class Work:
    """One unit of work: a transaction, the time, who acts, and the streams locked so far. Handlers load through it; they never commit."""

    connection: Connection
    codec: Codec
    now: datetime
    actor: str
    correlation_id: str
    streams: dict[Address, Stream] = field(default_factory=dict)

    def load(self, kind: Kind[S], ids: Iterable[UUID], workspace: UUID | Mapping[UUID, UUID]) -> dict[UUID, S | None]:
        """Lock the streams of these ids, in order, and return their states; None for what has no event yet.

        `workspace` is that of all, or a mapping from id to workspace. Load all that a batch touches in one call per kind.
        """
        wanted = {key: (workspace if isinstance(workspace, UUID) else workspace[key], kind.stream(key)) for key in ids}
        self._lock({address: kind for address in wanted.values() if address not in self.streams})
        return {key: self.streams[address].state for key, address in wanted.items()}

    def append(self, told: Iterable[Told]) -> list[Envelope]:
        """Store these events after those that their streams have, fold them into the states, and put them in the outbox."""
        told = list(told)
        if not told:
            return []
        kinds = {t.address: t.kind for t in told}
        self._lock({address: kind for address, kind in kinds.items() if address not in self.streams})
        sealed = self.codec.seal([t.body for t in told])
        envelopes = [self._next(t, s.body, s.seal) for t, s in zip(told, sealed, strict=True)]
        run(
            self.connection,
            NEW_EVENTS,
            events=as_json(event_row(t.body, e) for t, e in zip(told, envelopes, strict=True)),
            streams=self._as_stored(kinds),
            channel=OUTBOX_CHANNEL,
        )
        return envelopes

    def _lock(self, wanted: Mapping[Address, Kind[Any]]) -> None:
        if not wanted:
            return
        self._lock_known(wanted)
        new = {address: kind for address, kind in wanted.items() if address not in self.streams}
        if new:
            made = {(row.workspace_id, row.stream) for row in rows(self.connection, NEW_STREAMS, addresses=as_addresses(new))}
            self.streams |= {address: Stream(0, None) for address in made}
            # Somebody else made these at the same time.
            if theirs := {address: kind for address, kind in new.items() if address not in made}:
                self._lock_known(theirs)

    def _lock_known(self, wanted: Mapping[Address, Kind[Any]]) -> None:
        for row in rows(self.connection, LOCKED_STREAMS, addresses=as_addresses(wanted)):
            address = (row.workspace_id, row.stream)
            state = None if row.state is None else wanted[address].stored.validate_json(row.state)
            self.streams[address] = Stream(row.head, state)

    def _next(self, told: Told, body: bytes, seal: Seal | None) -> Envelope:
        name = told.address[1]
        stream = self.streams[told.address]
        stream.head += 1
        stream.state = told.kind.evolve(stream.state, told.body)
        because = told.because
        return Envelope(
            event_id=uuid5(EVENT_IDS, f"{told.workspace_id}/{name}/{stream.head}"),
            type=type(told.body).__name__,
            schema=told.body.VERSION,
            workspace_id=told.workspace_id,
            stream=name,
            version=stream.head,
            occurred_at=told.occurred_at or self.now,
            recorded_at=self.now,
            correlation_id=because.correlation_id if because else self.correlation_id,
            causation_id=because.event_id if because else None,
            actor=self.actor,
            body=msgspec.Raw(body),
            seal=seal,
        )

    def store_streams(self, kinds: Mapping[Address, Kind[Any]]) -> None:
        """Write heads and states of these streams as they are now."""
        run(self.connection, CHANGED_STREAMS, streams=self._as_stored(kinds))

    def _as_stored(self, kinds: Mapping[Address, Kind[Any]]) -> str:
        changed = [(address, self.streams[address], kind.stored) for address, kind in kinds.items()]
        return as_json(
            {
                "workspace_id": workspace_id,
                "stream": name,
                "head": stream.head,
                "state": msgspec.Raw(fold.dump_json(stream.state)),
            }
            for (workspace_id, name), stream, fold in changed
        )


def as_addresses(streams: Iterable[Address]) -> str:
    """In one order, so that two who lock the same streams wait for one another instead of locking each other out."""
    return as_json({"workspace_id": workspace_id, "stream": stream} for workspace_id, stream in sorted(streams, key=itemgetter(1)))


NEW_STREAMS = """
INSERT INTO streams (workspace_id, stream)
SELECT workspace_id, stream FROM json_to_recordset(:addresses) AS wanted (workspace_id uuid, stream text)
ON CONFLICT DO NOTHING RETURNING workspace_id, stream
"""
LOCKED_STREAMS = """
SELECT workspace_id, stream, head, state::text AS state
FROM streams JOIN json_to_recordset(:addresses) AS wanted (workspace_id uuid, stream text) USING (workspace_id, stream)
ORDER BY stream COLLATE "C", workspace_id FOR UPDATE OF streams
"""
CHANGED_STREAMS = """
UPDATE streams SET head = new.head, state = new.state
FROM json_to_recordset(:streams) AS new (workspace_id uuid, stream text, head int, state json)
WHERE streams.workspace_id = new.workspace_id AND streams.stream = new.stream
"""
# The events in the order told, their places in the outbox, what their streams fold to now, and word to the relay, in one statement.
NEW_EVENTS = f"""
WITH stored AS (
    INSERT INTO events (workspace_id, stream, version, type, key, event_id, body, meta, occurred_at, recorded_at)
    SELECT workspace_id, stream, version, type, key, event_id, body, meta, occurred_at, recorded_at
    FROM json_to_recordset(:events) AS new (workspace_id uuid, stream text, version int, type text, key text, event_id uuid,
                                            body json, meta json, occurred_at timestamptz, recorded_at timestamptz)
    RETURNING position, workspace_id),
waiting AS (INSERT INTO outbox (position, workspace_id) SELECT position, workspace_id FROM stored),
changed AS ({CHANGED_STREAMS})
SELECT pg_notify(:channel, current_schema())
"""  # noqa: S608 - made of constants


def event_row(body: Body, envelope: Envelope) -> dict[str, Any]:
    return {
        "workspace_id": envelope.workspace_id,
        "stream": envelope.stream,
        "version": envelope.version,
        "type": envelope.type,
        "key": kafka_key(body),
        "event_id": envelope.event_id,
        "body": envelope.body,
        "meta": Meta(envelope.correlation_id, envelope.actor, envelope.schema, envelope.causation_id, envelope.seal),
        "occurred_at": envelope.occurred_at,
        "recorded_at": envelope.recorded_at,
    }


def kafka_key(body: Body) -> str:
    """The value of the field by which the body's topic is keyed; the Provider's where the field is None."""
    value = getattr(body, TOPIC_OF[type(body)].key)
    return str(PROVIDER if value is None else value)


class Meta(msgspec.Struct, omit_defaults=True):
    """What of an envelope has no column of its own."""

    correlation_id: str
    actor: str
    schema: int = 1
    causation_id: UUID | None = None
    seal: Seal | None = None


def stored_envelope(row: Any, meta: Meta) -> Envelope:
    """The envelope of a row of `events`, its body taken as text."""
    return Envelope(
        event_id=row.event_id,
        type=row.type,
        schema=meta.schema,
        workspace_id=row.workspace_id,
        stream=row.stream,
        version=row.version,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        correlation_id=meta.correlation_id,
        causation_id=meta.causation_id,
        actor=meta.actor,
        body=msgspec.Raw(row.body.encode()),
        seal=meta.seal,
    )
