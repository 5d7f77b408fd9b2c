"""A file as rows of cells, from any place on: what makes an import resume where it was."""

import csv
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

MOST_LINE = 1 << 20
"""Bytes of one line; a longer one is no row."""
MOST_RAW = 2000
"""Characters of a refused row that are kept to be shown."""
UNCLOSED = "a quotation mark is opened and not closed"
TOO_LONG = f"the line has more than {MOST_LINE:,} bytes"
NOT_IN_ENCODING = "characters that are not in the file's encoding"


class Place(NamedTuple):
    """Where in a file: the next byte to read, and the number of its line (the first is 1)."""

    offset: int = 0
    line: int = 1


class Row(NamedTuple):
    """One row: where it begins and ends, its cells, and what is wrong with it as text (None if it could be read)."""

    begin: Place
    end: Place
    cells: list[str]
    fault: str | None


class Lines:
    """Gives the csv reader one line at a time, and so knows how far it has read when a row is complete."""

    def __init__(self, file: IO[bytes], encoding: str, place: Place) -> None:
        self._file, self._encoding = file, encoding
        self.go_to(place)

    def go_to(self, place: Place) -> None:
        self._file.seek(place.offset)
        self.offset, self.line = place.offset, place.line
        self.begin_row()

    def begin_row(self) -> None:
        self.fault: str | None = None
        self.ended = False
        self.second: Place | None = None
        """Where the row's second line begins."""

    @property
    def place(self) -> Place:
        return Place(self.offset, self.line)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(MOST_LINE)
        if not raw:
            self.ended = True
            raise StopIteration
        self.offset += len(raw)
        self.line += 1
        if len(raw) == MOST_LINE and not raw.endswith(b"\n"):
            raw = self._skip_line()
        if self.second is None:
            self.second = self.place
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError:
            self.fault = NOT_IN_ENCODING
            return raw.decode(self._encoding, "replace")

    def _skip_line(self) -> bytes:
        self.fault = TOO_LONG
        while (more := self._file.readline(MOST_LINE)) and not more.endswith(b"\n"):
            self.offset += len(more)
        self.offset += len(more)
        return b"\n"


def read_rows(file: IO[bytes], encoding: str, delimiter: str, place: Place, width: int | None = None) -> Iterator[Row]:
    """The rows from `place` on. A row whose quotes do not close, or close only after other rows, costs its first line alone: reading goes
    on behind that. `width`: cells of a row, where that is known; what was swallowed is known by it.
    """
    lines = Lines(file, encoding, place)
    reader = csv.reader(lines, delimiter=delimiter)
    begin = lines.place
    while True:
        lines.begin_row()
        broken = False
        try:
            cells = next(reader)
            # A file that ended in the middle of a row ended within quotes, which have swallowed all that followed.
            broken = lines.ended or (width is not None and lines.line > begin.line + 1 and swallows(cells, delimiter, width))
        except StopIteration:
            return
        except csv.Error:
            # A cell beyond csv.field_size_limit, which only such quotes make.
            broken = True
        fault = lines.fault or (UNCLOSED if broken else None)
        if broken:
            cells = []
            lines.go_to(lines.second or lines.place)
            reader = csv.reader(lines, delimiter=delimiter)
        end = lines.place
        yield Row(begin, end, cells, fault)
        begin = end


def swallows(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether most lines in one of these cells are rows themselves. Behind commas of prose there are spaces."""
    for cell in cells:
        inner = cell.splitlines()[1:]
        rows = sum(line.count(delimiter) == width - 1 and f"{delimiter} " not in line for line in inner)
        if width > 1 and inner and 2 * rows >= len(inner):
            return True
    return False


def raw_text(file: IO[bytes], encoding: str, row: Row) -> str:
    """The row as it stands in the file, cut to what is shown of a refused one."""
    file.seek(row.begin.offset)
    length = min(row.end.offset - row.begin.offset, MOST_RAW * 4)
    return file.read(length).decode(encoding, "replace").rstrip("\r\n")[:MOST_RAW]
