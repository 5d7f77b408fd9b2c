"""The one sheet of a spreadsheet that has a table, as lines of CSV: line 7 is row 7.

openpyxl knows workbooks, styles and dates. The rows are walked here, as its own reader keeps an element of every row, holds all texts in
memory, and believes a row that says it is number 10⁹.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from io import StringIO
from itertools import chain, islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import ZipFile, ZipInfo

from defusedxml.ElementTree import iterparse
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from services.ingest.domain.errors import NotATable
from services.ingest.domain.header import filled, header_among, names_a_column
from services.ingest.domain.objects import written
from services.ingest.formats.names import some_of
from services.ingest.formats.texts import Texts

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
"""Of any sheet; who has more was not made by a spreadsheet."""
MOST_TEXT = 1 << 26
"""Bytes of one cell, 2,000 times what a spreadsheet can have."""
MOST_HELD = 250_000
"""Elements of one row: its cells, and some for each."""
MOST_SMALL_PART = 1 << 21
"""Bytes of a part that openpyxl reads as a whole: content types, workbook, relationships, styles. Those of a million rows are no larger
than those of ten; styles that have been copied together for years seldom come to 1 MiB.
"""
MOST_TAGS = 50_000
"""Of such a part: of each element openpyxl makes an object, of 600 bytes where `<xf/>` has 5."""
SAMPLE_ROWS = 200
HIDDEN = frozenset({"hidden", "veryHidden"})
LINES_AT_ONCE = 1000
TEXT_TAG = f"{{{SHEET_MAIN_NS}}}si"
TOO_MUCH_AROUND = (
    "this spreadsheet has far more styles, sheets or names than a table needs: copy the table into a new workbook, or save it as CSV"
)
NOT_SHOWN = "the spreadsheet is empty, or its table is on a hidden sheet: show that sheet, and save the spreadsheet anew"
NOT_READABLE = "this spreadsheet cannot be read: save it anew as XLSX, or as CSV"
BROKEN = (ParseError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""What openpyxl raises about a workbook that is not as it should be."""


class Watched:
    """A part of a workbook, read block by block. Text without a tag would be held in memory until one comes."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part, self._untagged = part, 0

    def read(self, size: int = -1) -> bytes:
        block = self._part.read(size)
        self._untagged = 0 if b"<" in block else self._untagged + len(block)
        if self._untagged > MOST_TEXT:
            raise NotATable(
                f"a cell of this spreadsheet has more than {MOST_TEXT >> 20} MiB: save it as CSV, where its row alone is refused"
            )
        return block


def elements(part: IO[bytes], done: str) -> Iterator[tuple[str, Any]]:
    """What begins and what ends; of what is not `done`, as a row is, not without end: it is held in memory."""
    held = 0
    for event, element in iterparse(Watched(part), events=("start", "end")):
        held = held + (event == "start") if element.tag != done else 0
        if held > MOST_HELD:
            raise NotATable(NOT_READABLE)
        yield event, element


class SmallParts(ZipFile):
    """A workbook's archive as openpyxl is given it: what is read as a whole has to be small."""

    def read(self, name: str | ZipInfo, pwd: bytes | None = None) -> bytes:
        info = name if isinstance(name, ZipInfo) else self.getinfo(name)
        if info.file_size > MOST_SMALL_PART:
            raise NotATable(TOO_MUCH_AROUND)
        part = super().read(info, pwd)
        if part.count(b"<") > MOST_TAGS:
            raise NotATable(TOO_MUCH_AROUND)
        return part


def is_workbook(archive: ZipFile) -> bool:
    """Raises NotATable for documents of other kinds that are zips as well."""
    names = set(archive.namelist())
    if "[Content_Types].xml" in names and any(name.startswith(("word/", "ppt/")) for name in names):
        raise NotATable("this is a document and no table: save the table that is in it as CSV or XLSX")
    if "mimetype" in names and "content.xml" in names:
        raise NotATable("this is an OpenDocument file (ODS): save it as XLSX or CSV")
    if "xl/workbook.bin" in names:
        raise NotATable("this is a binary spreadsheet (XLSB): save it as XLSX or CSV")
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def as_csv(archive: ZipFile) -> Iterator[bytes]:
    """Raises NotATable."""
    try:
        yield from in_blocks(padded(the_table(Book(archive))))
    except BROKEN as error:
        raise NotATable(NOT_READABLE) from error


