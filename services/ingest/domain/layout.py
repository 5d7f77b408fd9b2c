"""How a file is laid out as a table: its form, its encoding, its delimiter, its header, and where its rows begin."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import count, islice
from typing import IO, NamedTuple

from services.ingest.domain.encoding import SAMPLE, encoding_of, read_head
from services.ingest.domain.errors import NotATable
from services.ingest.domain.header import header_among, names_a_column
from services.ingest.domain.kinds import are_objects
from services.ingest.domain.lines import Place, Row, read_rows
from services.ingest.domain.objects import MOST_COLUMNS, columns_of, read_objects
from services.ingest.domain.values import is_email

DELIMITERS = (",", ";", "\t", "|")
"""In order of preference where several fit equally well."""
RARE = ":^~#"
MOST_SNIFFED = 4096
"""Bytes: csv.Sniffer takes the square of their number."""
SAMPLE_ROWS = 200
_separator = re.compile(r'\ufeff?"?sep=([^\w\s"]|\t)"?\s*$', re.IGNORECASE)


class Form(StrEnum):
    """How a line of a kept file says its cells. Spreadsheets are kept as CSV."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True)
class Layout:
    """What is needed to read a file's rows. `columns` are the header's names, made distinct; `start` is the first row's place."""

    encoding: str
    delimiter: str
    """Empty where the form has none."""
    columns: tuple[str, ...]
    start: Place
    form: Form = Form.CSV


def rows_of(file: IO[bytes], layout: Layout, place: Place) -> Iterator[Row]:
    """The rows from `place` on."""
    if layout.form is Form.JSONL:
        return read_objects(file, layout.encoding, layout.columns, place)
    return read_rows(file, layout.encoding, layout.delimiter, place, len(layout.columns))


def layout_of(file: IO[bytes], encoding: str | None = None, delimiter: str | None = None) -> Layout:
    """Find out what the caller does not say. Raises NotATable."""
    encoding = encoding or encoding_of(file)
    head = BytesIO(whole_lines(read_head(file)))
    if delimiter is None and are_objects(head.getvalue(), encoding):
        return layout_of_objects(file, encoding)
    delimiter = delimiter or said_delimiter(head, encoding) or delimiter_of(head, encoding)
    rows = sample_rows(head, encoding, delimiter)
    place = header_among([row.cells for row in rows])
    columns = as_wide(rows[place].cells, rows[place + 1 :])
    if len(columns) > MOST_COLUMNS:
        raise NotATable(f"the file has {len(columns):,} columns; at most {MOST_COLUMNS:,} can be read: are its line ends missing?")
    # The byte order mark, if any, stands before the header.
    return Layout(encoding.removesuffix("-sig"), delimiter, distinct(columns), rows[place].end)


def layout_of_objects(file: IO[bytes], encoding: str) -> Layout:
    # The byte order mark, if any, is no part of the first object.
    start = Place(3, 1) if encoding == "utf-8-sig" else Place()
    read_as = encoding.removesuffix("-sig")
    return Layout(read_as, "", columns_of(file, encoding), start, Form.JSONL)


def whole_lines(head: bytes) -> bytes:
    """Without a last line that the sample cuts in two."""
    return head[: head.rfind(b"\n") + 1] or head if len(head) == SAMPLE else head


def sample_rows(head: IO[bytes], encoding: str, delimiter: str) -> list[Row]:
    return list(islice(read_rows(head, encoding, delimiter, Place()), SAMPLE_ROWS))


def said_delimiter(head: IO[bytes], encoding: str) -> str | None:
    """What a first line says in Excel's way: `sep=;`."""
    head.seek(0)
    said = _separator.match(head.readline().decode(encoding, "replace"))
    return said[1] if said else None


def delimiter_of(head: IO[bytes], encoding: str) -> str:
    """The one that cuts most rows into the same number of cells, at least two; of several, the one that most cells make sense by.
    Where none cuts all rows, csv.Sniffer may find a rarer one.
    """
    fits = {each: fit([row.cells for row in sample_rows(head, encoding, each)]) for each in DELIMITERS}
    best = max(fits, key=lambda each: fits[each].rank)
    if fits[best].cuts_all:
        return best
    fits |= {each: fit([row.cells for row in sample_rows(head, encoding, each)]) for each in sniffed(head, encoding)}
    return max(fits, key=lambda each: fits[each].rank)


class Fit(NamedTuple):
    """How well a delimiter cuts some rows; `rank` grows with it."""

    rank: tuple[int, int, int]
    cuts_all: bool


def fit(rows: Sequence[Sequence[str]]) -> Fit:
    cut = [cells for cells in rows if len(cells) > 1]
    width, same = max(Counter(map(len, cut)).items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    sensible = sum(names_a_column(cell) or is_email(cell.strip()) for cells in cut for cell in cells)
    return Fit((same, sensible, width), same == sum(map(bool, rows)))


def sniffed(head: IO[bytes], encoding: str) -> tuple[str, ...]:
    head.seek(0)
    try:
        return (csv.Sniffer().sniff(head.read(MOST_SNIFFED).decode(encoding, "replace"), RARE).delimiter,)
    except csv.Error:
        return ()


def as_wide(header: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """The header with an empty name for each column that has none, where most rows have something there."""
    widths = [max((place for place, cell in enumerate(row.cells, 1) if cell.strip()), default=0) for row in rows]
    wider = Counter(width for width in widths if width > len(header))
    width = max(wider) if wider.total() > len(widths) / 2 else len(header)
    return [*header, *[""] * (width - len(header))]


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Every column by a name of its own: `column 3` where the header has none, `E-mail (2)` where it has one twice."""
    plain = [" ".join(raw.replace("\0", "").split()) or f"column {place}" for place, raw in enumerate(names, 1)]
    # A name that the header itself has is nobody else's: `Mail, Mail, Mail (2)` are three columns.
    taken, made = set(plain), dict[str, None]()
    for name in plain:
        others = (f"{name} ({number})" for number in count(2))
        made[name if name not in made else next(other for other in others if other not in taken and other not in made)] = None
    return tuple(made)
