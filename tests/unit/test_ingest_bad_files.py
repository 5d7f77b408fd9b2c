"""What people upload by mistake or by malice: each is refused with what it is and what to do, or costs its own rows alone."""

import errno
import gzip
import random
import re
import struct
import tempfile
import tracemalloc
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from uuid import UUID
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import pytest

from services.ingest.api.imports import csv_line
from services.ingest.domain.encoding import encoding_of
from services.ingest.domain.errors import NotATable
from services.ingest.domain.layout import layout_of
from services.ingest.domain.lines import NOT_IN_ENCODING, TOO_LONG
from services.ingest.files import received, sample_of_head
from services.ingest.formats.limits import Limits
from services.ingest.formats.unpack import unpacked
from services.ingest.formats.xlsx import MOST_SMALL_PART, MOST_TAGS
from tests.unit.test_ingest_formats import COUNTRIES, CSV, PEOPLE, kept, rows_in, spreadsheet, zipped

SHEET = "xl/worksheets/sheet1.xml"
MANY = {"people.csv": CSV * 40}


def parts_of(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_sheet(xml: bytes) -> bytes:
    return zipped({**parts_of(spreadsheet([["Id", "Mail"], [1, "ann@acme.com"]])), SHEET: xml})


def encrypted(content: bytes) -> bytes:
    """The bit that says so, in both headers of each of a zip's files."""
    places = {header.end() + (2 if header[0] == b"PK\x03\x04" else 4) for header in re.finditer(rb"PK(\x03\x04|\x01\x02)", content)}
    return bytes(byte | (place in places) for place, byte in enumerate(content))


def packed(method: int, files: Mapping[str, bytes] = MANY) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, method)
    return file.getvalue()


def spoiled(content: bytes) -> bytes:
    """What is packed is no longer what was packed."""
    middle = content.index(b"people.csv") + 60
    return content[:middle] + b"\xff" * 20 + content[middle + 20 :]


def with_part(part: str, before: bytes, more: bytes) -> bytes:
    """A small workbook with `more` in one of its parts."""
    parts = parts_of(spreadsheet(PEOPLE))
    assert before in parts[part]
    return zipped({**parts, part: parts[part].replace(before, more + before)})


def with_styles(count: int) -> bytes:
    return with_part("xl/styles.xml", b"</cellXfs>", b"<xf/>" * count)


