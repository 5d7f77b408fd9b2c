"""One of the two stores was wiped or restored: the service stops and says so, and the repair brings them in line again."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from sqlalchemy import text

from schemas.accounts import ClientCreated
from schemas.body import PROVIDER
from schemas.topics import ACCOUNTS_EVENTS
from services.kit import kafka
from services.kit.clock import system_clock
from services.kit.database import Database, rows
from services.kit.events import Kind, Told
from services.kit.relay import Relay
from services.kit.settings import Settings
from services.kit.stream import Diverged
from services.kit.stream.adopt import adopt
from services.kit.stream.compare import compare
from services.kit.stream.repair import repair, republish
from tests.builders import BED, codec_over, work_on
from tests.chaos.bed import KEYS, TOPIC, effects, ends, lay_bed, numbered, positions, publish, running, through, topics, until, worker_over

pytestmark = pytest.mark.engines
CLIENT: Kind[int] = Kind("client", int, lambda _, created: created.licences)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = lay_bed(settings)
    with topics(settings, TOPIC):
        yield database
    database.close()


async def hear_all(settings: Settings, database: Database) -> None:
    async with running(worker_over(settings, database)):
        await until(lambda: through(settings, database, TOPIC), "the worker to be through")


def test_after_kafka_was_wiped_the_service_hears_the_new_topic_and_repeats_nothing(settings: Settings, database: Database) -> None:
    publish(settings, numbered(KEYS, [1, 2, 3]))
    asyncio.run(hear_all(settings, database))
    wipe(settings)
    # Its writer publishes the history again, and goes on.
    publish(settings, numbered(KEYS, [1, 2, 3, 4]))
    with pytest.raises(Diverged):
        compare(settings, BED, database, [TOPIC])
    changes = repair(settings, BED, database, [TOPIC])
    assert {(change.partition, change.now) for change in changes} == {(n, 0) for n in range(4)}
    asyncio.run(hear_all(settings, database))
    assert effects(database) == {key: [1, 2, 3, 4] for key in KEYS}
    assert repair(settings, BED, database, [TOPIC]) == []


def wipe(settings: Settings) -> None:
    admin = KafkaAdminClient(**kafka.connection(settings))
    admin.delete_topics([settings.topic_name(TOPIC.name)])
    admin.create_topics([NewTopic(settings.topic_name(TOPIC.name), 4, 1)])
    admin.close()


def test_after_kafka_lost_its_tail_the_service_goes_on_at_the_end(settings: Settings, database: Database) -> None:
    publish(settings, numbered(KEYS, [1]))
    asyncio.run(hear_all(settings, database))
    with database.transaction() as connection:
        connection.execute(text("UPDATE positions SET next_offset = next_offset + 7 WHERE partition = 1"))
    [change] = repair(settings, BED, database, [TOPIC])
    assert (change.partition, change.was - change.now) == (1, 7)
    assert "Kafka has lost its last 7 events" in change.what
    assert positions(database) == ends(settings, TOPIC)


@pytest.fixture
def accounts(settings: Settings) -> Iterator[Database]:
    """A writer of stored events: the service accounts, with its real schema and topic."""
    database = Database(settings, "accounts")
    with topics(settings, ACCOUNTS_EVENTS):
        yield database
    database.close()


def tell(settings: Settings, accounts: Database, numbers: range) -> None:
    for number in numbers:
        bodies = [ClientCreated(client_id=key, name="", plan="team", licences=number) for key in KEYS[:5]]
        with accounts.transaction() as connection:
            work_on(connection, codec_over(settings, accounts)).append([Told(CLIENT, b.client_id, b, PROVIDER) for b in bodies])
    relay = Relay(settings, "accounts")
    relay.start()
    asyncio.run(until(lambda: not stored(accounts, "outbox"), "the outbox to be empty"))
    relay.stop()


def stored(accounts: Database, table: str) -> list[dict[str, Any]]:
    """All rows, without the places that the database itself gives them."""
    with accounts.transaction() as connection:
        found = [dict(row._mapping) for row in rows(connection, f"SELECT * FROM {table}")]
    return sorted(({k: v for k, v in row.items() if k != "position"} for row in found), key=repr)


def taken_back(settings: Settings, accounts: Database) -> int:
    return adopt(settings, "accounts", accounts, codec=codec_over(settings, accounts), clock=system_clock, kinds=[CLIENT])


def test_events_that_a_restored_database_does_not_know_stop_the_service_and_are_taken_back(settings: Settings, accounts: Database) -> None:
    tell(settings, accounts, range(1, 4))
    backup = stored(accounts, "streams")
    tell(settings, accounts, range(4, 8))
    compare(settings, "accounts", accounts, [])
    whole = {table: stored(accounts, table) for table in ("events", "streams")}
    with accounts.transaction() as connection:
        connection.execute(text("DELETE FROM events WHERE version > 3"))
        connection.execute(text("UPDATE streams SET head = 3, state = '3'"))
    assert stored(accounts, "streams") == backup
    with pytest.raises(Diverged, match=r"accounts has told event .* which its event store does not know: run `smartleads repair"):
        compare(settings, "accounts", accounts, [])
    assert taken_back(settings, accounts) == 20
    assert {table: stored(accounts, table) for table in ("events", "streams")} == whole
    compare(settings, "accounts", accounts, [])
    assert not stored(accounts, "outbox"), "nothing is published again"


def test_after_kafka_was_wiped_a_writer_tells_its_history_again(settings: Settings, accounts: Database) -> None:
    tell(settings, accounts, range(1, 4))
    wipe(settings)
    assert republish(accounts) == 15
    tell(settings, accounts, range(4, 5))
    assert sum(ends(settings, ACCOUNTS_EVENTS).values()) == 20


def test_a_writer_whose_topics_and_event_store_agree_is_left_alone(settings: Settings, accounts: Database) -> None:
    tell(settings, accounts, range(1, 3))
    assert taken_back(settings, accounts) == 0
