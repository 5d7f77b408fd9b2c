"""Local days: what a change is counted under, and where a week, month, quarter and year begin."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

QUARTER_HOUR = 900


class Period(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def began(at: datetime, zone: ZoneInfo | None) -> datetime:
    """The instant at which the local day of `at` began.

    While the zone is unknown it is the quarter of an hour instead: every offset in use is a multiple of that, so the sum since any
    midnight is right in whatever zone the workspace turns out to be, and nothing has to be dated anew.
    """
    if zone is None:
        seconds = int(at.timestamp())
        return datetime.fromtimestamp(seconds - seconds % QUARTER_HOUR, UTC)
    return midnight(at.astimezone(zone).date(), zone)


@lru_cache(maxsize=4096)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def first_day(period: Period, today: date) -> date:
    """Of the ISO week, month, quarter or year in which `today` lies."""
    match period:
        case Period.WEEK:
            return today - timedelta(days=today.weekday())
        case Period.MONTH:
            return today.replace(day=1)
        case Period.QUARTER:
            return today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
        case Period.YEAR:
            return today.replace(month=1, day=1)


def start_of(period: Period, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the period that `now` lies in began."""
    return midnight(first_day(period, now.astimezone(zone).date()), zone)
