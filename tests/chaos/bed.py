"""A small service for the stream's tests: it hears numbered events and writes down each that had its effect, in order."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import NewTopic
from sqlalchemy import create_engine

from schemas.accounts import ClientCreated
from schemas.body import PROVIDER
from schemas.envelope import Envelope
from schemas.topics import ACCOUNTS_EVENTS, Topic
from services.kit import kafka
from services.kit.clock import system_clock
from services.kit.codec import Heard, encode
from services.kit.database import Database, rows, run
from services.kit.events import Told, Work
from services.kit.publisher import Publisher, Record
from services.kit.settings import Settings
from services.kit.stream import Handler, Hears, Shell, Worker
from tests.builders import BED, codec_over, make_bed

TOPIC = ACCOUNTS_EVENTS
KEYS = [uuid5(PROVIDER, f"stream-test-{number}") for number in range(40)]
EFFECTS = """
CREATE TABLE effects (
    id bigint GENERATED ALWAYS AS IDENTITY,
    key uuid NOT NULL,
    number integer NOT NULL
)
"""


def lay_bed(settings: Settings) -> Database:
    """The tables of the kit, one for effects, and the topics' names free to be made."""
    database = make_bed(settings)
    owner = create_engine(settings.owner_url)
    with owner.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL search_path = {BED}")
        connection.exec_driver_sql(EFFECTS)
    owner.dispose()
    return database


@contextmanager
def topics(settings: Settings, *wanted: Topic, partitions: int = 4) -> Iterator[None]:
    """Topics of this test alone, and gone after it."""
    names = [settings.topic_name(topic.name) for topic in wanted]
    # Not one client for both: meanwhile the broker may have been crashed on purpose.
    with closing(KafkaAdminClient(**kafka.connection(settings))) as admin:
        admin.create_topics([NewTopic(name, partitions, 1) for name in names])
    try:
        yield
    finally:
        with closing(KafkaAdminClient(**kafka.connection(settings))) as admin:
            admin.delete_topics(sorted({*names} & {*admin.list_topics()}))


def event(key: UUID, number: int, *, version: int | None = None, name: str = "") -> Envelope:
    """The `number`-th event of a key, from 1. Its name may say what the handler shall do."""
    body = ClientCreated(client_id=key, name=name or str(number), plan="team", licences=number)
    return Envelope(
        event_id=uuid5(key, str(number)),
        type="ClientCreated",
        workspace_id=PROVIDER,
        stream=f"client:{key}",
        version=number if version is None else version,
        occurred_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        recorded_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        correlation_id=f"test-{key}-{number}",
        actor="service:test",
        body=msgspec.Raw(body.model_dump_json().encode()),
    )


def record(settings: Settings, envelope: Envelope, topic: Topic = TOPIC) -> Record:
    key = envelope.stream.partition(":")[2]
    return Record(settings.topic_name(topic.name), key.encode(), encode(envelope))


def publish(settings: Settings, envelopes: Iterable[Envelope], topic: Topic = TOPIC) -> None:
    with Publisher(settings, "test") as publisher:
        publisher.publish([record(settings, envelope, topic) for envelope in envelopes])


def numbered(keys: Iterable[UUID], numbers: Iterable[int]) -> list[Envelope]:
    """Events of all these keys, mixed as they would come."""
    keys = list(keys)
    return [event(key, number) for number in numbers for key in keys]


def number_of(heard: Heard) -> int:
    assert isinstance(heard.body, ClientCreated)
    return heard.body.licences


def write_down(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    """The handler: one row per event, one statement per batch."""
    run(
        work.connection,
        "INSERT INTO effects (key, number) SELECT * FROM unnest(CAST(:keys AS uuid[]), CAST(:numbers AS int[]))",
        keys=[h.key.decode() for h in heard],
        numbers=[number_of(h) for h in heard],
    )
    return ()


def effects(database: Database) -> dict[UUID, list[int]]:
    """The numbers of each key's events, in the order in which they had their effect."""
    found: dict[UUID, list[int]] = defaultdict(list)
    with database.transaction() as connection:
        for row in rows(connection, "SELECT key, number FROM effects ORDER BY id"):
            found[row.key].append(row.number)
    return dict(found)


def positions(database: Database) -> dict[tuple[str, int], int]:
    with database.transaction() as connection:
        found = rows(connection, "SELECT topic, partition, next_offset FROM positions WHERE consumer = :c", c=BED)
    return {(row.topic, row.partition): row.next_offset for row in found}


def ends(settings: Settings, *wanted: Topic) -> dict[tuple[str, int], int]:
    consumer = KafkaConsumer(**kafka.connection(settings), enable_auto_commit=False)
    try:
        names = {settings.topic_name(topic.name): topic.name for topic in wanted}
        partitions = [TopicPartition(n, p) for n in names for p in consumer.partitions_for_topic(n) or ()]
        return {(names[tp.topic], tp.partition): end for tp, end in consumer.end_offsets(partitions).items()}
    finally:
        consumer.close()


def committed(settings: Settings, *wanted: Topic) -> dict[tuple[str, int], int]:
    """What Kafka was told of the positions."""
    admin = KafkaAdminClient(**kafka.connection(settings))
    try:
        group = f"{settings.kafka_topic_prefix}smartleads.{BED}"
        names = {settings.topic_name(topic.name): topic.name for topic in wanted}
        return {(names[tp.topic], tp.partition): told.offset for tp, told in admin.list_group_offsets(group)[group].items()}
    finally:
        admin.close()


def through(settings: Settings, database: Database, *wanted: Topic) -> bool:
    """Whether every position stands at its partition's end."""
    at = positions(database)
    return all(at.get(partition, 0) == end for partition, end in ends(settings, *wanted).items())


def shell_over(settings: Settings, database: Database, handler: Handler = write_down) -> Shell:
    return Shell(BED, [Hears(TOPIC, handler)], database, codec_over(settings, database), system_clock)


def worker_over(settings: Settings, database: Database, *hears: Hears, **options: Any) -> Worker:
    hears = hears or (Hears(TOPIC, write_down),)
    return Worker(settings, BED, hears, database, codec_over(settings, database), system_clock, **options)


@asynccontextmanager
async def running(*workers: Worker) -> AsyncIterator[None]:
    for worker in workers:
        await worker.start()
    try:
        yield
    finally:
        for worker in workers:
            await worker.stop()


async def until(holds: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Wait for something that must come; how long it takes decides nothing, unless it never comes."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what}"
        await asyncio.sleep(0.05)


def heard_of(key: int, number: int, *, version: int | None = None) -> Heard:
    """The `number`-th event of the `key`-th key, as a handler has it."""
    envelope = event(KEYS[key], number, version=version)
    return Heard(envelope, ClientCreated.model_validate_json(bytes(envelope.body)), str(KEYS[key]).encode())
