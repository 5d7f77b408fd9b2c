"""What the stream carries: the records of one partition as they were polled, and the range of offsets that they stand for."""

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol


class Record(Protocol):
    """What the kit needs of a Kafka record; aiokafka's ConsumerRecord is one."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Partition(NamedTuple):
    """A partition by its topic's name: with the prefix where Kafka is spoken to, without it everywhere else."""

    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in order. They stand for all offsets from `first` up to `next`, so that gaps between offsets mean nothing."""

    partition: Partition
    first: int
    next: int
    records: tuple[Record, ...]


def cut(batch: Batch, expected: int) -> Batch | None:
    """What of the batch lies at or above `expected`, the position next to be stored; None where that is nothing, or where the
    batch begins above it: an earlier one is still to be read again, and this one after it.
    """
    if batch.first == expected:
        return batch
    if batch.first > expected or batch.next <= expected:
        return None
    return replace(batch, first=expected, records=tuple(r for r in batch.records if r.offset >= expected))


def halves(batch: Batch) -> tuple[tuple[Batch, slice], tuple[Batch, slice]]:
    """The batch as two, each with its part of what stands beside the records, one for one."""
    middle = len(batch.records) // 2
    border = batch.records[middle].offset
    return (
        (replace(batch, next=border, records=batch.records[:middle]), slice(None, middle)),
        (replace(batch, first=border, records=batch.records[middle:]), slice(middle, None)),
    )