class Book:
    """A workbook: its sheets that are not hidden, part and name, and what is needed to read their cells."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        assert archive.fp is not None  # noqa: S101 - it is open
        reader = ExcelReader(archive.fp, read_only=True, data_only=True, keep_links=False)
        reader.archive = SmallParts(archive.fp)
        try:
            reader.read_manifest()
            reader.read_workbook()
        except OSError as error:
            # A workbook that does not name its parts; what goes wrong with the disk bears a number.
            if error.errno is not None:
                raise
            raise NotATable(NOT_READABLE) from error
        apply_stylesheet(reader.archive, reader.wb)
        book = reader.wb
        # Which styles are dates; openpyxl's own sheets take them there too.
        self._dates = {"epoch": book.epoch, "date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats}  # noqa: SLF001
        known = set(archive.namelist())
        self.sheets = {
            rel.target: sheet.name
            for sheet, rel in reader.parser.find_sheets()
            if sheet.state not in HIDDEN and "chartsheet" not in rel.Type and rel.target in known
        }
        strings = reader.package.find(SHARED_STRINGS)
        self._texts = Texts(self._read_texts(strings.PartName[1:]) if strings else ())

    def close(self) -> None:
        self._texts.close()

    def _read_texts(self, name: str) -> Iterator[str]:
        with self._archive.open(name) as part:
            table: Any = None
            for event, element in elements(part, TEXT_TAG):
                table = element if table is None else table
                if event == "end" and element.tag == TEXT_TAG:
                    yield Text.from_tree(element).content.replace("x005F_", "")
                    table.clear()

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """As texts, those without cells included, each without the empty cells at its end."""
        number = 0
        with self._archive.open(sheet) as part:
            for place, cells in self._cells(part):
                if not number < place <= MOST_ROWS:
                    raise NotATable(f"row {place:,} of this spreadsheet comes after row {number:,}: save it anew as XLSX, or as CSV")
                yield from ([] for _ in range(number + 1, place))
                number = place
                yield row_of(cells)

    def first_rows(self, sheet: str) -> list[list[str]]:
        """Without those in which nothing stands."""
        return [row for row in islice(self.rows(sheet), SAMPLE_ROWS) if any(map(str.strip, row))]

    def _cells(self, part: IO[bytes]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        parser = WorkSheetParser(part, self._texts, data_only=True, **self._dates)
        data: Any = None
        for event, element in elements(part, ROW_TAG):
            if event == "start":
                data = element if element.tag == DATA_TAG else data
            elif element.tag == ROW_TAG:
                yield parser.parse_row(element)
                # Or the rows that were read would stay in memory, until the last.
                data.clear()
                parser.row_dimensions.clear()
            elif element.tag == DATA_TAG:
                return


def row_of(cells: Iterable[dict[str, Any]]) -> list[str]:
    row: list[str] = []
    for cell in cells:
        text = text_of(cell["value"])
        if text:
            if cell["column"] > MOST_COLUMNS:
                raise NotATable(NOT_READABLE)
            row += [""] * (cell["column"] - 1 - len(row))
            row[cell["column"] - 1 :] = [text]
    return row


def text_of(value: Any) -> str:
    """Dates by ISO 8601. On one line, as a record's fields are anyway, so that the file's lines are the sheet's rows."""
    match value:
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
    text = written(value)
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether there are two rows of two cells, or one column with its name: a page about the file is neither."""
    if sum(filled(row) > 1 for row in rows) > 1:
        return True
    return len(rows) > 1 and any(map(names_a_column, rows[0]))


def the_table(book: Book) -> Iterator[list[str]]:
    """The rows of the one sheet with a table; where there is none, of the one that has anything."""
    with closing(book):
        said = {sheet: rows for sheet in book.sheets if (rows := book.first_rows(sheet))}
        found = [sheet for sheet, rows in said.items() if is_table(rows)] or [*said]
        if not found:
            raise NotATable(NOT_SHOWN)
        if len(found) > 1:
            names = some_of([book.sheets[sheet] for sheet in found])
            raise NotATable(
                f"a spreadsheet is imported if exactly one of its sheets has a table; it has {len(found):,}: {names}. "
                "Save the one wanted as a file of its own"
            )
        yield from book.rows(found[0])


def padded(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """From the header on, all rows as wide as the widest of the first: empty cells are not in the file."""
    head = list(islice(rows, SAMPLE_ROWS))
    header = header_among(head)
    width = max(map(len, head[header:]))
    yield from head[:header]
    for row in chain(head[header:], rows):
        yield row + [""] * (width - len(row)) if row else row


def in_blocks(rows: Iterator[Sequence[str]]) -> Iterator[bytes]:
    while some := list(islice(rows, LINES_AT_ONCE)):
        lines = StringIO()
        csv.writer(lines, lineterminator="\n").writerows(some)
        yield lines.getvalue().encode("utf-8", "replace")
