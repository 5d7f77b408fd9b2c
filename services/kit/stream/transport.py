"""The batch transport under Faust's extension point: an agent's message is all that was polled of one partition.

Stock Faust takes a record at a time, keeps positions in Kafka by acknowledgement, and blocks or loses them when offsets jump.
Here the stored positions rule: the consumer seeks to them, and tells Kafka of them only for tools that show lag.
"""

# ruff: noqa: SLF001 - neither aiokafka nor Faust has a public way to poll without waiting, or to see a partition's position
import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, cast

import aiokafka
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import TRANSPORTS
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from services.kit import log
from services.kit.publisher import connection
from services.kit.settings import Settings
from services.kit.stream.batch import Batch, Partition
from services.kit.stream.fetched import take_as_read
from services.kit.stream.lanes import Lanes

SCHEME = "batches"
SESSION_SECONDS = 10
"""After this a killed worker's partitions go to others."""
HEARTBEAT_SECONDS = 3
BATCH_RECORDS = 2000
FETCH_BYTES = 4 * 1024 * 1024
"""Of one partition at once: several full batches."""
IDLE_WAIT, BUSY_WAIT = 500, 20
"""Milliseconds that the broker keeps a fetch that finds nothing. aiokafka has one fetch on its way, without the partitions whose
records it still holds: while there are such, a fetch that waits for the others keeps these from being fetched again."""
ASK_SECONDS = 5
HINT_SECONDS = 5.0
"""How often Kafka is told of the stored positions."""


FAUST = logging.getLogger("faust.batches")
"""What Faust's machinery says goes with Faust's own log, which is quiet below warnings."""


class PositionedApp(Protocol):
    """What the transport needs of its app."""

    settings: Settings
    lanes: Lanes


def positioned(app: object) -> PositionedApp:
    return cast("PositionedApp", app)


class Polled:
    """What Faust takes for one record: a batch, at the offset of its last."""

    __slots__ = ("offset", "partition", "timestamp", "timestamp_type", "topic", "value")
    headers: tuple[()] = ()
    key = checksum = None
    serialized_key_size = serialized_value_size = 0

    def __init__(self, tp: TopicPartition, batch: Batch) -> None:
        last: Any = batch.records[-1]
        self.topic, self.partition, self.offset = tp.topic, tp.partition, last.offset
        self.timestamp, self.timestamp_type = last.timestamp, last.timestamp_type
        self.value = batch


