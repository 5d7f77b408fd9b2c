"""Dates as sources write them. Whether 03/04 is in March or in April is settled for a whole column by its values."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.ingest.domain.values import plain

MONTHS = (
    "january januar janner", "february februar", "march marz maerz", "april", "may mai", "june juni", "july juli", "august", "september",
    "october oktober", "november", "december dezember",
)  # fmt: skip
"""In English and German, as `plain` writes them; each may be cut short."""
SHORTEST_MONTH = 3
PIVOT = 69
"""Years of two digits are of the last century from here on (POSIX)."""

_clock = (
    r"(?:[\sT,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?:\s?(?P<offset>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?"
)
_numbers = re.compile(r"(\d{1,2}|\d{4})[./-](\d{1,2})[./-](\d{4}|\d{2})" + _clock)
_month_second = re.compile(r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?[\s-]*(?P<month>[^\W\d_]+)\.?,?[\s-]+(?P<year>\d{4}|\d{2})" + _clock)
_month_first = re.compile(r"(?P<month>[^\W\d_]+)\.?\s(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<year>\d{4}|\d{2})" + _clock)


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
    found = as_written(value, order)
    # Years beyond are what exports write for "never"; and no zone can push such a time out of the calendar.
    if found is None or not 1970 <= found.year <= 2199:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def as_written(value: str, order: DayOrder) -> datetime | None:
    """In the offset that it says, if any."""
    return by_standard(value) or by_numbers(value, order) or by_name(value)


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
    one, two, three = match.group(1, 2, 3)
    if len(one) == 4:
        return at(int(one), int(two), int(three), match)
    day, month = (two, one) if order == DayOrder.MONTH else (one, two)
    return at(year_of(three), int(month), int(day), match)


def by_name(value: str) -> datetime | None:
    """`5. Januar 2024`, `Jan 5, 2024`."""
    match = _month_second.fullmatch(value) or _month_first.fullmatch(value)
    month = month_of(match["month"]) if match else None
    return at(year_of(match["year"]), month, int(match["day"]), match) if match and month else None


def month_of(word: str) -> int | None:
    short = plain(word)
    if len(short) < SHORTEST_MONTH:
        return None
    return next((number for number, names in enumerate(MONTHS, 1) if any(name.startswith(short) for name in names.split())), None)


def year_of(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < PIVOT else 1900)


def at(year: int, month: int, day: int, clock: re.Match[str]) -> datetime | None:
    """A day with the time and the offset that were found behind it, if any."""
    hour = int(clock["hour"] or 0)
    if clock["half"]:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if clock["half"] in "Pp" else 0)
    offset = (clock["offset"] or "").replace("UTC", "Z").replace("GMT", "Z")
    return by_standard(f"{year:04}-{month:02}-{day:02}T{hour:02}:{clock['minute'] or '00'}:{clock['second'] or '00'}{offset}")
