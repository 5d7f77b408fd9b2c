"""The watch: a partition that stands still is told from one that rests, waits for events, or is on its way back."""

from services.kit.stream.batch import Partition
from services.kit.stream.lanes import Lane
from services.kit.stream.watch import Watch

PLACE = Partition("a.topic", 0)


def looked(watch: Watch, lane: Lane, end: int, now: float) -> str | None:
    watch.look({PLACE: lane}, {PLACE: end}, 0, now)
    return watch.trouble


def test_no_progress_with_events_ahead_is_trouble_after_the_time_given() -> None:
    watch, lane = Watch("test", 60.0), Lane(PLACE, expected=5)
    assert looked(watch, lane, 9, 0.0) is None
    assert looked(watch, lane, 9, 60.0) is None
    assert looked(watch, lane, 9, 61.0) == "no progress for 60 s in a.topic/0"
    lane.expected = 6
    assert looked(watch, lane, 9, 62.0) is None


def test_a_partition_at_its_end_is_well_however_long() -> None:
    watch, lane = Watch("test", 60.0), Lane(PLACE, expected=9)
    assert [looked(watch, lane, 9, now) for now in (0.0, 1000.0, 2000.0)] == [None, None, None]


def test_a_partition_that_rests_after_a_failure_says_so_itself() -> None:
    watch, lane = Watch("test", 60.0), Lane(PLACE, expected=None, failures=3, trouble="the database did not answer")
    assert [looked(watch, lane, 9, now) for now in (0.0, 1000.0, 2000.0)] == [None, None, None]
    [report] = watch.look({PLACE: lane}, {PLACE: 9}, 0, 3000.0)
    assert report["paused"] == "the database did not answer"


def test_a_partition_whose_position_is_never_read_is_trouble() -> None:
    watch, lane = Watch("test", 60.0), Lane(PLACE, expected=None)
    assert looked(watch, lane, 9, 0.0) is None
    assert looked(watch, lane, 9, 100.0) is not None


def test_the_report_has_position_end_and_lag() -> None:
    report = Watch("test", 60.0).look({PLACE: Lane(PLACE, expected=4)}, {PLACE: 9}, 2, 0.0)
    assert report == [{"topic": "a.topic", "partition": 0, "position": 4, "end": 9, "lag": 5, "paused": None}]
