"""A relay killed between the broker's ack and the emptying of the outbox publishes twice; who hears it sees each event once."""

import asyncio
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.accounts import ClientCreated
from schemas.body import PROVIDER
from services.kit.database import Database, rows
from services.kit.events import Kind, Told
from services.kit.relay import Relay
from services.kit.settings import Settings
from tests.builders import BED, codec_over, work_on
from tests.chaos.bed import KEYS, TOPIC, effects, ends, lay_bed, running, through, topics, until, worker_over
from tests.chaos.processes import service

pytestmark = [pytest.mark.engines, pytest.mark.chaos]
KILLS = 20 if os.environ.get("SMARTLEADS_FULL") == "1" else 3
CLIENT: Kind[int] = Kind("client", int, lambda _, created: created.licences)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = lay_bed(settings)
    with topics(settings, TOPIC):
        yield database
    database.close()


def append(settings: Settings, database: Database, number: int) -> None:
    """The `number`-th event of every key, into the event store and the outbox."""
    with database.transaction() as connection:
        bodies = [ClientCreated(client_id=key, name="", plan="team", licences=number) for key in KEYS]
        work_on(connection, codec_over(settings, database)).append([Told(CLIENT, b.client_id, b, PROVIDER) for b in bodies])


def waiting(database: Database) -> int:
    with database.transaction() as connection:
        return int(rows(connection, "SELECT count(*) AS n FROM outbox")[0].n)


def test_what_a_killed_relay_published_twice_has_its_effect_once(settings: Settings, database: Database, tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311 - any will do
    for number in range(1, 31):
        append(settings, database, number)
    for _ in range(KILLS):
        with service(settings, tmp_path / "log", "relay", CRASH_AFTER=str(chance.randint(1, 5))) as doomed:
            assert doomed.wait(timeout=60) == 9, (tmp_path / "log").read_text()[-3000:]
    assert waiting(database) > 0, "there is something left for the last one"

    async def story() -> None:
        relay = Relay(settings, BED)
        relay.start()
        async with running(worker_over(settings, database)):
            await until(lambda: waiting(database) == 0, "the outbox to be empty")
            await until(lambda: through(settings, database, TOPIC), "the worker to be through")
        relay.stop()

    asyncio.run(story())
    published = sum(ends(settings, TOPIC).values())
    assert published == (30 * len(KEYS)) + KILLS * 20, "each kill had one batch of 20 published again"
    assert effects(database) == {key: list(range(1, 31)) for key in KEYS}
