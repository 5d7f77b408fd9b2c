"""Files of every form become rows: JSONL, spreadsheets, and what is packed."""

import gzip
import tracemalloc
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice
from typing import Any
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from services.ingest.domain.layout import Form, rows_of
from services.ingest.domain.lines import NOT_IN_ENCODING, TOO_LONG, Place, Row, raw_text
from services.ingest.domain.objects import NO_OBJECT, read_object, written
from services.ingest.files import Sample, path_of, received, sample_of_head

CSV = b"Id,Name,Mail\n1,Ann Lee,ann@acme.com\n2,Bob Ray,bob@acme.com\n"
JSONL = b"""{"id": 1, "name": {"first": "Ann", "last": "Lee"}, "mails": ["ann@acme.com", "a@acme.com"], "vip": true}
{"id": 2.0, "name": {"first": "Bob", "last": null}, "jobs": [{"at": "Acme"}], "size": 1e9}
"""


def spreadsheet(*sheets: Sequence[Sequence[Any]], states: Sequence[str] = ()) -> bytes:
    """`states`: of the first sheets; the others are visible."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for place, rows in enumerate(sheets):
        sheet = book.create_sheet()
        sheet.sheet_state = states[place] if place < len(states) else "visible"
        for row in rows:
            sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


SHEET = spreadsheet([["Id", "Name", "Mail"], [1, "Ann Lee", "ann@acme.com"], [2, "Bob Ray", "bob@acme.com"]])


def kept(content: bytes, folder: Any) -> tuple[Sample, bytes]:
    """What an upload leaves for the workers."""
    import_id = uuid4()
    with received(BytesIO(content), folder, import_id) as (sample, _):
        return sample, path_of(folder, import_id).read_bytes()


def rows_in(content: bytes, folder: Any, chunk: int = 1000) -> list[Row]:
    sample, table = kept(content, folder)
    place, rows = sample.layout.start, list[Row]()
    while some := list(islice(rows_of(BytesIO(table), sample.layout, place), chunk)):
        rows += some
        place = some[-1].end
    return rows


def test_json_objects_are_rows_with_nested_keys_by_dotted_names(tmp_path: Any) -> None:
    sample, _ = kept(JSONL, tmp_path)
    assert (sample.layout.form, sample.layout.start) == (Form.JSONL, Place(0, 1))
    assert sample.layout.columns == ("id", "name.first", "name.last", "mails", "vip", "jobs", "size")
    assert [row.cells for row in sample.rows] == [
        ["1", "Ann", "Lee", "ann@acme.com, a@acme.com", "true", "", ""],
        ["2", "Bob", "", "", "", '[{"at":"Acme"}]', "1000000000"],
    ]


def test_a_key_that_comes_late_in_a_file_is_a_column_too(tmp_path: Any) -> None:
    sample, _ = kept(b'{"mail": "ann@acme.com"}\n' * 30_000 + b'{"mail": "bob@acme.com", "tier": "gold"}\n', tmp_path)
    assert sample.layout.columns == ("mail", "tier")


def test_lines_that_are_no_objects_are_refused_alone_and_shown_as_they_stand(tmp_path: Any) -> None:
    bad = [b"[1, 2]", b"oops", b'{"mail": ', b'"text"', b'{"a": ' * 100_000, b'{"mail": "\xff"}', b'{"mail": "' + b"x" * (1 << 21) + b'"}']
    content = b"\n".join([b'{"mail": "ann@acme.com"}', *bad, *['{"mail": "jürgen@acme.com"}'.encode()] * 9]) + b"\n"
    rows = rows_in(content, tmp_path, chunk=1)
    assert [row.cells for row in rows if not row.fault] == [["ann@acme.com"], *[["jürgen@acme.com"]] * 9]
    assert [row.fault for row in rows[1:6]] == [NO_OBJECT] * 5
    assert [row.fault for row in rows[6:8]] == [NOT_IN_ENCODING, TOO_LONG]
    assert [row.begin.line for row in rows] == list(range(1, 18))
    assert raw_text(BytesIO(content), "utf-8", rows[2]) == "oops"


def test_the_same_key_flat_and_nested_is_one_column() -> None:
    assert read_object('{"a.b": 1, "a": {"b": 2}, " c\\u0000 ": 3}') == ({"a.b": "2", "c": "3"}, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_json_lines_come_in_other_encodings_too(tmp_path: Any, encoding: str) -> None:
    rows = rows_in('{"name": "Jürgen Groß"}\n{"name": "Anna Müller"}\n'.encode(encoding), tmp_path, chunk=1)
    assert [row.cells for row in rows] == [["Jürgen Groß"], ["Anna Müller"]]


def test_the_cells_of_a_spreadsheet_are_written_as_people_read_them(tmp_path: Any) -> None:
    cells = [
        49170123456.0,
        0.1 + 0.2,
        date(2025, 3, 4),
        datetime(2025, 3, 4, 5, 6),  # noqa: DTZ001 - a cell has no zone
        time(7, 8),
        timedelta(hours=1),
        True,
        "two\r\nlines",
        7,
    ]
    columns = [f"c{n}" for n in range(len(cells))]
    [row] = rows_in(spreadsheet([columns, cells]), tmp_path)
    assert row.cells == ["49170123456", "0.3", "2025-03-04", "2025-03-04 05:06:00", "07:08:00", "1:00:00", "true", "two lines", "7"]


def test_lines_are_the_rows_of_the_sheet_and_empty_cells_at_the_end_are_there(tmp_path: Any) -> None:
    sheet: list[list[Any]] = [["Contacts of 2026"], [], ["Id", "Name", "Note"], [1, "Ann"], [], [3, "Cy", "x"], [4, None, None]]
    rows = rows_in(spreadsheet(sheet), tmp_path, chunk=1)
    assert [(row.begin.line, row.cells) for row in rows] == [(4, ["1", "Ann", ""]), (5, []), (6, ["3", "Cy", "x"]), (7, ["4", "", ""])]


PEOPLE: list[list[Any]] = [["Id", "Mail"], [1, "ann@acme.com"], [2, "bob@acme.com"]]
COUNTRIES: list[list[Any]] = [["Code", "Country"], ["DE", "Germany"], ["FR", "France"]]


def test_the_sheet_with_a_table_is_read_among_notes(tmp_path: Any) -> None:
    cover = [["About this file"], ["Made by Ann"], [], ["It has all of our contacts"], ["Status", "final"]]
    sample, _ = kept(spreadsheet(cover, [], PEOPLE, [["x", "y"]]), tmp_path)
    assert sample.layout.columns == ("Id", "Mail")


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_passed_over(tmp_path: Any, state: str) -> None:
    sample, _ = kept(spreadsheet(COUNTRIES, PEOPLE, states=[state]), tmp_path)
    assert sample.layout.columns == ("Id", "Mail")


def test_a_list_of_one_column_is_a_table_and_so_is_one_of_two_cells_that_stand_alone(tmp_path: Any) -> None:
    for rows in ([["Mail"], ["ann@acme.com"], ["bob@acme.com"]], [["Mail"], ["ann@acme.com"]]):
        sample, _ = kept(spreadsheet([], rows), tmp_path)
        assert sample.layout.columns == ("Mail",)


def test_of_other_sheets_only_the_first_rows_are_looked_at(tmp_path: Any) -> None:
    content = spreadsheet([["About this file"]], PEOPLE)
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"</sheetData>", b"<row/>" * 300_000 + b"</sheetData> and no end")
    sample, _ = kept(zipped(parts), tmp_path)
    assert sample.layout.columns == ("Id", "Mail")


@pytest.mark.parametrize(
    ("sheet", "columns", "first"),
    [
        ([["Contacts 2024"], [], ["Name", "Mail"], ["Ann Lee", "ann@acme.com"]], ("Name", "Mail"), "Ann Lee"),
        (
            [["Name", "Mail"], ["Ann Lee", "ann@acme.com"], ["Bo Ray", "bo@acme.com", None, "left us"]],
            ("Name", "Mail", "column 3", "column 4"),
            "Ann Lee",
        ),
        ([["Name", "Mail"], ["Ann Lee", "ann@acme.com", "VIP"], ["Bo Ray", "bo@acme.com", "VIP"]], ("Name", "Mail", "column 3"), "Ann Lee"),
        ([["Wer", "Wo", "Was"], ["Ann", "Ulm"], ["Bo", "Bonn"]], ("Wer", "Wo", "Was"), "Ann"),
    ],
)
def test_nobody_is_lost_as_the_header_of_a_sheet(tmp_path: Any, sheet: Sequence[Sequence[Any]], columns: Sequence[str], first: str) -> None:
    sample, _ = kept(spreadsheet(sheet), tmp_path)
    assert sample.layout.columns == columns
    assert sample.rows[0].cells[0] == first


def test_a_formula_has_the_value_that_was_last_worked_out(tmp_path: Any) -> None:
    worked_out = spreadsheet([["Id", "Sum"], [1, "=1+1"], [2, "=cmd|' /C calc'!A0"]])
    with ZipFile(BytesIO(worked_out)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>").replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    assert [row.cells for row in rows_in(zipped(parts), tmp_path)] == [["1", "2"], ["2", ""]]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(CSV),
        zipped({"people.csv": CSV}),
        zipped({"out/people.csv": CSV, "README.md": b"Hello", "__MACOSX/people.csv": b"x", "out/.people.csv": b"x"}),
        zipped({"table": CSV}),
        gzip.compress(zipped({"people.csv": CSV})),
        zipped({"people.csv.gz": gzip.compress(CSV)}),
        SHEET,
        zipped({"people.xlsx": SHEET}),
        gzip.compress(b'{"Id": 1, "Name": "Ann Lee", "Mail": "ann@acme.com"}\n{"Id": 2, "Name": "Bob Ray", "Mail": "bob@acme.com"}'),
    ],
)
def test_a_packed_table_is_read_like_the_table_itself(tmp_path: Any, content: bytes) -> None:
    sample, _ = kept(content, tmp_path)
    assert sample.layout.columns == ("Id", "Name", "Mail")
    assert sample.cells == [["1", "Ann Lee", "ann@acme.com"], ["2", "Bob Ray", "bob@acme.com"]]
    assert sample_of_head(BytesIO(content)) == sample


def test_a_preview_of_a_packed_file_unpacks_only_its_head() -> None:
    content = gzip.compress(CSV + b"3,Cy Ray,cy@acme.com\n" * 500_000 + b"broken")[:-20]
    assert len(sample_of_head(BytesIO(content)).rows) == 500


def test_a_spreadsheet_of_many_rows_takes_the_memory_of_one_of_few(tmp_path: Any) -> None:
    def peak(rows: int) -> int:
        content = spreadsheet([["Id", "Name", "Mail"], *([n, f"Ann Lee {n}", f"ann{n}@acme.com"] for n in range(rows))])
        tracemalloc.start()
        try:
            kept(content, tmp_path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(1000), peak(10_000)
    assert many < few + 6 * (1 << 20)


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (False, "false"), (3.0, "3"), (-1.5, "-1.5"), (12345678901234567890, "12345678901234567890")]
)
def test_values_are_written_as_people_write_them(value: Any, text: str) -> None:
    assert written(value) == text
