"""Lines of JSON objects (JSONL) as rows of cells: nested objects by dotted names, every key that the file has a column."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import IO, Any

import msgspec

from services.ingest.domain.errors import NotATable
from services.ingest.domain.lines import Lines, Place, Row

NO_OBJECT = "the line is no JSON object"
MOST_COLUMNS = 1000

_decoder = msgspec.json.Decoder()


def read_objects(file: IO[bytes], encoding: str, columns: Sequence[str], place: Place) -> Iterator[Row]:
    """The rows from `place` on, their cells in the order of `columns`; a key that an object has not is an empty cell."""
    for begin, end, flat, fault in flat_lines(file, encoding, place):
        if fault is None and not flat:
            yield Row(begin, end, [], None)
        else:
            yield Row(begin, end, [] if fault else [flat.get(column, "") for column in columns], fault)


def columns_of(file: IO[bytes], encoding: str) -> tuple[str, ...]:
    """Every key of every object in the order in which they first come. All of the file is read, so that none is lost for coming late."""
    seen: dict[str, None] = {}
    for _, _, flat, _ in flat_lines(file, encoding, Place()):
        if not flat.keys() <= seen.keys():
            seen |= dict.fromkeys(flat)
            if len(seen) > MOST_COLUMNS:
                raise NotATable(f"its objects have more than {MOST_COLUMNS:,} different keys; that many columns cannot be read")
    return tuple(seen)


def flat_lines(file: IO[bytes], encoding: str, place: Place) -> Iterator[tuple[Place, Place, Mapping[str, str], str | None]]:
    """Where each line begins and ends, what it says, and what is wrong with it."""
    lines = Lines(file, encoding, place)
    begin = lines.place
    for text in lines:
        flat, fault = ({}, lines.fault) if lines.fault or not text.strip() else read_object(text)
        yield begin, lines.place, flat, fault
        begin = lines.place
        lines.begin_row()


def read_object(text: str) -> tuple[dict[str, str], str | None]:
    try:
        found = _decoder.decode(text)
        return (flattened(found), None) if isinstance(found, dict) else ({}, NO_OBJECT)
    except (ValueError, RecursionError):
        return {}, NO_OBJECT


def flattened(found: Mapping[str, Any], under: str = "") -> dict[str, str]:
    """`{"name": {"first": "Ann"}}` is `name.first`; lists of plain values are joined by commas, other lists stay JSON."""
    flat: dict[str, str] = {}
    for key, value in found.items():
        name = under + named(key)
        if isinstance(value, dict):
            flat |= flattened(value, f"{name}.")
        else:
            flat[name] = value if isinstance(value, str) else written(value)
    return flat


@lru_cache(maxsize=10_000)  # A file has many objects and few keys.
def named(key: str) -> str:
    return " ".join(key.replace("\0", "").split()) or "column"


def written(value: Any) -> str:
    """A value as people write it: nothing for null, no `.0` behind a whole number."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            # As many digits as a spreadsheet shows; so 0.1 + 0.2 is 0.3, and a phone number has no exponent.
            return f"{value:.15g}"
        case list():
            plain = not any(isinstance(each, list | dict) for each in value)
            return ", ".join(map(written, value)) if plain else msgspec.json.encode(value).decode()
    return str(value)
