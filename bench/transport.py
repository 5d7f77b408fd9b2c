"""Events decoded and folded per second by one worker through the batch transport, against a bare aiokafka loop doing the same.

`python -m bench.transport [runs]`. Both read the same topic (4 partitions, batches of at most 2,000), open the same envelopes and
bodies with the same codec, and fold them with the same function. The worker stores its position in PostgreSQL with each batch, and
is measured twice: with bulk records (version 0), and with stored events, whose stream versions it also checks and stores.
"""

import asyncio
import logging
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from aiokafka import AIOKafkaConsumer

from bench.place import place
from bench.report import report, tell
from schemas.body import PROVIDER, Body
from schemas.envelope import Envelope
from schemas.topics import ACCOUNTS_EVENTS, KPI_SCORES, Topic
from services.kit import memory
from services.kit.codec import Codec, Heard
from services.kit.database import Database
from services.kit.events import Told, Work
from services.kit.publisher import Publisher, connection
from services.kit.settings import Settings
from services.kit.stream import Hears
from services.kit.stream.batch import Batch
from services.kit.stream.letters import Letter
from services.kit.stream.transport import BATCH_RECORDS
from tests.builders import codec_over
from tests.chaos.bed import event, lay_bed, record, topics, worker_over

PLAIN, VERSIONED = "transport", "transport, stream versions stored"
BARE = {PLAIN: "bare loop", VERSIONED: "bare loop on stored events"}
EVENTS = 200_000
STREAMS = 20_000
BULK, STORED = ACCOUNTS_EVENTS, KPI_SCORES
"""Two topics of the catalogue, for the two kinds of events; what else stands on them does not matter here."""


@dataclass
class Run:
    """Counts what was folded, and takes the time from the end of the first batch, when all is warm, to the end of the last."""

    wanted: int
    folded: Counter[UUID] = field(default_factory=Counter)
    done: int = 0
    first: int = 0
    started: float = 0.0
    ended: float = 0.0
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    def fold(self, bodies: Iterable[Body]) -> None:
        for body in bodies:
            self.folded[body.client_id] += 1  # type: ignore[attr-defined]

    def count(self, events: int) -> bool:
        self.done += events
        self.ended = time.perf_counter()
        if not self.started:
            self.started, self.first = self.ended, self.done
        return self.done >= self.wanted

    def rate(self) -> float:
        assert self.folded.total() == self.wanted, "not every event was folded exactly once"
        return (self.wanted - self.first) / (self.ended - self.started)


async def bare(settings: Settings, codec: Codec, topic: Topic) -> float:
    """The plainest loop that does the work: no group, no positions, nothing safe."""
    run = Run(EVENTS)
    consumer = AIOKafkaConsumer(
        settings.topic_name(topic.name), **connection(settings), auto_offset_reset="earliest", max_poll_records=BATCH_RECORDS
    )
    await consumer.start()
    try:
        while run.done < run.wanted:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                envelopes = [e for e in codec.envelopes([r.value for r in records]) if isinstance(e, Envelope)]
                run.fold(opened[0] for opened in codec.open(envelopes) if isinstance(opened, tuple))
                run.count(len(records))
    finally:
        await consumer.stop()
    return run.rate()


async def through_the_transport(settings: Settings, database: Database, topic: Topic) -> float:
    run, loop = Run(EVENTS), asyncio.get_running_loop()

    def handler(heard: Sequence[Heard], _: Work) -> Iterable[Told]:
        run.fold(h.body for h in heard)
        return ()

    worker = worker_over(settings, database, Hears(topic, handler))
    store = worker._shell.store  # noqa: SLF001 - to see when a batch is stored

    def timed(batch: Batch, letters: Sequence[Letter]) -> None:
        store(batch, letters)
        if run.count(len(batch.records)):
            loop.call_soon_threadsafe(run.finished.set)

    worker._shell.store = timed  # type: ignore[method-assign]  # noqa: SLF001
    await worker.start()
    await run.finished.wait()
    await worker.stop()
    return run.rate()


def fill(settings: Settings) -> None:
    """The same events on both topics, as bulk records and as stored events."""
    keys = [uuid5(PROVIDER, str(number)) for number in range(STREAMS)]
    with Publisher(settings, "bench") as publisher:
        for number in range(1, EVENTS // STREAMS + 1):
            publisher.publish([record(settings, event(key, number, version=0), BULK) for key in keys])
            publisher.publish([record(settings, event(key, number), STORED) for key in keys])


def forget(database: Database) -> None:
    """So that the next run begins where this one did."""
    with database.transaction() as transaction:
        for table in ("positions", "heard"):
            transaction.exec_driver_sql(f"DELETE FROM {table}")


async def measure(settings: Settings, database: Database, times: int) -> dict[str, list[float]]:
    codec = codec_over(settings, database)
    runs: dict[str, list[float]] = {label: [] for pair in BARE.items() for label in pair}
    for label, topic in ((PLAIN, BULK), (VERSIONED, STORED)):
        for _ in range(times):
            runs[BARE[label]].append(await bare(settings, codec, topic))
            runs[label].append(await through_the_transport(settings, database, topic))
            forget(database)
    return runs


def main(times: int) -> None:
    logging.disable(logging.WARNING)
    memory.settle()  # as a service does: the bare loop has the same good of it
    with place() as settings, topics(settings, BULK, STORED):
        database = lay_bed(settings)
        fill(settings)
        runs = asyncio.run(measure(settings, database, times))
        database.close()
    tell(
        report(
            "transport",
            "events decoded and folded by one worker, as a ratio to a bare aiokafka loop in the same round",
            "events/s",
            runs,
            packages=("faust-streaming", "aiokafka", "msgspec", "pydantic", "psycopg2-binary"),
            figures={
                "events": EVENTS,
                "ratio": ratio(runs[PLAIN], runs[BARE[PLAIN]]),
                "ratio, stream versions stored": ratio(runs[VERSIONED], runs[BARE[VERSIONED]]),
                "goal": 0.8,
            },
        )
    )


def ratio(ours: Sequence[float], bare: Sequence[float]) -> float:
    """The median of the rounds' ratios: what else the machine does changes from round to round, less within one."""
    return round(statistics.median(mine / theirs for mine, theirs in zip(ours, bare, strict=True)), 3)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
