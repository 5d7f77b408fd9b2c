"""How fast an import is said to go, and how the terminal reads a stream of events."""

import pytest

from cli.client import events_in
from cli.demo.feeding import described
from services.ingest.domain.progress import pace, recent


@pytest.mark.parametrize(
    ("sights", "rows_a_second"),
    [([], None), ([(0, 0)], None), ([(0, 0), (0, 9)], None), ([(0, 0), (2, 1000)], 500), ([(0, 0), (2, 0)], 0),
     ([(1, 100), (2, 150), (5, 500)], 100)],
)  # fmt: skip
def test_the_pace_is_of_the_looks_kept(sights: list[tuple[float, int]], rows_a_second: float | None) -> None:
    assert pace(sights) == rows_a_second


def test_looks_are_kept_for_some_seconds_and_never_fewer_than_two() -> None:
    assert recent([(0, 0), (50, 1), (55, 2), (60, 3)], 60) == [(50, 1), (55, 2), (60, 3)]
    assert recent([(0, 0), (1, 1), (90, 2)], 90) == [(1, 1), (90, 2)]
    assert recent([(0, 0)], 90) == [(0, 0)]


def test_events_are_read_by_their_names_and_comments_passed_over() -> None:
    lines = [
        "event: progress",
        'data: {"rows": 1}',
        "retry: 1000",
        "",
        ": ping",
        "",
        'data: {"rows": 2}',
        "",
        "event: end",
        'data: {"rows": 3}',
        "",
    ]
    assert list(events_in(lines)) == [("progress", {"rows": 1}), ("message", {"rows": 2}), ("end", {"rows": 3})]


def test_a_bar_says_what_it_knows() -> None:
    assert described("a.csv", {"rows": 1200, "rejected": 3, "rows_per_second": 250.4}) == "a.csv: 1,200 rows, 250 rows/s, 3 rejected"
    assert described("a.csv", {"rows": 0, "rejected": 0}) == "a.csv: 0 rows"
