"""The first sheet of a spreadsheet that has a table, as lines of CSV: line 7 is row 7.

openpyxl knows workbooks, styles and dates. The rows are walked here, as its own reader keeps an element of every row, holds all texts in
memory, and believes a row that says it is number 10⁹.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from io import StringIO
from itertools import chain, islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import ZipFile

from defusedxml.ElementTree import iterparse
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader, _find_workbook_part
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from services.ingest.domain.errors import NotATable
from services.ingest.domain.header import header_among
from services.ingest.domain.objects import written
from services.ingest.formats.texts import Texts

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
"""Of any sheet; who has more was not made by a spreadsheet."""
MOST_TEXT = 1 << 26
"""Bytes of one cell, 2,000 times what a spreadsheet can have."""
MOST_HELD = 250_000
"""Elements of one row: its cells, and some for each."""
MOST_SMALL_PART = 1 << 26
"""Bytes of a part that is read as a whole, such as the styles."""
SAMPLE_ROWS = 200
LARGE = re.compile(r"xl/(worksheets/[^/]+\.xml|sharedStrings\.xml|media/.*|drawings/.*)")
LINES_AT_ONCE = 1000
TEXT_TAG = f"{{{SHEET_MAIN_NS}}}si"
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
        yield from in_blocks(padded(first_table(Book(archive))))
    except BROKEN as error:
        raise NotATable(NOT_READABLE) from error


class Book:
    """A workbook: its sheets, and what is needed to read their cells."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        if any(info.file_size > MOST_SMALL_PART for info in archive.infolist() if not is_large(info.filename)):
            raise NotATable(NOT_READABLE)
        assert archive.fp is not None  # noqa: S101 - it is open
        reader = ExcelReader(archive.fp, read_only=True, data_only=True, keep_links=False)
        try:
            reader.read_manifest()
            if is_large(_find_workbook_part(reader.package).PartName[1:]):
                raise NotATable(NOT_READABLE)
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
        self.sheets = [rel.target for _, rel in reader.parser.find_sheets() if "chartsheet" not in rel.Type and rel.target in known]
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

    def has_table(self, sheet: str) -> bool:
        return sum(sum(map(bool, row)) > 1 for row in islice(self.rows(sheet), SAMPLE_ROWS)) > 1

    def has_cells(self, sheet: str) -> bool:
        return any(islice(self.rows(sheet), SAMPLE_ROWS))

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


def is_large(name: str) -> bool:
    """Whether a part is walked, or not looked into: others are read as a whole."""
    return bool(LARGE.fullmatch(name))


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


def first_table(book: Book) -> Iterator[list[str]]:
    """The rows of the first sheet with two rows of two cells; else of the first that has any: a page about the file often comes before."""
    with closing(book):
        chosen = next(filter(book.has_table, book.sheets), None) or next(filter(book.has_cells, book.sheets), None)
        if chosen is None:
            raise NotATable("the spreadsheet is empty")
        yield from book.rows(chosen)


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
