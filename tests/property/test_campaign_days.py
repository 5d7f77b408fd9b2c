"""Windows and working days in any zone, on any day, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from schemas.campaign import Window
from services.campaign.domain.calendar import Calendar

ZONES = ("Europe/Rome", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "UTC")
moments = st.datetimes(datetime(2010, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware
windows = st.tuples(st.integers(0, 23), st.integers(1, 24), st.sets(st.integers(0, 6), min_size=1)).filter(lambda w: w[0] < w[1])
calendars = st.builds(
    lambda zone, window: Calendar(ZoneInfo(zone), Window(opens_hour=window[0], closes_hour=window[1], weekdays=tuple(sorted(window[2])))),
    st.sampled_from(ZONES),
    windows,
)


@given(calendars, moments)
def test_windows_follow_one_another_on_working_days_at_local_hours(calendar: Calendar, earliest: datetime) -> None:
    found = list(islice(calendar.windows(earliest), 4))
    for start, end in found:
        assert earliest <= start < end
        assert calendar.works(calendar.day_of(start))
        # Not later than it closes: where the clocks go forward, a window may open an hour late.
        assert calendar.window.opens_hour <= start.astimezone(calendar.zone).hour
    assert all(first[1] <= second[0] for first, second in pairwise(found))


@given(calendars, moments)
def test_a_day_begins_and_ends_where_the_next_one_begins(calendar: Calendar, at: datetime) -> None:
    day = calendar.day_of(at)
    assert calendar.starts(day) <= at < calendar.ends(day)
    assert calendar.ends(day) == calendar.starts(day + timedelta(days=1))


@given(calendars, st.dates(date(2010, 1, 1), date(2035, 1, 1)), st.integers(0, 60))
def test_so_many_working_days_later_so_many_working_days_have_passed(calendar: Calendar, day: date, count: int) -> None:
    later = calendar.plus(day, count, working=True)
    between = [day + timedelta(days=n) for n in range(1, (later - day).days + 1)]
    assert sum(calendar.works(each) for each in between) == count
    assert calendar.plus(day, count, working=False) == day + timedelta(days=count)
    if count:
        assert calendar.works(later)


@given(calendars, moments, st.integers(0, 30), st.booleans())
def test_a_delay_never_ends_before_it_began(calendar: Calendar, since: datetime, count: int, working: bool) -> None:
    earliest = calendar.earliest(since, count, working=working)
    assert earliest >= since
    assert calendar.day_of(earliest) == (calendar.plus(calendar.day_of(since), count, working=working) if count else calendar.day_of(since))
