"""How a file is laid out as a table: its form, its encoding, its delimiter, its header, and where its rows begin."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import count, islice
from typing import IO

from services.ingest.domain.encoding import SAMPLE, encoding_of, read_head
from services.ingest.domain.errors import NotATable
from services.ingest.domain.kinds import are_objects
from services.ingest.domain.lines import Place, Row, read_rows
from services.ingest.domain.objects import MOST_COLUMNS, columns_of, read_objects

DELIMITERS = (",", ";", "\t", "|")
"""In order of preference where several fit equally well."""
RARE = ":^~#"
SAMPLE_ROWS = 200


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
    return read_rows(file, layout.encoding, layout.delimiter, place)


def layout_of(file: IO[bytes], encoding: str | None = None, delimiter: str | None = None) -> Layout:
    """Find out what the caller does not say. Raises NotATable."""
    encoding = encoding or encoding_of(file)
    head = BytesIO(whole_lines(read_head(file)))
    if delimiter is None and are_objects(head.getvalue(), encoding):
        return layout_of_objects(file, encoding)
    delimiter = delimiter or delimiter_of(head, encoding)
    rows = sample_rows(head, encoding, delimiter)
    header = header_of(rows)
    if len(header.cells) > MOST_COLUMNS:
        raise NotATable(f"the file has {len(header.cells):,} columns; at most {MOST_COLUMNS:,} can be read: are its line ends missing?")
    # The byte order mark, if any, stands before the header.
    return Layout(encoding.removesuffix("-sig"), delimiter, distinct(header.cells), header.end)


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


def delimiter_of(head: IO[bytes], encoding: str) -> str:
    """The one that cuts most rows into the same number of cells, at least two; the rarer ones are csv.Sniffer's to find."""

    def fit(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row.cells) for row in sample_rows(head, encoding, delimiter) if len(row.cells) > 1)
        width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return rows, width

    return max((*DELIMITERS, *sniffed(head, encoding)), key=fit)


def sniffed(head: IO[bytes], encoding: str) -> tuple[str, ...]:
    head.seek(0)
    try:
        return (csv.Sniffer().sniff(head.read(SAMPLE // 8).decode(encoding, "replace"), RARE).delimiter,)
    except csv.Error:
        return ()


def header_of(rows: Sequence[Row]) -> Row:
    """The first row that is as wide as most rows are: lines of preamble before it are passed over."""
    widths = Counter(len(row.cells) for row in rows if any(row.cells))
    if not widths:
        raise NotATable("no row of the file could be read as a table")
    width = max(widths, key=lambda each: (widths[each], each))
    return next(row for row in rows if len(row.cells) == width and any(row.cells))


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Every column by a name of its own: `column 3` where the header has none, `E-mail (2)` where it has one twice."""
    plain = [" ".join(raw.replace("\0", "").split()) or f"column {place}" for place, raw in enumerate(names, 1)]
    # A name that the header itself has is nobody else's: `Mail, Mail, Mail (2)` are three columns.
    taken, made = set(plain), dict[str, None]()
    for name in plain:
        others = (f"{name} ({number})" for number in count(2))
        made[name if name not in made else next(other for other in others if other not in taken and other not in made)] = None
    return tuple(made)
