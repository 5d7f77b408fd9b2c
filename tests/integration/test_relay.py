"""The relay from a real PostgreSQL to a real Kafka."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID, uuid4

import pytest
from kafka import KafkaConsumer

from schemas.envelope import Envelope
from services.kit import kafka
from services.kit.codec import read_envelope
from services.kit.database import Database, rows
from services.kit.errors import Unavailable
from services.kit.publisher import Publisher, Record
from services.kit.relay import Relay
from services.kit.settings import Settings
from tests.builders import BED, codec_over, make_bed, work_on
from tests.integration.test_events import created

pytestmark = pytest.mark.engines


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    kafka.make_topics(settings)
    yield make_bed(settings)
    kafka.delete_topics(settings)


def append(settings: Settings, database: Database, streams: list[UUID], times: int) -> None:
    codec = codec_over(settings, database)
    for number in range(times):
        with database.transaction() as connection:
            work_on(connection, codec).append([created(key, f"name {number}") for key in streams])


def until(holds: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what}"
        time.sleep(0.05)


def outbox_is_empty(database: Database) -> bool:
    with database.transaction() as connection:
        return bool(rows(connection, "SELECT count(*) AS n FROM outbox")[0].n == 0)


def published(settings: Settings) -> list[Envelope]:
    consumer = KafkaConsumer(
        settings.topic_name("accounts.events"), **kafka.connection(settings), auto_offset_reset="earliest", consumer_timeout_ms=3000
    )
    try:
        envelopes = [read_envelope(record.value) for record in consumer]
    finally:
        consumer.close()
    assert all(isinstance(envelope, Envelope) for envelope in envelopes)
    return [envelope for envelope in envelopes if isinstance(envelope, Envelope)]


def versions_by_stream(envelopes: list[Envelope]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for envelope in envelopes:
        found[envelope.stream].append(envelope.version)
    return found


def test_the_outbox_is_published_in_order_and_emptied(settings: Settings, database: Database) -> None:
    streams = [uuid4() for _ in range(20)]
    relay = Relay(settings, BED)
    relay.start()
    try:
        append(settings, database, streams, times=25)
        until(lambda: outbox_is_empty(database), "the outbox to be empty")
    finally:
        relay.stop()
    assert versions_by_stream(published(settings)) == {f"client:{key}": list(range(1, 26)) for key in streams}


def test_of_two_relays_one_leads_and_the_other_takes_over(settings: Settings, database: Database) -> None:
    first, second = Relay(settings, BED), Relay(settings, BED)
    first.start()
    until(lambda: first.leading, "the first to lead")
    second.start()
    append(settings, database, [uuid4()], times=3)
    until(lambda: outbox_is_empty(database), "the first to publish")
    assert not second.leading
    first.stop()
    append(settings, database, [uuid4()], times=3)
    until(lambda: outbox_is_empty(database), "the second to publish")
    second.stop()
    assert (first.published, second.published) == (3, 3)


class DiesOnce(Publisher):
    """A real publisher that, the first time, fails after the broker took a part: a crash between ack and delete."""

    died = threading.Event()

    def publish(self, records: Sequence[Record]) -> None:
        if self.died.is_set():
            return super().publish(records)
        self.died.set()
        super().publish(records[:57])
        raise Unavailable("died")


def test_a_relay_that_dies_may_publish_twice_but_loses_nothing_and_keeps_order(settings: Settings, database: Database) -> None:
    streams = [uuid4() for _ in range(10)]
    append(settings, database, streams, times=10)
    relay = Relay(settings, BED, make_publisher=DiesOnce)
    relay.start()
    until(lambda: outbox_is_empty(database), "the outbox to be empty")
    relay.stop()
    for versions in versions_by_stream(published(settings)).values():
        first_heard = list(dict.fromkeys(versions))
        assert first_heard == list(range(1, 11)), "every version, in order, when repeats are dropped"
