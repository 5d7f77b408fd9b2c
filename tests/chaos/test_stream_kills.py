"""Workers killed at any point: each event's effect is there exactly once, in order, and the positions are at the end.

`SMARTLEADS_FULL=1` kills more often. Random choices come from a seed; none of them decides whether the test passes.
"""

import asyncio
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.kit.database import Database, rows
from services.kit.settings import Settings
from tests.chaos.bed import KEYS, TOPIC, effects, lay_bed, numbered, positions, publish, running, through, topics, until, worker_over
from tests.chaos.processes import service
from tests.chaos.service import POINTS

pytestmark = [pytest.mark.engines, pytest.mark.chaos]
FULL = os.environ.get("SMARTLEADS_FULL") == "1"
KILLS = 30 if FULL else 3


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = lay_bed(settings)
    with topics(settings, TOPIC):
        yield database
    database.close()


def count(database: Database) -> int:
    with database.transaction() as connection:
        return int(rows(connection, "SELECT count(*) AS n FROM effects")[0].n)


async def finish(settings: Settings, database: Database) -> None:
    async with running(worker_over(settings, database)):
        await until(lambda: through(settings, database, TOPIC), "the last worker to be through")


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_dies_at_this_point_of_a_batch_loses_and_repeats_nothing(
    settings: Settings, database: Database, tmp_path: Path, point: str
) -> None:
    publish(settings, numbered(KEYS, range(1, 21)))
    after = random.Random(point).randint(2, 12)  # noqa: S311 - any will do
    with service(settings, tmp_path / "log", CRASH_AT=point, CRASH_AFTER=str(after), GROUP="doomed") as doomed:
        assert doomed.wait(timeout=60) == 9, (tmp_path / "log").read_text()[-3000:]
    assert count(database) < 20 * len(KEYS), "it died before it was through"
    asyncio.run(finish(settings, database))
    assert effects(database) == {key: list(range(1, 21)) for key in KEYS}


def test_workers_killed_at_random_lose_and_repeat_nothing(settings: Settings, database: Database, tmp_path: Path) -> None:
    """Each in a group of its own, so that none waits for the death of the one before to be noticed; positions are by service."""
    chance, told = random.Random(7), 0  # noqa: S311 - any will do

    async def story() -> None:
        nonlocal told
        for kill in range(KILLS):
            publish(settings, numbered(KEYS, range(told + 1, told + 41)))
            told += 40
            enough = count(database) + chance.randint(1, 600)
            with service(settings, tmp_path / "log", GROUP=f"doomed-{kill}") as doomed:
                await until(lambda enough=enough: count(database) >= enough, "the doomed worker to get somewhere")  # type: ignore[misc]
                await asyncio.sleep(chance.uniform(0, 0.02))
                doomed.send_signal(signal.SIGKILL)
                assert doomed.wait(timeout=30) == -signal.SIGKILL
        await finish(settings, database)

    asyncio.run(story())
    assert effects(database) == {key: list(range(1, told + 1)) for key in KEYS}


def test_the_partitions_of_a_killed_worker_go_to_the_one_beside_it(settings: Settings, database: Database, tmp_path: Path) -> None:
    async def story() -> None:
        worker = worker_over(settings, database)
        async with running(worker):
            with service(settings, tmp_path / "log") as doomed:
                await until(lambda: len(worker.health()["partitions"]) == 2, "the two to share the partitions")
                publish(settings, numbered(KEYS, range(1, 21)))
                await until(lambda: count(database) > 0, "the two to begin")
                doomed.send_signal(signal.SIGKILL)
            publish(settings, numbered(KEYS, range(21, 41)))
            await until(lambda: through(settings, database, TOPIC), "the one that lives to be through")
            assert len((await asyncio.to_thread(worker.health))["partitions"]) == 4

    asyncio.run(story())
    assert effects(database) == {key: list(range(1, 41)) for key in KEYS}
    assert sum(positions(database).values()) == 40 * len(KEYS)


def test_a_worker_stopped_in_mid_batch_and_woken_later_cannot_store(settings: Settings, database: Database, tmp_path: Path) -> None:
    """SIGSTOP takes its partitions away without its knowing; when it goes on, another has stored what it was about to store."""

    async def story() -> None:
        with service(settings, tmp_path / "log", GROUP="sleeper") as sleeper:
            publish(settings, numbered(KEYS, range(1, 21)))
            await until(lambda: count(database) > 0, "the sleeper to begin")
            sleeper.send_signal(signal.SIGSTOP)
            async with running(worker_over(settings, database)):
                publish(settings, numbered(KEYS, range(21, 31)))
                waking = asyncio.get_running_loop().call_later(1, sleeper.send_signal, signal.SIGCONT)
                await until(lambda: through(settings, database, TOPIC), "the two to be through")
                waking.cancel()

    asyncio.run(story())
    assert effects(database) == {key: list(range(1, 31)) for key in KEYS}
