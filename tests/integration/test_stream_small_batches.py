"""Many small batches cost as much at the end as at the beginning: counted in statements and in objects kept, not in seconds.

Stock Faust keeps a tree of the gaps between acknowledged offsets, which made 2,000 batches cost 28 s of CPU. In full
(`SMARTLEADS_FULL=1`) these are 100,000 batches; the times printed are for people.
"""

import asyncio
import gc
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import event

from services.kit.database import Database
from services.kit.settings import Settings
from services.kit.stream import Worker
from tests.chaos.bed import KEYS, TOPIC, effects, lay_bed, numbered, positions, publish, running, topics, until, worker_over

pytestmark = pytest.mark.engines
BATCHES = 100_000 if os.environ.get("SMARTLEADS_FULL") == "1" else 2_000


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = lay_bed(settings)
    with topics(settings, TOPIC):
        yield database
    database.close()


@dataclass(frozen=True)
class Cost:
    """What a stretch of batches cost, and what the worker keeps after it."""

    statements_per_batch: float
    kept: int
    acknowledged: int
    objects: int
    seconds: float


class Meter:
    def __init__(self, database: Database, worker: Worker) -> None:
        self._worker, self._statements = worker, 0
        event.listen(database.engine, "before_cursor_execute", self._count)

    def _count(self, *_: Any) -> None:
        # The test's own looks at the database run in other threads.
        self._statements += threading.current_thread().name.startswith("batch")

    def read(self, batches: int, began: float) -> Cost:
        statements, self._statements = self._statements, 0
        gc.collect()
        app: Any = self._worker._app
        consumer: Any = app.consumer
        structures = (consumer._gap, consumer._acked, consumer._acked_index)
        kept = sum(len(entry) for structure in structures for entry in structure.values()) + len(consumer._read_offset)
        return Cost(statements / batches, kept, len(consumer._unacked_messages), len(gc.get_objects()), time.monotonic() - began)


@pytest.mark.timeout(3600)
def test_the_last_tenth_of_many_small_batches_costs_as_much_as_the_first(settings: Settings, database: Database) -> None:
    tenth = BATCHES // 10
    rounds = tenth // len(KEYS)
    costs: list[Cost] = []

    async def story() -> None:
        worker = worker_over(settings, database, batch_records=1)
        async with running(worker):
            await until(lambda: worker.health()["ready"], "the worker to be ready")
            meter = Meter(database, worker)
            for part in range(10):
                began = time.monotonic()
                publish(settings, numbered(KEYS, range(part * rounds + 1, (part + 1) * rounds + 1)))
                await until(lambda part=part: stored(database) == (part + 1) * tenth, "this tenth to be through", 600)  # type: ignore[misc]
                costs.append(meter.read(tenth, began))

    asyncio.run(story())
    print(f"\nfirst tenth {costs[0]}\nlast tenth  {costs[-1]}")  # noqa: T201 - shown by pytest -s
    assert effects(database) == {key: list(range(1, 10 * rounds + 1)) for key in KEYS}
    assert all(cost.kept == 0 and cost.acknowledged <= 8 for cost in costs), costs
    # The position, what was heard, and the handler's own.
    assert all(cost.statements_per_batch == pytest.approx(3, abs=0.1) for cost in costs), costs
    # One object kept per batch would be nine tenths of all batches more.
    assert costs[-1].objects - costs[0].objects < BATCHES // 2, costs


def stored(database: Database) -> int:
    return sum(positions(database).values())
