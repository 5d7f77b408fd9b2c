"""Files as they come: any delimiter, any encoding, and rows that are broken without breaking the others."""

import csv
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest

from services.ingest.domain.encoding import by_lines, encoding_of
from services.ingest.domain.errors import NotATable
from services.ingest.domain.layout import MOST_SNIFFED, layout_of
from services.ingest.domain.lines import MOST_LINE, NOT_IN_ENCODING, TOO_LONG, UNCLOSED, Place, Row, read_rows
from services.ingest.files import sample_of, sample_of_head

SAMPLES = Path(__file__).parents[2] / "sample-data"
GERMAN = "Name;Ort;Firma\nJürgen Groß;Köln;Müller & Söhne\nÖzlem Şahin;Düsseldorf;Bäcker\n"
POLISH = "Imię,Nazwisko,Miasto\nŁukasz,Wójcik,Gdańsk\nŻaneta,Dąbrowska,Świdnica\n"


def rows(text: bytes, encoding: str = "utf-8", delimiter: str = ",") -> list[Row]:
    return list(read_rows(BytesIO(text), encoding, delimiter, Place()))


@pytest.mark.parametrize(
    ("text", "encoding", "read_as"),
    [
        (GERMAN.replace("Ş", "S"), "iso-8859-1", "cp1252"),
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8-sig", "utf-8-sig"),
        (GERMAN, "utf-16", "utf-16"),
        (POLISH * 20, "cp1250", "cp1250"),
    ],
)
def test_an_encoding_is_found(text: str, encoding: str, read_as: str) -> None:
    assert encoding_of(BytesIO(text.encode(encoding))) == read_as


