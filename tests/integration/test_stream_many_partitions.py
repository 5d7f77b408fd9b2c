"""A topic of many partitions, of which few have events: those few are heard, however many stand idle."""

import asyncio

import pytest

from services.kit.settings import Settings
from services.kit.stream.lanes import BATCHES_OF_TOPIC
from tests.chaos.bed import KEYS, TOPIC, effects, lay_bed, numbered, publish, running, through, topics, until, worker_over

pytestmark = pytest.mark.engines
PARTITIONS = 3 * BATCHES_OF_TOPIC


def test_idle_partitions_do_not_keep_the_others_from_being_heard(settings: Settings) -> None:
    database = lay_bed(settings)

    async def story() -> None:
        worker = worker_over(settings, database)
        async with running(worker):
            await until(lambda: worker.health()["ready"], "the worker to be ready")
            for key in KEYS:
                publish(settings, numbered([key], range(1, 4)))
                await until(lambda: through(settings, database, TOPIC), "the one partition that has events")

    with topics(settings, TOPIC, partitions=PARTITIONS):
        asyncio.run(story())
        assert effects(database) == {key: [1, 2, 3] for key in KEYS}
    database.close()