def office(text: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + text.encode("utf-16-le") + bytes(1000)


def sheet_of(rows: str) -> bytes:
    return (
        f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )


BILLION_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + sheet_of('<row><c t="str"><v>&b;</v></c></row>')
JPEG, PNG = b"\xff\xd8\xff\xe0" + bytes(range(256)), b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        (gzip.compress(b""), "the file is empty"),
        (zipped({"people.csv": b""}), "the file is empty"),
        (b"Id,Name,Mail\n", "no row under it"),
        (spreadsheet([["Id", "Name"]]), "no row under it"),
        (spreadsheet([]), "the spreadsheet is empty"),
        (spreadsheet(PEOPLE, [], states=["hidden"]), "or its table is on a hidden sheet: show that sheet"),
        (spreadsheet(PEOPLE, COUNTRIES), "exactly one of its sheets has a table; it has 2: Sheet, Sheet1. Save the one wanted"),
        (spreadsheet([["Mail"], *[[f"{n}@acme.com"] for n in range(3)]], PEOPLE), "it has 2: Sheet, Sheet1"),
        (spreadsheet(*[PEOPLE] * 9), "it has 9: Sheet, Sheet1, Sheet2, Sheet3, Sheet4 and 4 more"),
        (with_styles(MOST_TAGS), "far more styles, sheets or names than a table needs"),
        (with_part("xl/workbook.xml", b"<sheets>", b"<!--" + b"x" * MOST_SMALL_PART + b"-->"), "far more styles, sheets or names"),
        (with_part("[Content_Types].xml", b"</Types>", b"<Override/>" * MOST_TAGS), "far more styles, sheets or names"),
        (with_part("xl/_rels/workbook.xml.rels", b"</Rel", b"<Relationship/>" * MOST_TAGS), "far more styles, sheets or names"),
        (bytes(range(256)) * 40, "this is no text: it takes a table"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj <<>> endobj\n" * 50, "this is a PDF: export the table itself"),
        (JPEG * 20, "this is a picture"),
        (PNG * 20, "this is a picture"),
        (b"\n <!DOCTYPE html>\n<html><body>Log in, please</body></html>\n" * 3, "a web page .HTML. and no table"),
        ("<html><body>Log in, please</body></html>\n".encode("utf-16"), "a web page .HTML. and no table"),
        (b'<?xml version="1.0"?>\n<contacts><contact id="1"/></contacts>\n', "XML and no table"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "pack the table with zip or gzip"),
        (b'[{"mail": "ann@acme.com"}, {"mail": "bob@acme.com"}]\n', "not one object a line"),
        (b'{\n  "mail": "ann@acme.com"\n}\n', "not one object a line"),
        (b"\n".join(b'{"key %d": 1}' % n for n in range(1001)), "more than 1,000 different keys"),
        (b",".join(b"c%d" % n for n in range(5000)) + b"\n" + b"1," * 4999 + b"1\n", "5,000 columns; at most 1,000"),
        (spreadsheet([[f"c{n}" for n in range(5000)], [1] * 5000]), "5,000 columns; at most 1,000"),
        (office("Workbook"), "an old Excel file"),
        (office("EncryptedPackage"), "encrypted: take its password off"),
        (encrypted(zipped({"people.csv": CSV})), "people.csv in this zip is encrypted"),
        (encrypted(spreadsheet(PEOPLE)), "this spreadsheet is encrypted: take its password off"),
        (spoiled(packed(ZIP_DEFLATED)), "damaged or cut off"),
        (spoiled(packed(ZIP_BZIP2)), "damaged or cut off"),
        (spoiled(packed(ZIP_LZMA)), "damaged or cut off"),
        (packed(ZIP_DEFLATED).replace(b"people.csv", b"\0eople.csv"), "damaged or cut off"),
        (zipped({"a.csv": CSV, "b/c.xlsx": CSV, "d.md": b"x"}), "exactly one table; it has 2: a.csv, b/c.xlsx. Unpack it"),
        (zipped({f"{n}.csv": CSV for n in range(9)}), "it has 9: 0.csv, 1.csv, 2.csv, 3.csv, 4.csv and 4 more"),
        (zipped({}), "it is empty"),
        (zipped({"a/": b""}), "it is empty"),
        (zipped({f"{n}" * 50: b"" for n in range(5000)}), "very many files"),
        (zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "a document and no table"),
        (zipped({"mimetype": b"x", "content.xml": b"<x/>"}), "ODS.: save it as XLSX"),
        (zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"x"}), "XLSB.: save it as XLSX"),
        (zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"x"}), "cannot be read: save it anew"),
        (zipped({"people.csv": CSV})[:-30], "damaged or cut off"),
        (b"PK\x03\x04" + bytes(200), "damaged or cut off"),
        (gzip.compress(CSV * 100)[:-12], "cut off or damaged"),
        (gzip.compress(CSV * 100)[:40] + b"rubbish" + gzip.compress(CSV * 100)[47:], "cut off or damaged"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(CSV)))), "archives within archives"),
        (with_sheet(sheet_of("<row/>") + b"<!-- -->" * (3 << 20)), "more than 200 times its size"),
        (with_sheet(b"<worksheet"), "cannot be read: save it anew"),
        (with_sheet(BILLION_LAUGHS), "cannot be read: save it anew"),
        (with_sheet(b"<!--" + b"x" * ((1 << 16) - 8) + b"-->" + BILLION_LAUGHS), "cannot be read: save it anew"),
        (with_sheet(BILLION_LAUGHS.decode().encode("utf-16")), "cannot be read: save it anew"),
        (with_sheet(sheet_of('<row r="1000000000"><c t="str"><v>x</v></c></row>')), "row 1,000,000,000 of this spreadsheet"),
        (with_sheet(sheet_of("<row>" + "<c/>" * 300_000 + "</row>")), "cannot be read: save it anew"),
        (with_sheet(sheet_of('<row r="2"/><row r="1"/>')), "row 1 of this spreadsheet comes after row 2"),
        (with_sheet(sheet_of('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')), "cannot be read: save it anew"),
    ],
)
def test_what_is_no_table_is_refused_with_what_it_is_and_nothing_is_left(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(NotATable, match=why):
        kept(content, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (gzip.compress(bytes(12 << 20)), "more than 10 MiB, which is the limit"),
        (zipped({"people.zip": zipped({"people.csv": bytes(12 << 20)})}), "more than 10 MiB, which is the limit"),
        (spreadsheet([["Id", "Note"], *([n, "x" * 30_000] for n in range(1000))]), "more than 10 MiB, which is the limit"),
    ],
)
def test_what_unpacks_to_more_than_the_limit_is_refused_while_it_is_unpacked(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(NotATable, match=why), received(BytesIO(content), tmp_path, UUID(int=7), Limits(unpacked=10 << 20)):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"people.csv": content})])
def test_a_zip_bomb_is_known_by_its_ratio(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    with pytest.raises(NotATable, match="more than 200 times its size"):
        kept(pack(b"1,a\n" * (5 << 20)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_hides_among_its_sheets_is_held_to_the_same_limit(tmp_path: Path) -> None:
    parts = parts_of(spreadsheet(PEOPLE))
    parts["xl/worksheets/book.xml"] = parts.pop("xl/workbook.xml") + b" " * MOST_SMALL_PART
    parts["xl/worksheets/_rels/book.xml.rels"] = parts.pop("xl/_rels/workbook.xml.rels")
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"/xl/workbook.xml", b"/xl/worksheets/book.xml")
    with pytest.raises(NotATable, match="far more styles, sheets or names"):
        kept(zipped(parts), tmp_path)


def test_a_spreadsheet_of_11_kilobytes_cannot_take_the_memory_of_a_server() -> None:
    content = with_styles(800_000)
    assert len(content) < 12_000
    tracemalloc.start()
    try:
        with pytest.raises(NotATable, match="far more styles"):
            sample_of_head(BytesIO(content))
        assert tracemalloc.get_traced_memory()[1] < MOST_SMALL_PART
    finally:
        tracemalloc.stop()


def test_a_workbook_of_many_styles_and_of_large_parts_that_are_not_looked_into_is_read(tmp_path: Path) -> None:
    parts = parts_of(with_styles(5000))
    parts["xl/calcChain.xml"] = parts["xl/pivotCache/records1.xml"] = b"<x>" + b"<r/>" * MOST_SMALL_PART + b"</x>"
    with received(BytesIO(zipped(parts)), tmp_path, UUID(int=7), Limits(ratio=10_000)) as (sample, _):
        assert sample.layout.columns == ("Id", "Mail")


def test_what_is_said_to_stand_before_the_file_begins_is_damage_on_a_disk_too() -> None:
    content = packed(ZIP_STORED)
    end = content.index(b"PK\x05\x06")
    # A directory that is longer than it is: all places are reckoned from its beginning.
    damaged = content[:end] + content[end:].replace(struct.pack("<L", content.index(b"PK\x01\x02")), struct.pack("<L", len(content)))
    with tempfile.TemporaryFile() as file:
        file.write(damaged)
        with pytest.raises(NotATable, match="damaged"):
            unpacked(file, Limits())


def test_a_full_disk_is_not_called_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("services.ingest.formats.texts.tempfile.TemporaryFile", full)
    with pytest.raises(OSError, match="No space left"):
        sample_of_head(BytesIO(spreadsheet(PEOPLE)))


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut off, or with some bytes missing or changed: anywhere, or near the end, where a zip says what it holds."""
    place = chance.randrange(len(content))
    way = chance.choice(("cut off", "missing", "changed", "changed near the end"))
    if way == "cut off":
        return content[:place]
    if way == "missing":
        return content[:place] + content[place + chance.randrange(1, 30) :]
    changed, first = bytearray(content), max(0, len(content) - 120) if way == "changed near the end" else 0
    for _ in range(chance.choice((1, 2, 5))):
        changed[chance.randrange(first, len(content))] = chance.choice((0, 255, chance.randrange(256)))
    return bytes(changed)


@pytest.mark.parametrize("seed", range(10))
def test_however_a_file_is_damaged_nothing_comes_of_it_but_what_is_in_it_or_a_refusal(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed makes a failure come again
    # Without the time at which it was made, so that it is the same at any time.
    parts = {name: part for name, part in parts_of(spreadsheet(PEOPLE)).items() if not name.startswith("docProps/")}
    zips = [packed(method) for method in (ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA)]
    for content in [*zips, packed(ZIP_DEFLATED, parts), gzip.compress(CSV * 40, mtime=0)] * 10:
        with tempfile.TemporaryFile() as file:
            file.write(damaged(content, chance))
            with suppress(NotATable):
                unpacked(file, Limits()).close()


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path: Path) -> None:
    honest = zipped({"people.csv": b"1,a\n" * 1000})
    with pytest.raises(NotATable, match="damaged"):
        kept(honest.replace(struct.pack("<L", 4000), struct.pack("<L", 40)), tmp_path)


def test_a_preview_refuses_the_same() -> None:
    for content, why in ((b"", "empty"), (b"%PDF-1.7 ", "PDF"), (b"Id,Mail\n", "no row"), (gzip.compress(CSV)[:-12], "cut off")):
        with pytest.raises(NotATable, match=why):
            sample_of_head(BytesIO(content))


def test_rows_of_another_encoding_are_refused_alone_where_most_are_utf_8(tmp_path: Path) -> None:
    lines = [f"{n},Jürgen Groß,j{n}@acme.com".encode() for n in range(50)]
    lines[7], lines[9] = lines[7].decode().encode("cp1252"), lines[9].decode().encode("cp1252")
    rows = rows_in(b"Id,Name,Mail\n" + b"\n".join(lines), tmp_path)
    assert [row.begin.line for row in rows if row.fault == NOT_IN_ENCODING] == [9, 11]
    assert {row.cells[1] for row in rows if not row.fault} == {"Jürgen Groß"}


def test_a_file_of_another_encoding_is_read_by_it_though_a_row_is_utf_8() -> None:
    lines = [f"{n},Jürgen Groß".encode("cp1252") for n in range(50)]
    lines[7] = lines[7].decode("cp1252").encode()
    assert encoding_of(BytesIO(b"Id,Name\n" + b"\n".join(lines))) == "cp1252"


def test_a_cell_of_50_megabytes_costs_its_own_row_alone(tmp_path: Path) -> None:
    rows = rows_in(b"Id,Note\n1,a\n2," + b"x" * (50 << 20) + b"\n3,c\n", tmp_path)
    assert [(row.fault, row.begin.line) for row in rows] == [(None, 2), (TOO_LONG, 3), (None, 4)]


def test_a_cell_of_a_spreadsheet_without_end_is_refused_in_constant_memory(tmp_path: Path) -> None:
    content = with_sheet(sheet_of('<row r="1"><c t="str"><v>' + "x" * (70 << 20) + "</v></c></row>"))
    with (
        pytest.raises(NotATable, match="a cell of this spreadsheet has more than 64 MiB"),
        received(BytesIO(content), tmp_path, UUID(int=7), Limits(ratio=10_000)),
    ):
        pass


def test_nul_bytes_cost_their_own_row_alone(tmp_path: Path) -> None:
    rows = rows_in(b"Id,Mail\n1,ann@acme.com\n2,b\0b@acme.com\n3,cy@acme.com\n", tmp_path)
    assert [row.cells for row in rows] == [["1", "ann@acme.com"], ["2", "b\0b@acme.com"], ["3", "cy@acme.com"]]


def test_columns_of_one_name_stay_apart() -> None:
    assert layout_of(BytesIO(b"Mail,Mail,Mail (2),Mail\na,b,c,d\n")).columns == ("Mail", "Mail (3)", "Mail (2)", "Mail (4)")


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("Ann,+1-2", '"Ann,\'+1-2"'),
        ("Ann;=1+1", "Ann;'=1+1"),
        ("a\n@SUM(1)", '"a\n\'@SUM(1)"'),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\t=1", "'\t'=1"),
        ('"=1"', '"""\'=1"""'),
        ("Ann-Lee, a@acme.com", '"Ann-Lee, a@acme.com"'),
        (7, "7"),
    ],
)
def test_the_report_of_refused_rows_runs_nothing_however_it_is_cut_into_cells(cell: object, line: str) -> None:
    assert csv_line(cell) == line + "\r\n"
