"""`smartleads dedupe` on the sample data and on files that are none, as a user calls it."""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from cli.__main__ import app

SAMPLE = Path(__file__).parents[2] / "sample-data"


def smartleads(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result.output if code else result.stdout


def run(folder: Path, out: Path) -> dict[str, Any]:
    [summary] = json.loads(smartleads("dedupe", "run", folder, "--out", out, "--json"))
    return dict(summary)


def table(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_sample_is_matched_as_well_as_is_promised(tmp_path: Path) -> None:
    out = tmp_path / "clusters.csv"
    summary = run(SAMPLE, out)
    found = {(row["of"], row["measure"]): row for row in json.loads(smartleads(
        "dedupe", "evaluate", out, "--truth", SAMPLE / "truth.csv", "--json")) if "measure" in row}  # fmt: skip
    people, companies = found["person", "pairwise"], found["company", "pairwise"]
    assert people["precision"] >= 0.97
    assert people["F1"] >= 0.94
    assert found["person", "B-cubed"]["F1"] >= 0.965
    assert companies["F1"] >= 0.95
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (
        len(rows)
        == summary["rows"]
        == sum(len(path.read_bytes().splitlines()) - 1 for path in SAMPLE.glob("*.csv") if path.stem != "truth")
    )
    assert len({row["person_id"] for row in rows} - {""}) == summary["people"]


def test_the_worst_errors_are_named(tmp_path: Path) -> None:
    truth = ("source,source_row_id,person_id,company_id", "a,1,P1,", "a,2,P1,", "a,3,P2,", "a,4,,")
    found = ("source,source_row_id,person_id,company_id", "a,1,X,", "a,2,Y,", "a,3,X,", "a,4,X,")
    table(tmp_path, "truth.csv", *truth)
    table(tmp_path, "found.csv", *found)
    told = json.loads(smartleads("dedupe", "evaluate", tmp_path / "found.csv", "--truth", tmp_path / "truth.csv", "--json"))
    assert told[0] == {"of": "person", "measure": "pairwise", "precision": 0.0, "recall": 0.0, "F1": 0.0, "rows": 3}
    assert {(each["error"], each["group"]) for each in told if "error" in each} == {
        ("person: put together", "X"),
        ("person: torn apart", "P1"),
    }


def test_rows_without_an_id_are_named_by_their_lines_and_garbage_has_no_person(tmp_path: Path) -> None:
    table(tmp_path, "people.csv", "First name;Last name;E-mail", "Ann;Smith;ann.smith@acme.com", ";;", "Ann;Smith;ann.smith@acme.com")
    run(tmp_path, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["source_row_id"] for row in rows] == ["2", "3", "4"]
    assert rows[0]["person_id"] == rows[2]["person_id"] != ""
    assert rows[1]["person_id"] == rows[1]["company_id"] == ""


def test_rows_that_are_no_records_of_their_own_are_named_with_the_reason(tmp_path: Path) -> None:
    table(
        tmp_path,
        "people.csv",
        "id,name,email",
        "1,Ann Smith,ann@acme.com",
        "2,Bob",
        "1,Ann Smith,ann@acme.org",
        "3,Cy",
        "4,Cy Ray,c@acme.com",
    )
    result = CliRunner().invoke(app, ["dedupe", "run", str(tmp_path), "--out", str(tmp_path / "found")])
    assert "people.csv: 5 rows; id" in result.stderr
    assert "2 rows left out, first line 3: the row has 2 cells where the header has 3" in result.stderr
    assert "1 row with an id that stood in an earlier row" in result.stderr


def test_people_are_found_in_any_script(tmp_path: Path) -> None:
    table(
        tmp_path, "people.csv", "id,first name,last name,email,company",
        "1,Иван,Петров,,Ромашка", "2,Ivan,Petrov,ivan.petrov@romashka.ru,Romashka",
        "3,小明,王,,北京科技", "4,Xiaoming,Wang,xiaoming.wang@bjkj.cn,Beijing Keji",
    )  # fmt: skip
    run(tmp_path, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        one, two, three, four = (row["person_id"] for row in csv.DictReader(file))
    assert one == two != three == four


def test_the_command_runs_from_any_folder(tmp_path: Path) -> None:
    table(tmp_path, "people.csv", "id,name,email", "1,Ann Smith,ann@acme.com")
    command = Path(sys.executable).parent / "smartleads"
    ended = subprocess.run([command, "dedupe", "run", ".", "--json"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout)[0]["written"] == "clusters.csv"
    assert (tmp_path / "clusters.csv").read_text().splitlines()[1].startswith("people,1,")


def test_tables_that_say_nothing_about_people_are_passed_over_and_said_so(tmp_path: Path) -> None:
    table(tmp_path, "people.csv", "id,name,email", "1,Ann Smith,ann@acme.com")
    table(tmp_path, "clusters.csv", "source,source_row_id,person_id,company_id", "people,1,P1,C1")
    result = CliRunner().invoke(app, ["dedupe", "run", str(tmp_path), "--out", str(tmp_path / "found")])
    assert result.exit_code == 0
    assert "Passed over clusters.csv" in result.stderr


@pytest.mark.parametrize("name", ["nothing.pdf", "empty.csv"])
def test_a_folder_without_a_table_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    result = CliRunner().invoke(app, ["dedupe", "run", str(tmp_path)])
    assert result.exit_code == 1
    assert "has no table about people or companies" in result.stderr


def test_a_file_of_other_columns_is_no_truth(tmp_path: Path) -> None:
    table(tmp_path, "truth.csv", "a,b", "1,2")
    result = CliRunner().invoke(app, ["dedupe", "evaluate", str(tmp_path / "truth.csv"), "--truth", str(tmp_path / "truth.csv")])
    assert result.exit_code == 1
    assert "has no column source, source_row_id, person_id, company_id" in result.stderr


def test_two_rows_are_explained_with_what_would_have_to_change(tmp_path: Path) -> None:
    table(
        tmp_path,
        "people.csv",
        "id,first name,last name,email",
        "1,Ann,Smith,ann.smith@acme.com",
        "2,Ann,Smith,ann.smith@acme.com",
        "3,Bob,Jones,bob@other.com",
    )
    bars = json.loads(smartleads("dedupe", "explain", tmp_path, "people/1", "people/2", "--json"))
    assert {bar["field"] for bar in bars} >= {"prior", "given name", "family name", "e-mail address, at one company"}
    assert all(bar["one_person"] for bar in bars)
    assert "more are needed. They are two people." in smartleads("dedupe", "explain", tmp_path, "people/1", "people/3")
    result = CliRunner().invoke(app, ["dedupe", "explain", str(tmp_path), "people/1", "people/9"])
    assert result.exit_code == 1
    assert "has no row people/9" in result.stderr


def test_tables_of_any_form_are_matched_together(tmp_path: Path) -> None:
    table(tmp_path, "crm.csv", "id,first name,last name,email", "1,Ann,Smith,ann.smith@acme.com")
    table(tmp_path, "site.jsonl", '{"id": "7", "name": "Ann Smith", "email": "ann.smith@acme.com"}')
    with gzip.open(tmp_path / "news.csv.gz", "wt", encoding="utf-8") as packed:
        packed.write("id,email\n9,ann.smith@acme.com\n")
    book = Workbook()
    for row in (("id", "full name", "e-mail"), (3, "Ann Smith", "ann.smith@acme.com")):
        book.active.append(row)
    book.save(tmp_path / "event.xlsx")
    summary = run(tmp_path, tmp_path / "found")
    assert (summary["rows"], summary["people"], summary["companies"]) == (4, 1, 1)
    with (tmp_path / "found").open(encoding="utf-8", newline="") as file:
        assert {(row["source"], row["source_row_id"]) for row in csv.DictReader(file)} == {
            ("crm", "1"),
            ("site", "7"),
            ("news", "9"),
            ("event", "3"),
        }