def test_the_first_umlaut_may_be_in_the_last_line_of_a_large_file() -> None:
    text = b"Name;Ort\n" + b"Anna;Ulm\n" * 400_000 + "Jürgen;Köln\n".encode("iso-8859-1")
    assert encoding_of(BytesIO(text)) == "cp1252"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_a_delimiter_is_found(delimiter: str) -> None:
    lines = [["id", "name", "note"], *([str(n), "Ann, of Acme; Ltd", "x"] for n in range(5))]
    quoted = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    assert layout_of(BytesIO(quoted.encode())).delimiter == delimiter


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_rare_delimiter_is_looked_for_only_where_no_usual_one_cuts_all_rows(delimiter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(csv.Sniffer, "sniff")
    text = "\n\n".join(delimiter.join((f"'x{n}'", "'y'", "10:30")) for n in range(50))
    assert layout_of(BytesIO(text.encode())).delimiter == delimiter


def test_a_rare_delimiter_is_looked_for_in_little_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[int]()

    def sniff(_: object, sample: str, __: str) -> None:
        seen.append(len(sample))
        raise csv.Error

    monkeypatch.setattr(csv.Sniffer, "sniff", sniff)
    assert layout_of(BytesIO(b"a,b\n" + b"1^2\n" * 50_000)).delimiter == ","
    assert seen == [MOST_SNIFFED]


def test_a_single_column_is_a_table_too() -> None:
    assert layout_of(BytesIO(b"email\nann@acme.com\nbob@acme.com\n")).columns == ("email",)


def test_preamble_before_the_header_is_passed_over() -> None:
    text = b'Notes:\n"When exporting, some are missing"\n\nFirst Name,Last Name,URL\nAnn,Lee,x\nBob,Ray,y\n'
    layout = layout_of(BytesIO(text))
    assert layout.columns == ("First Name", "Last Name", "URL")
    assert layout.start.line == 5


def test_columns_without_a_name_or_with_the_same_get_names_of_their_own() -> None:
    assert layout_of(BytesIO(b"Mail,,Mail\na,b,c\n")).columns == ("Mail", "column 2", "Mail (2)")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04\x14\x00\x08\x00", "spreadsheet"),
        (bytes(range(256)) * 4 + bytes(500), "no text"),
        (b",".join(b"c%d" % n for n in range(5000)) + b"\n", "columns"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(NotATable, match=why):
        sample_of(BytesIO(content))


@pytest.mark.parametrize(
    ("encoding", "newline"), [("utf-16", "\n"), ("utf-16", "\r\n"), ("utf-8", "\r"), ("utf-32", "\n"), ("utf-16-le", "\n")]
)
def test_what_cannot_be_read_line_by_line_is_rewritten(encoding: str, newline: str) -> None:
    original = BytesIO(GERMAN.replace("\n", newline).encode(encoding))
    readable, read_as = by_lines(original, encoding_of(original))
    assert read_as == "utf-8"
    assert readable.read().decode() == GERMAN


def test_a_row_knows_where_it_begins_and_ends() -> None:
    text = 'a,b\n1,"two\nlines"\nü,3\n'.encode()
    found = rows(text)
    assert [row.cells for row in found] == [["a", "b"], ["1", "two\nlines"], ["ü", "3"]]
    assert [row.begin for row in found] == [Place(0, 1), Place(4, 2), Place(18, 4)]
    assert found[-1].end == Place(len(text), 5)


@pytest.mark.parametrize("swallowed", [1, 2, 500])
def test_a_stray_quote_that_a_later_one_closes_costs_its_own_line_alone(swallowed: int) -> None:
    between = [f"Bo,Ray,bo{n}@acme.com,Acme" for n in range(swallowed - 1)]
    lines = ["First,Last,Mail,Firm", 'Ann,Lee,ann@acme.com,"Acme', *between, 'Zed,Fox,zed@acme.com,"Foo"', "Cy,Poe,cy@acme.com,Acme"]
    sample = sample_of(BytesIO("\n".join(lines).encode()))
    assert [row.fault for row in sample.rows[:2]] == [UNCLOSED, None]
    assert [row.begin.line for row in sample.rows] == list(range(2, min(swallowed, 498) + 4))


@pytest.mark.parametrize(
    "note", ["a line\nand another, of prose, with commas, as people write", "Main St 1\n12345 Ulm\nGermany", "a\n\nb", "x\n1,2,3,4\ny\nz\n"]
)
def test_a_cell_of_several_lines_is_one_cell(note: str) -> None:
    [row] = sample_of(BytesIO(f'First,Last,Mail,Note\nAnn,Lee,ann@acme.com,"{note}"\n'.encode())).rows
    assert (row.fault, row.cells[3]) == (None, note)


@pytest.mark.parametrize("swallowed", [10, 10_000])
def test_a_quote_that_never_closes_costs_its_own_line_alone(swallowed: int) -> None:
    text = b'a,b\n1,"open\n' + b"2,two\n" * swallowed
    found = rows(text)
    assert [row.fault for row in found[:3]] == [None, UNCLOSED, None]
    assert len(found) == 2 + swallowed
    assert all(row.cells == ["2", "two"] for row in found[2:])


def test_a_line_of_many_megabytes_is_refused_in_constant_memory_and_the_next_is_read() -> None:
    found = rows(b"1,a\n" + b"x" * (3 * MOST_LINE) + b"\n2,b\n")
    assert [(row.fault, row.cells) for row in found] == [(None, ["1", "a"]), (TOO_LONG, []), (None, ["2", "b"])]


def test_a_row_that_breaks_the_encoding_is_refused_alone() -> None:
    found = rows(b"1,a\n2,\xff\xfe\n3,c\n")
    assert [row.fault for row in found] == [None, NOT_IN_ENCODING, None]


def test_the_last_line_needs_no_end() -> None:
    assert [row.cells for row in rows(b"a,b\n1,2")] == [["a", "b"], ["1", "2"]]


def test_a_preview_reads_only_the_head() -> None:
    sample = sample_of_head(BytesIO(b"id,mail\n" + b"1,ann@acme.com\n" * 100_000))
    assert sample.layout.columns == ("id", "mail")
    assert len(sample.rows) == 500


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "lines"),
    [
        ("crm_export", "utf-8", ",", 1654),
        ("event_attendees", "cp1252", ";", 1089),
        ("linkedin_scrape", "utf-8", ",", 1044),
        ("newsletter", "utf-8", ",", 942),
    ],
)
def test_the_sample_files_are_read_as_they_are(name: str, encoding: str, delimiter: str, lines: int) -> None:
    with (SAMPLES / f"{name}.csv").open("rb") as file:
        layout = layout_of(file)
        assert (layout.encoding, layout.delimiter) == (encoding, delimiter)
        found = list(islice(read_rows(file, encoding, delimiter, layout.start), None))
    assert found[-1].end.line == lines + 1
    assert {len(row.cells) for row in found} <= {0, len(layout.columns)}
