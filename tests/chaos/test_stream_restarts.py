"""The broker and the database go down hard and come back while a worker is at work; they are this test's own."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from deploy.local.engines import kafka, ports, postgres
from deploy.local.program import Program, Running
from services.kit.database import Database
from services.kit.migrate import migrate
from services.kit.settings import Settings
from tests.chaos.bed import KEYS, TOPIC, effects, lay_bed, numbered, publish, running, through, topics, until, worker_over
from tests.conftest import Engines, fresh_settings

pytestmark = [pytest.mark.engines, pytest.mark.chaos]


@dataclass
class Engine:
    """A program that can be ended hard and started again with its data."""

    program: Program
    answers: Callable[[], bool]
    log: Path
    crash: signal.Signals
    running: Running | None = None

    def start(self) -> None:
        self.running = Running(self.program, self.log)
        self.running.wait_until(self.answers)

    def die(self) -> None:
        """Returns when it is dead."""
        assert self.running is not None
        os.kill(self.running.pid, self.crash)
        while self.running.died() is None:
            time.sleep(0.05)

    def stop(self) -> None:
        if self.running is not None:
            self.running.stop()


@dataclass(frozen=True)
class World:
    settings: Settings
    database: Database
    kafka: Engine
    postgres: Engine


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("own-engines")
    broker_port, controller_port, database_port = ports.free_ports(3)
    bootstrap, url = f"{ports.HOST}:{broker_port}", postgres.url(database_port, "for-tests")
    broker = Engine(
        kafka.kafka(folder / "kafka", broker_port, controller_port),
        lambda: kafka.answers(bootstrap),
        folder / "kafka.log",
        signal.SIGKILL,
    )
    # SIGQUIT is PostgreSQL's crash without orphans: nothing is written, and the next start recovers from the log.
    server = Engine(
        postgres.postgres(folder / "postgres", database_port, "for-tests"),
        lambda: postgres.answers(url),
        folder / "postgres.log",
        signal.SIGQUIT,
    )
    with ExitStack() as stack:
        for engine in (broker, server):
            stack.callback(engine.stop)
            engine.start()
        make_database(url)
        settings = fresh_settings(Engines(bootstrap, url, "", ""), "restarts", folder)
        migrate(settings)
        database = lay_bed(settings)
        stack.callback(database.close)
        stack.enter_context(topics(settings, TOPIC))
        yield World(settings, database, broker, server)


def make_database(url: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE restarts")
    connection.close()


@pytest.mark.parametrize("name", ["kafka", "postgres"])
def test_an_engine_that_crashes_and_comes_back_costs_nothing_but_time(world: World, name: str) -> None:
    engine: Engine = getattr(world, name)
    before = effects(world.database)
    begin = max((numbers[-1] for numbers in before.values()), default=0)

    async def story() -> None:
        worker = worker_over(world.settings, world.database, batch_records=50)
        async with running(worker):
            publish(world.settings, numbered(KEYS, range(begin + 1, begin + 101)))
            await until(lambda: effects(world.database) != before, "the worker to begin")
            await asyncio.to_thread(engine.die)
            await asyncio.sleep(1)
            await asyncio.to_thread(engine.start)
            publish(world.settings, numbered(KEYS, range(begin + 101, begin + 121)))
            await until(lambda: through(world.settings, world.database, TOPIC), "the worker to be through")
            await until(lambda: worker.health()["ready"], "the worker to be well again")

    asyncio.run(story())
    assert effects(world.database) == {key: list(range(1, begin + 121)) for key in KEYS}
