"""`smartleads dedupe` on the sample data and on files that are none, as a user calls it."""

import csv
import errno
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


def written(out: Path) -> list[dict[str, str]]:
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_files_that_differ_in_their_endings_alone_are_sources_of_their_own(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out.csv"
    folder.mkdir()
    table(folder, "contacts.csv", "id,name,email", "1,Ann Smith,ann@acme.com")
    table(folder, "contacts.tsv", "id\tname\temail", "1\tBob Jones\tbob@other.com")
    # The name of one, and the stem of another.
    table(folder, "contacts.csv.csv", "id,name,email", "1,Cy Ray,cy@third.com")
    table(folder, "people.csv", "id,name,email", "1,Ann Smith,ann@acme.com")
    (folder / "people.txt").write_text("What these are.\nSee there.\n")
    result = CliRunner().invoke(app, ["dedupe", "run", str(folder), "--out", str(out)])
    rows = {row["source"]: row["person_id"] for row in written(out)}
    assert set(rows) == {"contacts.csv", "contacts.tsv", "contacts.csv.csv", "people"}
    assert rows["people"] == rows["contacts.csv"]
    assert len(set(rows.values())) == 3
    assert "its source is called contacts.tsv, as another table is contacts without the ending" in result.stderr
    told = json.loads(smartleads("dedupe", "evaluate", out, "--truth", out, "--json"))
    assert {each["F1"] for each in told} == {1.0}
    assert "two people" in smartleads("dedupe", "explain", folder, "contacts.csv/1", "contacts.tsv/1")


def test_a_row_without_an_id_is_not_the_row_whose_id_is_its_line(tmp_path: Path) -> None:
    table(tmp_path, "people.csv", "id,name,email", "1,Cy Ray,cy@third.com", ",Ann Smith,ann@acme.com", "3,Bob Jones,bob@other.com")
    run(tmp_path, tmp_path / "out")
    rows = written(tmp_path / "out")
    assert [row["source_row_id"] for row in rows] == ["1", "line 3", "3"]
    assert len({row["person_id"] for row in rows}) == 3
    told = json.loads(smartleads("dedupe", "evaluate", tmp_path / "out", "--truth", tmp_path / "out", "--json"))
    assert {(each["of"], each["F1"], each["rows"]) for each in told} == {("person", 1.0, 3), ("company", 1.0, 3)}


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    table(tmp_path, "people.csv", "id,name,email", "1,Ann Smith,ann@acme.com")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    result = CliRunner().invoke(app, ["dedupe", "run", str(tmp_path), "--out", str(tmp_path / "found")])
    assert result.exit_code == 0
    assert "Passed over folder.csv: it is no file" in result.stderr
    assert "Passed over gone.csv: it is no file" in result.stderr


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table(tmp_path, "people.csv", "id,name,email", "1,Ann Smith,ann@acme.com")
    opened = Path.open

    def refuse(path: Path, mode: str = "r", **how: Any) -> Any:
        if path.name == "people.csv":
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, mode, **how)

    monkeypatch.setattr(Path, "open", refuse)
    result = CliRunner().invoke(app, ["dedupe", "run", str(tmp_path), "--out", str(tmp_path / "found")])
    assert result.exit_code == 1
    assert "people.csv cannot be read: Permission denied" in result.stderr
    assert not (tmp_path / "found").exists()


@pytest.mark.parametrize(("out", "why"), [("nowhere/o.csv", "No such file or directory"), ("folder", "Is a directory")])
def test_a_result_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path: Path, out: str, why: str) -> None:
    table(tmp_path, "people.pdf", "no table")
    (tmp_path / "folder").mkdir()
    result = CliRunner().invoke(app, ["dedupe", "run", str(tmp_path), "--out", str(tmp_path / out)])
    assert result.exit_code == 1
    assert f"cannot be written: {why}" in result.stderr


def test_an_earlier_result_stays_where_nothing_could_be_matched(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    table(tmp_path, "old.csv", "an earlier result")
    for out in ("old.csv", "new.csv"):
        assert CliRunner().invoke(app, ["dedupe", "run", str(tmp_path / "in"), "--out", str(tmp_path / out)]).exit_code == 1
    assert (tmp_path / "old.csv").read_text() == "an earlier result\n"
    assert not (tmp_path / "new.csv").exists()


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
