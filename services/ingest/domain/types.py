"""The types of a source's own columns: inferred from a column's values, and the one way in which a value of each type is written.

Fields are text on every topic. What makes a number a number is that its column's type, kept with the mapping's version, says so, and
that it is written as all numbers are: `1234.5`, `2026-03-01`, `true`. So it may be read by who does not know how its source writes.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial

from schemas.fields import CUSTOM
from services.ingest.domain.columns import CODE_WORDS, CODES
from services.ingest.domain.dates import DayOrder, as_written, by_standard, order_of, read_date
from services.ingest.domain.mapping import FieldMapping, filled
from services.ingest.domain.values import plain, tidy

MOSTLY = 0.9
"""Share of a column's values from which on those of another type are faults of their rows."""
FEWEST = 2
"""Values that it takes to infer anything."""


class Written(StrEnum):
    """A type, and how the source writes it where there are several ways."""

    TEXT = "text"
    NUMBER = "number"
    NUMBER_COMMA = "number, decimal comma"
    DATE = "date"
    """Day first where the year comes last."""
    DATE_MONTH = "date, month first"
    BOOLEAN = "boolean"


Types = Mapping[str, Written]
"""Column → how it is written. A column that is not in it is text."""
NO_TYPES: Types = {}

TRUE = frozenset({"true", "yes", "y", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "sì", "x", "✓"})
FALSE = frozenset({"false", "no", "n", "nein", "falsch", "non", "faux"})
_point = re.compile(r"-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d+)?")
_comma = re.compile(r"-?(?:0|[1-9]\d{0,2}(?:[. ]\d{3})+|[1-9]\d*)(?:,\d+)?")
_code = re.compile(r"0\d+")
MOST_DIGITS = 15
"""What has more is an id, not a number; and no program would keep them all."""
DAY_ALONE = 10
"""Characters of a date without a time, at most, if it is written by the standard."""


def number(value: str, *, comma: bool) -> str | None:
    """`1234.5`. No leading zeros: those are of postcodes and ids."""
    if not (_comma if comma else _point).fullmatch(value):
        return None
    written = value.replace(".", "").replace(" ", "").replace(",", ".") if comma else value.replace(",", "")
    return written if sum(map(str.isdigit, written)) <= MOST_DIGITS else None


def boolean(value: str) -> str | None:
    word = value.lower()
    return "true" if word in TRUE else "false" if word in FALSE else None


def date(value: str, zone: str, *, order: DayOrder) -> str | None:
    """`2026-03-01`, or with a time, in UTC; one without an offset is meant in `zone`."""
    if value.isdigit():
        return None
    found = read_date(value, order, zone)
    if found is None:
        return None
    if ":" in value or (len(value) > DAY_ALONE and by_standard(value)):
        return found.isoformat().replace("+00:00", "Z")
    day = as_written(value, order)
    return day.date().isoformat() if day else None


Read = Callable[[str], str | None]


def reader(written: Written, zone: str) -> Read:
    """From a value as its source writes it to the one way to write it; None for what is not of the type."""
    match written:
        case Written.NUMBER | Written.NUMBER_COMMA:
            return partial(number, comma=written is Written.NUMBER_COMMA)
        case Written.DATE | Written.DATE_MONTH:
            return partial(date, zone=zone, order=DayOrder.MONTH if written is Written.DATE_MONTH else DayOrder.DAY)
        case Written.BOOLEAN:
            return boolean
        case Written.TEXT:
            return str


def infer(values: Iterable[str], column: str = "") -> Written:
    """The type that most of these values have; text if there is none, or if a number may be meant in two ways."""
    said = [value for raw in values if (value := tidy(raw))]
    if len(said) < FEWEST:
        return Written.TEXT
    dates = Written.DATE_MONTH if order_of(said) is DayOrder.MONTH else Written.DATE
    # In this order: a point is the decimal one, unless that reads fewer of them.
    numbers: tuple[Written, ...] = () if is_of_codes(column, said) else (Written.NUMBER, Written.NUMBER_COMMA)
    found = {each: share(said, reader(each, "UTC")) for each in (*numbers, dates, Written.BOOLEAN)}
    best = max(found, key=lambda each: found[each])
    if found[best] < MOSTLY or (best is Written.NUMBER and is_ambiguous(said)):
        return Written.TEXT
    return best


def is_of_codes(column: str, values: Iterable[str]) -> bool:
    """Whether digits are no numbers here, as in postcodes and phones: by the column's name, or as some value begins with a zero."""
    name = plain(column)
    return name in CODES or not CODE_WORDS.isdisjoint(name.split()) or any(map(_code.fullmatch, values))


def is_ambiguous(values: Iterable[str]) -> bool:
    """Whether no value tells if the point is the decimal one: `1.200` may be 1.2 or 1200."""
    pointed = [value for value in values if "." in value and number(value, comma=False)]
    return bool(pointed) and all(number(value, comma=True) for value in pointed)


def share(values: Sequence[str], read: Read) -> float:
    return sum(read(value) is not None for value in values) / len(values)


def types_of(mapping: FieldMapping, columns: Sequence[str], rows: Sequence[Sequence[str]], known: Types) -> dict[str, Written]:
    """Of the columns that are fields of the source's own: as is known of them, else as their values show. Text is left out."""
    own = [column for column in columns if mapping.get(column, "").startswith(CUSTOM)]
    found = {column: known.get(column) or infer(filled(rows, columns.index(column)), column) for column in own}
    return {column: written for column, written in found.items() if written is not Written.TEXT}


def fault(column: str, value: str, written: Written) -> str:
    return f"{column}: {value[:100]!r} is no {written.split(',', 1)[0]}, so it was kept as it is"
