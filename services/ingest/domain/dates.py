"""Dates as sources write them. Whether 03/04 is in March or in April is settled for a whole column by its values."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

_numbers = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{2,4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?.*)?")


class DayOrder(StrEnum):
    """Which number comes first where the year comes last."""

    DAY = "dmy"
    MONTH = "mdy"


def order_of(values: Iterable[str]) -> DayOrder:
    """Month first only if some value can be read in no other way, or all are cut by slashes and none contradicts (as in the USA)."""
    day_first = month_first = slashes = False
    for value in values:
        match = _numbers.fullmatch(value.strip())
        if match and len(match[1]) <= 2:
            day_first |= int(match[1]) > 12
            month_first |= int(match[2]) > 12
            slashes |= "/" in value
    if day_first:
        return DayOrder.DAY
    return DayOrder.MONTH if month_first or slashes else DayOrder.DAY


@lru_cache(maxsize=50_000)  # A file has many rows and few days.
def read_date(value: str, order: DayOrder, zone: str = "UTC") -> datetime | None:
    """In UTC; a time without an offset is meant in `zone`. None for what is no date."""
    found = by_standard(value) or by_numbers(value, order)
    # Years beyond are what exports write for "never"; and no zone can push such a time out of the calendar.
    if found is None or not 1970 <= found.year <= 2199:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def by_standard(value: str) -> datetime | None:
    """ISO 8601."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def by_numbers(value: str, order: DayOrder) -> datetime | None:
    match = _numbers.fullmatch(value)
    if not match:
        return None
    one, two, three = int(match[1]), int(match[2]), int(match[3])
    if len(match[1]) == 4:
        year, month, day = one, two, three
    else:
        year = three if len(match[3]) == 4 else 2000 + three
        month, day = (one, two) if order == DayOrder.MONTH else (two, one)
    try:
        return datetime(year, month, day, int(match[4] or 0), int(match[5] or 0), int(match[6] or 0))  # noqa: DTZ001 - the caller's zone
    except ValueError:
        return None
