"""The benchmarks' report, and the data of the way's. How long anything takes is no test's business."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.__main__ import NAMES, keep
from bench.report import report, tell
from bench.way import multiplied, renamed

COLUMNS = ["scrape_id", "profile_url", "full_name", "contact_email"]
CELLS = ["ls_1", "https://linkedin.com/in/ann-lee?trk=1", "Ann Lee", "ann@b.example"]


def test_a_report_has_machine_versions_every_run_and_the_median(capsys: pytest.CaptureFixture[str]) -> None:
    tell(report("some", "what", "rows/s", {"one": [3, 1, 2.00049]}, packages=("msgspec",), figures={"rows": 7}))
    told = json.loads(capsys.readouterr().out)
    assert set(told["machine"]) >= {"system", "processor", "cores", "memory_gib", "load_before"}
    assert set(told["versions"]) == {"python", "msgspec"}
    assert (told["runs"], told["median"]) == ({"one": [3, 1, 2]}, {"one": 2})
    assert (told["bench"], told["unit"], told["rows"]) == ("some", "rows/s", 7)


def test_all_results_are_kept_in_one_file_named_after_the_time(tmp_path: Path) -> None:
    file = keep([{"bench": "one"}, {"bench": "two"}], tmp_path / "new", datetime(2026, 3, 2, 9, 5, 1, tzinfo=UTC))
    assert file.name == "2026-03-02-090501.json"
    assert [each["bench"] for each in json.loads(file.read_text())] == ["one", "two"]


def test_every_benchmark_named_is_there() -> None:
    folder = Path(__file__).parents[2] / "bench"
    assert all((folder / f"{name}.py").exists() for name in NAMES)


def test_a_copied_row_is_of_another_person_and_the_first_is_the_row_itself() -> None:
    assert renamed(COLUMNS, CELLS, 0) == CELLS
    assert renamed(COLUMNS, CELLS, 2) == ["ls_1-2", "https://linkedin.com/in/ann-lee-2?trk=1", "Ann Leesonson", "ann.2@b.example"]


def test_multiplied_files_keep_their_bytes_and_have_each_row_as_often_as_asked(tmp_path: Path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    once.mkdir()
    twice.mkdir()
    files, rows = multiplied(once, 1)
    more, doubled = multiplied(twice, 2)
    assert doubled == 2 * rows
    for file, other in zip(files, more, strict=True):
        assert other.read_bytes().startswith(file.read_bytes())