class BatchThread(driver.AIOKafkaConsumerThread):
    """The thread that polls. `reached` is where the next batch of a partition begins: what was sought, or what came before."""

    logger = FAUST

    def __post_init__(self) -> None:
        super().__post_init__()
        self.batches = cast("BatchConsumer", self.consumer)
        self.reached: dict[TopicPartition, int] = {}
        self._changed = asyncio.Event()

    async def on_start(self) -> None:
        await super().on_start()
        # Of its own, as a question over the connection that fetches waits until there is something to fetch.
        self._asker = aiokafka.AIOKafkaConsumer(**connection(positioned(self.app).settings), request_timeout_ms=ASK_SECONDS * 1000)
        await self._asker.start()

    async def on_thread_stop(self) -> None:
        await super().on_thread_stop()
        await self._asker.stop()

    async def ends(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        return cast("Mapping[TopicPartition, int]", await self.call_thread(self._asker.end_offsets, partitions))

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        return aiokafka.AIOKafkaConsumer(
            group_id=conf.id,
            client_id=conf.broker_client_id,
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            enable_auto_commit=False,
            # A position outside the topic means that history is missing; jumping anywhere would hide it.
            auto_offset_reset="none",
            max_poll_records=conf.broker_max_poll_records,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=IDLE_WAIT,
            session_timeout_ms=SESSION_SECONDS * 1000,
            heartbeat_interval_ms=HEARTBEAT_SECONDS * 1000,
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            **connection(positioned(transport.app).settings),
        )

    async def getmany(self, active_partitions: set[TP] | None, timeout: float) -> dict[TP, list[Polled]]:  # noqa: ASYNC109 - Faust's
        """Straight to the thread: Faust's queue of methods takes six tasks for each call."""
        fetch = self._fetch_records(self._ensure_consumer(), active_partitions or set(), timeout, self.app.conf.broker_max_poll_records)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(fetch, self.thread_loop))

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's signature
        max_records: int | None = None,
    ) -> dict[TP, list[Polled]]:
        """One batch for each open partition that has records, as soon as there is one; nothing after `timeout` seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + (timeout or 0.0)
        while self.consumer.flow_active and loop.time() < until:
            if consumer._closed or consumer._fetcher._closed:
                raise ConsumerStoppedError
            self._changed.clear()
            # Only those that have something: which of them come first, and how many, is then up to the lanes.
            fetched_by_now = consumer._fetcher._records
            wanted = self.batches.open_partitions(active_partitions.intersection(fetched_by_now))
            if wanted:
                take_as_read(fetched_by_now.values())
                fetched = await super()._fetch_records(consumer, wanted, timeout=0, max_records=max_records)
                if fetched:
                    return self._batches(consumer, fetched)
            await self._news(consumer, until - loop.time())
        consumer._fetcher._fetch_max_wait_ms = IDLE_WAIT
        return {}

    def _batches(self, consumer: aiokafka.AIOKafkaConsumer, fetched: Mapping[TopicPartition, Any]) -> dict[TP, list[Polled]]:
        batches = {}
        consumer._fetcher._fetch_max_wait_ms = BUSY_WAIT
        for tp, records in fetched.items():
            position = consumer._subscription.subscription.assignment.state_value(tp).position
            first, self.reached[tp] = self.reached[tp], position
            batch = Batch(self.batches.partition(tp), first, position, tuple(records))
            batches[TP(*tp)] = [Polled(tp, batch)]
        return batches

    async def _news(self, consumer: aiokafka.AIOKafkaConsumer, seconds: float) -> None:
        """Wait until records came in, or other partitions are open than were."""
        fetched = consumer._fetcher._create_fetch_waiter()
        changed = asyncio.ensure_future(self._changed.wait())
        await asyncio.wait({fetched, changed}, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED)
        changed.cancel()
        if fetched.done() and not fetched.cancelled():
            fetched.result()  # raises what forbids to read
        else:
            fetched.cancel()

    def wake(self) -> None:
        self.thread_loop.call_soon_threadsafe(self._changed.set)

    async def rewind(self, positions: Mapping[TopicPartition, int]) -> None:
        await self.call_thread(self._rewind, positions)

    async def _rewind(self, positions: Mapping[TopicPartition, int]) -> None:
        consumer = self._ensure_consumer()
        for tp, offset in positions.items():
            try:
                consumer.seek(tp, offset)
            except IllegalStateError:
                continue  # not assigned any more: its new owner has its position
            self.reached[tp] = offset

    async def commit(self, offsets: Mapping[TP, int]) -> bool:
        return bool(await self.call_thread(self._commit, offsets))

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """A hint: what goes wrong with it does no harm, and comes right with the next."""
        consumer = self._ensure_consumer()
        mine = {TopicPartition(*tp): OffsetAndMetadata(o, "") for tp, o in offsets.items() if tp in self.assignment()}
        try:
            await asyncio.wait_for(consumer.commit(mine), HINT_SECONDS)
        except (KafkaError, TimeoutError) as error:
            log.get(__name__).debug("Kafka was not told of the positions", why=repr(error))
            return False
        return True


class NoReadOffsets(dict[TP, int | None]):
    """Faust drops what is below the offset last read, and keeps a tree of gaps between offsets; lanes do this by position."""

    def __missing__(self, tp: TP) -> None:
        return None

    def __setitem__(self, tp: TP, offset: int | None) -> None:
        return None


class AllAcknowledged(set[int]):
    """Faust keeps a list of what was acknowledged since it last told Kafka. Acknowledging moves nothing here; lanes know."""

    def __contains__(self, offset: object) -> bool:
        return True


class BatchConsumer(driver.Consumer):
    """Hands batches over, and asks the lanes for everything that has to do with positions."""

    logger = FAUST
    _thread: BatchThread

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        app = positioned(self.app)
        self._read_offset = NoReadOffsets()
        self._acked_index = defaultdict(AllAcknowledged)
        self._settings = app.settings
        self._prefix = len(self._settings.kafka_topic_prefix)
        self._told: dict[TP, int] = {}
        self.lanes = app.lanes
        self.lanes.consumer = self

    def _new_consumer_thread(self) -> BatchThread:
        return BatchThread(self, loop=self.loop, beacon=self.beacon)

    def partition(self, tp: TopicPartition | TP) -> Partition:
        return Partition(tp.topic[self._prefix :], tp.partition)

    def topic_partition(self, partition: Partition) -> TopicPartition:
        return TopicPartition(self._settings.topic_name(partition.topic), partition.number)

    def open_partitions(self, active: Iterable[TP]) -> set[TopicPartition]:
        return {self.topic_partition(p) for p in self.lanes.open(self.partition(tp) for tp in active)}

    def wake(self) -> None:
        self._thread.wake()

    async def rewind(self, positions: Mapping[Partition, int]) -> None:
        await self._thread.rewind({self.topic_partition(p): offset for p, offset in positions.items()})

    def has_topic(self, topic: str) -> bool:
        return bool(self.topic_partitions(self._settings.topic_name(topic)))

    async def ends(self) -> dict[Partition, int]:
        """Where each assigned partition ends now. Raises KafkaError."""
        found = await self._thread.ends([TopicPartition(*tp) for tp in self.assignment()])
        return {self.partition(tp): offset for tp, offset in found.items()}

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """On each assignment: the lanes seek, each when its stored position has been read."""
        self._told.clear()
        self.lanes.assign(self.partition(tp) for tp in self.assignment())
        return {}

    def _to_message(self, tp: TP, record: Polled) -> ConsumerMessage:
        message = super()._to_message(tp, record)
        message.value = cast("Any", self.lanes.arrive(record.value))
        return message

    def on_buffer_full(self, tp: TP) -> None:
        """Lanes let no queue run full."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing was held back."""

    async def force_commit(self, topics: object = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002
        """Tell Kafka of the stored positions that it does not know yet."""
        known = {TP(*self.topic_partition(p)): lane.expected for p, lane in self.lanes.lanes.items()}
        news = {tp: offset for tp, offset in known.items() if offset and self._told.get(tp) != offset}
        if not news or not await self._commit(news):
            return False
        self._told.update(news)
        return True


class Transport(driver.Transport):
    Consumer = BatchConsumer


# A package does this by its entry point (pyproject.toml); the project also runs from its folder, where there is none.
TRANSPORTS.aliases[SCHEME] = f"{__name__}:{Transport.__name__}"
