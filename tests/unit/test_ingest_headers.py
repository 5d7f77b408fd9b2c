"""The line that names the columns is found by what it says, and no row of data is ever lost as one."""

from io import BytesIO

import pytest

from services.ingest.domain.errors import NotATable
from services.ingest.domain.header import MISSING
from services.ingest.domain.layout import layout_of
from services.ingest.files import sample_of


@pytest.mark.parametrize(
    ("text", "columns", "first"),
    [
        ("Kontaktliste 2024;;;\n;;;\nVorname;Nachname;E-Mail;Firma\nAnn;Lee;ann@acme.com;Acme\nBo;Ray;;\n",
         "Vorname Nachname E-Mail Firma", "Ann"),
        ('Notes:,,,,,\n"Some are missing",,,,,\n,,,,,\nFirst Name,Last Name,URL,Company,Position,Connected On\nAnn,Lee,u,Acme,CEO,1\n',
         "First Name|Last Name|URL|Company|Position|Connected On", "Ann"),
        ("Vorname;Nachname;E-Mail\nAnn;Lee;ann@acme.com;\nBo;Ray;bo@acme.com;\nCy;Fox;cy@acme.com;\n", "Vorname Nachname E-Mail", "Ann"),
        ("First Name,Last Name,Email,Notes\nAnn,Lee,ann@acme.com\nBo,Ray,bo@acme.com\nCy,Fox,cy@acme.com,VIP\n",
         "First Name|Last Name|Email|Notes", "Ann"),
        ("sep=;\nName;E-Mail\nAnn Lee;ann@acme.com\n", "Name E-Mail", "Ann Lee"),
        ('\ufeff"sep=|"\nWhat|Else\nAnn, Lee|a;b;c\n', "What Else", "Ann, Lee"),
        ("Report\nof\nall\nour\ncontacts\nName,Email\nAnn Lee,ann@acme.com\nBo Ray,bo@acme.com\n", "Name Email", "Ann Lee"),
        ("Name, Vorname;E-Mail\nLee, Ann;ann@acme.com\nRay, Bo;bo@acme.com\n", "Name, Vorname|E-Mail", "Lee, Ann"),
        ("Wer,Wo,Was\nAnn,Ulm,x\nBo,Köln,y\n", "Wer Wo Was", "Ann"),
        ("Name,Ort\nAnn,Ulm,ann@acme.com\nBo,Köln,bo@acme.com\n", "Name|Ort|column 3", "Ann"),
    ],
)  # fmt: skip
def test_the_header_is_the_line_that_says_what_columns_are(text: str, columns: str, first: str) -> None:
    sample = sample_of(BytesIO(text.encode()))
    assert sample.layout.columns == tuple(columns.split("|" if "|" in columns else " "))
    assert sample.rows[0].cells[0] == first


def test_rows_with_empty_cells_behind_the_last_column_are_looked_at_for_the_mapping() -> None:
    sample = sample_of(BytesIO(b"Vorname;E-Mail\nAnn;ann@acme.com;\nBo;bo@acme.com;\n"))
    assert sample.cells == [["Ann", "ann@acme.com"], ["Bo", "bo@acme.com"]]


@pytest.mark.parametrize(
    "text", ["Ann,Lee,ann@acme.com\nBo,Ray,bo@acme.com\n", "ann@acme.com\nbo@acme.com\n", "Ann;https://acme.com\nBo;https://b.com\n"]
)
def test_a_file_without_a_header_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(NotATable) as refused:
        layout_of(BytesIO(text.encode()))
    assert str(refused.value) == MISSING


@pytest.mark.parametrize(
    "text", ['[ {"email": "ann@acme.com"},\n{"email": "bo@acme.com"} ]', '{ "contacts": [\n  {"email": "ann@acme.com"}\n]}']
)
def test_json_with_spaces_after_its_brackets_is_told_for_what_it_is(text: str) -> None:
    with pytest.raises(NotATable, match="JSONL"):
        layout_of(BytesIO(text.encode()))
