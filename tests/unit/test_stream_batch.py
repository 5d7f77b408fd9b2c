"""Batches as ranges of offsets: what is cut off, what is dropped, how they are halved."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from services.kit.stream.batch import Batch, Partition, cut, halves

PLACE = Partition("a.topic", 0)


@dataclass(frozen=True)
class Numbered:
    offset: int
    key: bytes | None = None
    value: bytes | None = None


def batch(first: int, following: int, offsets: list[int]) -> Batch:
    return Batch(PLACE, first, following, tuple(Numbered(offset) for offset in offsets))


def offsets(found: Batch | None) -> list[int]:
    return [record.offset for record in found.records] if found else []


def test_a_batch_that_begins_where_it_should_is_taken_whole() -> None:
    whole = batch(5, 9, [5, 6, 7, 8])
    assert cut(whole, 5) is whole


def test_records_below_the_stored_position_are_cut_off() -> None:
    part = cut(batch(5, 9, [5, 6, 7, 8]), 7)
    assert part is not None
    assert (part.first, part.next, offsets(part)) == (7, 9, [7, 8])


def test_a_batch_that_begins_above_the_expected_position_is_dropped() -> None:
    assert cut(batch(5, 9, [5, 6, 7, 8]), 4) is None


def test_a_batch_that_was_stored_already_is_dropped() -> None:
    assert cut(batch(5, 9, [5, 6, 7, 8]), 9) is None


def test_gaps_between_offsets_mean_nothing() -> None:
    part = cut(batch(5, 20, [9, 12, 17]), 10)
    assert part is not None
    assert (part.first, part.next, offsets(part)) == (10, 20, [12, 17])


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Batches of two records or more, with gaps anywhere."""
    found = sorted(draw(st.sets(st.integers(0, 60), min_size=2, max_size=30)))
    first = draw(st.integers(0, found[0]))
    return batch(first, found[-1] + 1 + draw(st.integers(0, 5)), found)


@given(batches())
def test_halves_stand_for_the_same_records_and_offsets(whole: Batch) -> None:
    (first, before), (second, after) = halves(whole)
    assert first.records + second.records == whole.records
    assert whole.records[before] + whole.records[after] == whole.records
    assert (first.first, first.next, second.next) == (whole.first, second.first, whole.next)
    assert first.records[-1].offset < first.next <= second.records[0].offset


@given(batches(), st.lists(st.tuples(st.integers(0, 70), st.integers(1, 30)), max_size=12))
def test_what_is_cut_into_steps_is_stored_once_and_in_order(whole: Batch, reads: list[tuple[int, int]]) -> None:
    """However often a partition is read again, and from wherever: each record passes once."""
    position, passed = whole.first, []
    for begin, length in [*reads, (whole.first, whole.next - whole.first)]:
        read = batch(begin, begin + length, [r.offset for r in whole.records if begin <= r.offset < begin + length])
        part = cut(read, position)
        if part:
            assert part.first == position
            passed += offsets(part)
            position = part.next
    assert passed == offsets(whole)
