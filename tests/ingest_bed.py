"""Ingest on real engines: imports as they are asked for, a worker to do them, and the topic that they end on."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import msgspec
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from schemas.body import PROVIDER, Body
from schemas.envelope import Envelope
from schemas.ingest import RecordIngested, RecordWithdrawn
from schemas.topics import INGEST_RECORDS, TOPICS
from services.ingest import files, handlers
from services.ingest.bus import KafkaBus
from services.ingest.importing import Importer
from services.ingest.mappings import Choice
from services.ingest.ports import RecordBus
from services.ingest.settings import IngestSettings
from services.ingest.store import imports
from services.kit import kafka
from services.kit.codec import Codec, Heard, Undecodable
from services.kit.database import Database
from services.kit.errors import Unavailable
from services.kit.secrets import Secrets
from services.kit.settings import Settings
from tests.builders import MONDAY, codec_over, work_on


@dataclass
class Bed:
    """One service's worker. Each of its importers is a worker of its own to the others."""

    settings: IngestSettings
    database: Database
    codec: Codec
    bus: KafkaBus
    workspace_id: UUID = PROVIDER
    """Where everything happens: tests on one database keep apart by it."""

    def close(self) -> None:
        """And leave no topic behind."""
        self.bus.close()
        self.database.close()
        admin = KafkaAdminClient(**kafka.connection(self.settings))
        admin.delete_topics([self.settings.topic_name(topic.name) for topic in TOPICS])
        admin.close()

    def upload(self, content: bytes, source: str = "crm", mapping: dict[str, str] | None = None, **choice: Any) -> UUID:
        import_id = uuid4()
        with files.received(BytesIO(content), self.settings.uploads_folder, import_id) as (sample, size):
            upload = handlers.Upload(self.workspace_id, import_id, source, f"{source}.csv", sample, size, Choice(mapping, **choice))
            with self.database.transaction() as connection:
                work = work_on(connection, self.codec)
                work.append(handlers.start_import(work, upload))
        return import_id

    def importer(self, bus: RecordBus | None = None, chunk_rows: int = 10, lease_seconds: float = 60) -> Importer:
        folder = self.settings.uploads_folder
        digest = Secrets(self.settings.master_key_bytes).digest
        return Importer(self.database, self.codec, lambda: MONDAY, bus or self.bus, folder, chunk_rows, lease_seconds, digest)

    def work_off(self, importer: Importer | None = None) -> None:
        importer = importer or self.importer()
        while importer.step():
            pass

    def counts(self, import_id: UUID) -> tuple[str, int, int, int, int]:
        """State, rows, accepted, unchanged, rejected."""
        with self.database.transaction() as connection:
            row = imports.find(connection, self.workspace_id, import_id)
        assert row is not None
        return row.state, row.rows, row.accepted, row.unchanged, row.rejected

    def published(self) -> list[tuple[Envelope, RecordIngested]]:
        """All records of this workspace on the topic, partition by partition."""
        return [(e, body) for e, body in self._events() if isinstance(body, RecordIngested)]

    def withdrawn(self) -> list[tuple[Envelope, RecordWithdrawn]]:
        return [(e, body) for e, body in self._events() if isinstance(body, RecordWithdrawn)]

    def bodies(self) -> list[Body]:
        """Both, in the order in which they were told of each record."""
        return [body for _, body in self._events()]

    def _events(self) -> list[tuple[Envelope, Body]]:
        values = everything_on(self.settings, INGEST_RECORDS.name)
        envelopes = [e for e in self.codec.envelopes(values) if not isinstance(e, Undecodable)]
        assert len(envelopes) == len(values)
        opened = [body for opening in self.codec.open(envelopes) if not isinstance(opening, Undecodable) for body in opening[:1]]
        return [(e, body) for e, body in zip(envelopes, opened, strict=True) if e.workspace_id == self.workspace_id]


def make_bed(settings: Settings, *, topics: bool = True) -> Bed:
    """`topics`: they are not there yet."""
    made = IngestSettings(**settings.model_dump())
    if topics:
        kafka.make_topics(made)
    database = Database(made, "ingest")
    return Bed(made, database, codec_over(made, database), KafkaBus(made, "test"))


class Cut:
    """The real bus, of which the sender is cut off before it hears that the records have arrived: so many times, or always."""

    def __init__(self, bus: RecordBus, times: float = math.inf) -> None:
        self._bus, self._left = bus, times

    @contextmanager
    def publishing(self, records: Sequence[Envelope]) -> Iterator[None]:
        with self._bus.publishing(records):
            yield
        if self._left:
            self._left -= 1
            raise Unavailable("cut off after the broker had them")

    def close(self) -> None:
        self._bus.close()


def heard(body: Body, workspace_id: UUID, at: datetime = MONDAY) -> Heard:
    """As from a topic; bulk records have version 0, and only they are heard so."""
    envelope = Envelope(
        event_id=uuid4(),
        type=type(body).__name__,
        workspace_id=workspace_id,
        stream="test",
        version=0,
        occurred_at=at,
        recorded_at=at,
        correlation_id="test",
        actor="service:test",
        body=msgspec.Raw(b"{}"),
    )
    return Heard(envelope, body)


def everything_on(settings: Settings, topic: str) -> Sequence[bytes]:
    consumer = KafkaConsumer(**kafka.connection(settings))
    try:
        parts = [TopicPartition(settings.topic_name(topic), n) for n in range(settings.topic_partitions)]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends = consumer.end_offsets(parts)
        values: list[bytes] = []
        while any(consumer.position(part) < ends[part] for part in parts):
            for records in consumer.poll(timeout_ms=500).values():
                values += [record.value for record in records]
        return values
    finally:
        consumer.close()
