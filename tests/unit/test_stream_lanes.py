"""Lanes in memory: which partitions are open, what is dropped, and how a partition comes back after a failure."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import Unavailable
from services.kit.stream.batch import Batch, Partition
from services.kit.stream.lanes import BATCHES_OF_TOPIC, FIRST_PAUSE, LONGEST_PAUSE, Lanes, pause_after
from services.kit.stream.letters import Fault, Letter
from services.kit.stream.positions import Moved
from tests.unit.test_stream_batch import Numbered

A0, A1, A2, B0 = Partition("a", 0), Partition("a", 1), Partition("a", 2), Partition("b", 0)


@dataclass
class Log:
    """Stands for Kafka and the database: what was stored by partition, and where the consumer was sent."""

    positions: dict[Partition, int] = field(default_factory=dict)
    stored: list[tuple[Partition, list[int]]] = field(default_factory=list)
    rewound: list[Mapping[Partition, int]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def read(self, batch: Batch) -> Sequence[Letter]:
        return [Fault("undecodable", str(record.offset), None) for record in batch.records]

    def store(self, batch: Batch, letters: Sequence[Letter]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        assert [letter.reason for letter in letters if isinstance(letter, Fault)] == [str(r.offset) for r in batch.records]
        self.stored.append((batch.partition, [record.offset for record in batch.records]))
        self.positions[batch.partition] = batch.next

    def where(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        return {partition: self.positions.get(partition, 0) for partition in partitions}

    async def rewind(self, positions: Mapping[Partition, int]) -> None:
        self.rewound.append(dict(positions))

    def wake(self) -> None: ...

    def has_topic(self, topic: str) -> bool:
        return bool(topic)

    async def ends(self) -> Mapping[Partition, int]:
        return {}


def batch(partition: Partition, first: int, following: int) -> Batch:
    return Batch(partition, first, following, tuple(Numbered(offset) for offset in range(first, following)))


def play(story: Callable[[Lanes, Log], Coroutine[Any, Any, None]], *partitions: Partition) -> Log:
    """Tell the story to lanes that have been given these partitions and know their positions."""
    log = Log()

    async def told() -> None:
        lanes = Lanes("test", log, log.where, threads=2, chance=lambda: 1.0)
        lanes.consumer = log
        lanes.assign(partitions)
        assert lanes.open(partitions) == set(), "nothing is open before its position is known"
        await opened(lanes, *partitions)
        await story(lanes, log)
        await lanes.close()

    asyncio.run(told())
    return log


async def opened(lanes: Lanes, *partitions: Partition) -> None:
    async with asyncio.timeout(30):
        while any(lanes.lanes[partition].expected is None for partition in partitions):  # noqa: ASYNC110 - lanes have no such event
            await asyncio.sleep(0.005)


def test_batches_are_stored_in_order() -> None:
    async def story(lanes: Lanes, _: Log) -> None:
        for first in (0, 3, 6):
            await lanes.take(lanes.arrive(batch(A0, first, first + 3)))

    log = play(story, A0)
    assert log.stored == [(A0, [0, 1, 2]), (A0, [3, 4, 5]), (A0, [6, 7, 8])]
    assert log.rewound == [{A0: 0}]


def test_a_topic_is_read_no_further_ahead_than_one_batch_in_work_and_one_being_opened() -> None:
    async def story(lanes: Lanes, _: Log) -> None:
        waiting = [lanes.arrive(batch(A0, 0, 3)), lanes.arrive(batch(A1, 0, 3))]
        assert lanes.open([A0, A1, A2]) == set()
        await lanes.take(waiting[0])
        assert lanes.open([A0, A1, A2]) == {A2}, "there is room for one, and this one was never served"

    assert BATCHES_OF_TOPIC == 2
    play(story, A0, A1, A2)


def test_a_topic_whose_batches_wait_does_not_hold_up_another() -> None:
    async def story(lanes: Lanes, _: Log) -> None:
        for first in (0, 3):
            lanes.arrive(batch(A0, first, first + 3))
        assert lanes.open([A0, A1, B0]) == {B0}, "the topic has as many batches waiting as it may"

    play(story, A0, A1, B0)


def test_the_partition_that_waited_longest_comes_first() -> None:
    async def story(lanes: Lanes, _: Log) -> None:
        for partition in (A0, A1):
            await lanes.take(lanes.arrive(batch(partition, 0, 3)))
        lanes.arrive(batch(A0, 3, 6))
        assert lanes.open([A0, A1, A2]) == {A2}, "there is room for one more"

    play(story, A0, A1, A2)


def test_what_lies_below_the_position_is_cut_off_with_its_letters() -> None:
    async def story(lanes: Lanes, _: Log) -> None:
        await lanes.take(lanes.arrive(batch(A0, 0, 3)))
        await lanes.take(lanes.arrive(batch(A0, 1, 5)))

    assert play(story, A0).stored == [(A0, [0, 1, 2]), (A0, [3, 4])]


def test_a_batch_above_the_position_is_dropped_and_the_way_back_brings_the_missing_one() -> None:
    async def story(lanes: Lanes, _: Log) -> None:
        await lanes.take(lanes.arrive(batch(A0, 5, 8)))
        await opened(lanes, A0)

    log = play(story, A0)
    assert (log.stored, log.rewound) == ([], [{A0: 0}, {A0: 0}])


def test_a_partition_that_moved_elsewhere_is_read_from_where_it_stands() -> None:
    async def story(lanes: Lanes, log: Log) -> None:
        log.failures, log.positions = [Moved(A0, 0)], {A0: 7}
        await lanes.take(lanes.arrive(batch(A0, 0, 3)))
        await opened(lanes, A0)
        await lanes.take(lanes.arrive(batch(A0, 7, 9)))

    log = play(story, A0)
    assert (log.stored, log.rewound[-1]) == ([(A0, [7, 8])], {A0: 7})


def test_a_partition_rests_after_unavailable_while_others_go_on() -> None:
    async def story(lanes: Lanes, log: Log) -> None:
        log.failures = [Unavailable("not now")]
        behind = lanes.arrive(batch(A0, 3, 6))
        await lanes.take(lanes.arrive(batch(A0, 0, 3)))
        assert (lanes.open([A0, A1]), lanes.lanes[A0].trouble) == ({A1}, "not now")
        await lanes.take(behind)
        await lanes.take(lanes.arrive(batch(A1, 0, 2)))
        await opened(lanes, A0)
        await lanes.take(lanes.arrive(batch(A0, 0, 6)))
        assert lanes.lanes[A0].trouble is None

    assert play(story, A0, A1).stored == [(A1, [0, 1]), (A0, [0, 1, 2, 3, 4, 5])]


def test_what_nobody_expected_is_raised() -> None:
    async def story(lanes: Lanes, log: Log) -> None:
        log.failures = [ZeroDivisionError()]
        try:
            await lanes.take(lanes.arrive(batch(A0, 0, 3)))
        except ZeroDivisionError:
            return
        raise AssertionError("it was swallowed")

    assert play(story, A0).stored == []


def test_what_arrived_before_a_new_assignment_is_no_concern_of_it() -> None:
    async def story(lanes: Lanes, _: Log) -> None:
        before = lanes.arrive(batch(A0, 0, 3))
        lanes.assign([A1])
        await opened(lanes, A1)
        await lanes.take(before)
        assert lanes.open([A0, A1]) == {A1}

    assert play(story, A0).stored == []


@given(st.integers(1, 2000), st.floats(0, 1))
def test_pauses_double_up_to_a_limit_and_never_meet(failures: int, chance: float) -> None:
    pause = pause_after(failures, chance)
    full = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 50))
    assert full / 2 <= pause <= full
