"""One lane per assigned partition: where it stands, whether it rests after a failure, and its way back to the stored position.

Lives on the event loop; whatever touches the database runs in threads. Nothing here is needed for correctness across crashes:
the shell compares with the stored position in each transaction. Lanes keep the traffic in order, and bring back what was dropped.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from services.kit import log, metrics
from services.kit.errors import Unavailable
from services.kit.stream.batch import Batch, Partition, cut
from services.kit.stream.letters import Letter
from services.kit.stream.positions import Moved

T = TypeVar("T")
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 30.0
BATCHES_OF_TOPIC = 2
"""One in work, one being opened. More would be no faster, as a topic has one agent, but push each other out of the processor's caches.
Faust's queues hold more, so no topic's is ever full, which would hold up the others."""
READERS = 2


class Consumer(Protocol):
    """What lanes need of the Kafka consumer."""

    async def rewind(self, positions: Mapping[Partition, int]) -> None:
        """Read these partitions from there; those not assigned any more are left out."""

    def wake(self) -> None:
        """Look again at which partitions are open."""

    def has_topic(self, topic: str) -> bool:
        """Whether Kafka has it, by its name in the catalogue."""

    async def ends(self) -> Mapping[Partition, int]:
        """Where each assigned partition ends now. Raises KafkaError."""


class Handling(Protocol):
    """What happens to a batch; both steps block, and run in threads."""

    def read(self, batch: Batch) -> Sequence[Letter]:
        """Open the records, one for one. Raises Unavailable."""

    def store(self, batch: Batch, letters: Sequence[Letter]) -> None:
        """Returns when all has its effect or is parked, and the position is stored. Raises Unavailable or Moved."""


class Arrival:
    """A batch on its way to the agent, being opened while the one before it is stored.

    It is taken out once: Faust holds the arrival for longer, and freeing thousands of events would hold up the loop.
    """

    def __init__(self, batch: Batch, letters: Future[Sequence[Letter]]) -> None:
        self.partition, self.first, self.next = batch.partition, batch.first, batch.next
        self._content: tuple[Batch, Future[Sequence[Letter]]] | None = (batch, letters)

    def take_out(self) -> tuple[Batch, Future[Sequence[Letter]]]:
        content, self._content = self._content, None
        if content is None:
            raise ValueError("this batch was taken before")
        return content


@dataclass
class Lane:
    """One partition. `expected` is where the next batch has to begin; None until the stored position is known."""

    partition: Partition
    expected: int | None = None
    pending: int = 0
    served: int = 0
    failures: int = 0
    trouble: str | None = None
    way_back: asyncio.Task[None] | None = None

    def close(self) -> None:
        if self.way_back:
            self.way_back.cancel()


def pause_after(failures: int, chance: float) -> float:
    """Seconds until the next try: doubling from FIRST_PAUSE to LONGEST_PAUSE, of which `chance` (0 to 1) takes off up to a half."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 30)) * (1 - chance / 2))


