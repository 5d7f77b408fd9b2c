"""Days and windows, across the changes of clocks too."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from schemas.campaign import Window
from services.campaign.domain.calendar import Calendar
from tests.campaigns import CALENDAR, MONDAY, ROME, days, hours

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""The Sundays on which Rome's clocks change."""


def test_the_window_keeps_its_local_hours_through_the_year() -> None:
    assert CALENDAR.opens(date(2026, 3, 27)) == datetime(2026, 3, 27, 8, tzinfo=UTC)
    assert CALENDAR.opens(date(2026, 3, 30)) == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert CALENDAR.opens(date(2026, 10, 23)) == datetime(2026, 10, 23, 7, tzinfo=UTC)
    assert CALENDAR.opens(date(2026, 10, 26)) == datetime(2026, 10, 26, 8, tzinfo=UTC)


@pytest.mark.parametrize(("day", "length"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
def test_a_day_is_as_long_as_its_clocks_make_it(day: date, length: int) -> None:
    assert CALENDAR.ends(day) - CALENDAR.starts(day) == hours(length)
    assert CALENDAR.day_of(CALENDAR.starts(day)) == day
    assert CALENDAR.day_of(CALENDAR.ends(day)) == day + days(1)


def test_an_hour_that_is_skipped_counts_as_the_one_after_it() -> None:
    nights = Calendar(ROME, Window(opens_hour=2, closes_hour=4, weekdays=(6,)))
    assert nights.opens(SPRING) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert nights.closes(SPRING) == datetime(2026, 3, 29, 2, tzinfo=UTC)


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    nights = Calendar(ROME, Window(opens_hour=2, closes_hour=4, weekdays=(6,)))
    assert nights.opens(AUTUMN) == datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert nights.closes(AUTUMN) - nights.opens(AUTUMN) == hours(3)


def test_a_window_that_the_change_swallows_is_no_window() -> None:
    gone = Calendar(ROME, Window(opens_hour=2, closes_hour=3, weekdays=(6,)))
    assert gone.window_of(SPRING, gone.starts(SPRING)) is None
    start, _ = gone.next_window(gone.starts(SPRING))
    assert gone.day_of(start) == SPRING + days(7)


def test_working_days_pass_over_the_weekend() -> None:
    friday = date(2026, 3, 6)
    assert CALENDAR.plus(friday, 1, working=True) == date(2026, 3, 9)
    assert CALENDAR.plus(friday, 6, working=True) == date(2026, 3, 16)
    assert CALENDAR.plus(friday, 1, working=False) == date(2026, 3, 7)
    assert CALENDAR.plus(date(2026, 3, 7), 1, working=True) == date(2026, 3, 9)


def test_without_delay_a_step_may_come_at_once_and_with_one_when_its_day_begins() -> None:
    assert CALENDAR.earliest(MONDAY, 0, working=True) == MONDAY
    assert CALENDAR.earliest(MONDAY, 3, working=True) == CALENDAR.starts(date(2026, 3, 5))


def test_the_next_window_is_what_is_left_of_todays_or_a_later_one() -> None:
    noon, evening = MONDAY + hours(3), MONDAY + hours(8)
    assert CALENDAR.next_window(noon) == (noon, evening)
    assert CALENDAR.next_window(evening) == (MONDAY + days(1), evening + days(1))
    assert CALENDAR.next_window(MONDAY + days(4) + hours(8))[0] == MONDAY + days(7)


def test_a_window_to_midnight_ends_with_the_day() -> None:
    late = Calendar(ZoneInfo("America/New_York"), Window(opens_hour=20, closes_hour=24))
    start, end = late.next_window(datetime(2026, 3, 3, 2, tzinfo=UTC))
    assert (start, end) == (datetime(2026, 3, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, 5, tzinfo=UTC))