class Lanes:
    """`stored` reads positions; it blocks, and runs in a thread. What is raised but Unavailable and Moved ends the app."""

    consumer: Consumer
    """Set by the consumer itself, which is made after the lanes."""

    def __init__(
        self,
        name: str,
        handling: Handling,
        stored: Callable[[Iterable[Partition]], Mapping[Partition, int]],
        threads: int,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._name, self._handling, self._stored, self._chance = name, handling, stored, chance
        self._handlers = ThreadPoolExecutor(threads, thread_name_prefix="batch")
        # Of their own, so that no long batch stands in the way of the next one's opening, or of another partition's return.
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="positions")
        self._lanes: dict[Partition, Lane] = {}
        self._served = 0
        self._log = log.get(__name__)
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Fails with what nobody expected on a way back; the worker then begins anew."""

    @property
    def lanes(self) -> Mapping[Partition, Lane]:
        return self._lanes

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run a short piece of database work off the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._clerk, work)

    def assign(self, partitions: Iterable[Partition]) -> None:
        """Begin anew with these: none is open before its stored position has been read and sought."""
        self.clear()
        self._lanes = {partition: Lane(partition) for partition in partitions}
        if self._lanes:
            self._start_back(list(self._lanes.values()), 0.0)

    def clear(self) -> None:
        for lane in self._lanes.values():
            lane.close()
        self._lanes = {}

    async def close(self) -> None:
        """Wait for the batches in work; the position of each is stored or it is not."""
        self.clear()
        for pool in (self._readers, self._handlers, self._clerk):
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    def open(self, active: Iterable[Partition]) -> set[Partition]:
        """Which of these may be read now, those served longest ago first. Called from the consumer's thread: reads only."""
        lanes = self._lanes
        room: dict[str, int] = {}
        for lane in list(lanes.values()):
            room[lane.partition.topic] = room.get(lane.partition.topic, BATCHES_OF_TOPIC) - lane.pending
        chosen = set()
        for lane in sorted((lanes[p] for p in active if p in lanes), key=lambda lane: lane.served):
            topic = lane.partition.topic
            if lane.expected is not None and room[topic] > 0:
                room[topic] -= 1
                chosen.add(lane.partition)
        return chosen

    def arrive(self, batch: Batch) -> Arrival:
        """A batch is on its way to the agent: begin to open it."""
        lane = self._lanes.get(batch.partition)
        if lane:
            self._served += 1
            lane.pending, lane.served = lane.pending + 1, self._served
        return Arrival(batch, self._readers.submit(self._handling.read, batch))

    async def take(self, arrival: Arrival) -> None:
        """Have a batch handled. It may be dropped: the way back to the stored position then brings it again."""
        lane = self._lanes.get(arrival.partition)
        if lane is None:
            return
        try:
            await self._pass_on(lane, arrival)
        finally:
            lane.pending = max(0, lane.pending - 1)
            self.consumer.wake()

    async def _pass_on(self, lane: Lane, arrival: Arrival) -> None:
        expected = lane.expected
        if expected is None:
            return
        if not arrival.first <= expected < arrival.next:
            if arrival.first > expected:
                self._go_back(lane, 0.0)
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._handlers, self._store, expected, *arrival.take_out())
        except Moved as moved:
            self._log.info("batch given up", why=str(moved))
            self._go_back(lane, 0.0)
        except Unavailable as error:
            self._rest(lane, error.reason)
        else:
            lane.expected, lane.failures, lane.trouble = arrival.next, 0, None

    def _store(self, expected: int, batch: Batch, letters: Future[Sequence[Letter]]) -> None:
        """In a handler's thread: wait until the batch is open, and store it or what of it is not stored yet."""
        opened, part = letters.result(), cut(batch, expected)
        if part:
            self._handling.store(part, opened[len(opened) - len(part.records) :])

    def _rest(self, lane: Lane, why: str) -> None:
        metrics.BATCH_RETRIES.labels(self._name, lane.partition.topic).inc()
        lane.failures += 1
        lane.trouble = why
        pause = pause_after(lane.failures, self._chance())
        self._log.warning("partition rests", topic=lane.partition.topic, partition=lane.partition.number, why=why, seconds=round(pause, 2))
        self._go_back(lane, pause)

    def _go_back(self, lane: Lane, pause: float) -> None:
        lane.expected = None
        if self._lanes.get(lane.partition) is lane:
            self._start_back([lane], pause)

    def _start_back(self, lanes: list[Lane], pause: float) -> None:
        task = asyncio.get_running_loop().create_task(self._return(lanes, pause))
        task.add_done_callback(self._came_back)
        for lane in lanes:
            lane.way_back = task

    def _came_back(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) and not self.broken.done():
            self.broken.set_exception(error)

    async def _return(self, lanes: list[Lane], pause: float) -> None:
        """After a pause, read the stored positions and read on from there; until the database and Kafka let it."""
        failures = 0
        while True:
            await asyncio.sleep(pause)
            try:
                positions = await self.in_thread(lambda: self._stored([lane.partition for lane in lanes]))
                break
            except Unavailable as error:
                failures += 1
                pause = pause_after(failures, self._chance())
                for lane in lanes:
                    lane.trouble = error.reason
                self._log.warning("positions not read", why=error.reason, seconds=round(pause, 2))
        await self.consumer.rewind(positions)
        for lane in lanes:
            lane.expected = positions[lane.partition]
            if not lane.failures:
                lane.trouble = None
        self.consumer.wake()
