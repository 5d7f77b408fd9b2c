"""The generator of lead files: the layouts of the sample, a truth for every row, the same bytes for the same seed."""

import csv
from pathlib import Path

import pytest

from bench.people.compare import measured, read
from bench.people.scores import scored
from bench.people.sources import SOURCES
from bench.people.writing import write


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    write(folder, people=400, seed=7)
    return folder


def test_the_same_seed_makes_the_same_bytes_and_another_does_not(made: Path, tmp_path: Path) -> None:
    write(tmp_path / "again", people=400, seed=7)
    write(tmp_path / "other", people=400, seed=8)
    for file in made.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
        assert (tmp_path / "other" / file.name).read_bytes() != file.read_bytes()


def test_the_files_are_laid_out_as_exports_are(made: Path) -> None:
    assert {file.name for file in made.iterdir()} == {*(f"{source.name}.csv" for source in SOURCES), "truth.csv"}
    assert (made / "crm_export.csv").read_bytes().startswith("\ufeffRecord ID,First Name,Last Name,Email,Phone Number,".encode())
    assert (
        (made / "event_attendees.csv")
        .read_bytes()
        .startswith(b"Badge No;Attendee;Organisation;Position;E-Mail;Tel.;Land;Registriert am\r\n")
    )
    assert (made / "newsletter.csv").read_bytes().startswith(b"subscriber_id,email_address,name,company,country,signup_date\n")
    assert any(byte > 127 for byte in (made / "event_attendees.csv").read_bytes())


def test_every_row_has_its_truth_and_every_truth_its_row(made: Path) -> None:
    with (made / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = [(row["source"], row["source_row_id"]) for row in csv.DictReader(file)]
    rows = []
    for source in SOURCES:
        with (made / f"{source.name}.csv").open(encoding=source.encoding, newline="") as file:
            rows += [(source.name, row[source.columns[0]]) for row in csv.DictReader(file, delimiter=source.delimiter)]
    assert truth == rows
    assert len(set(truth)) == len(truth)


def test_every_person_is_seen_and_only_garbage_is_nobodys(made: Path) -> None:
    leads = read(made)
    assert {lead.person_id for lead in leads} == {f"P{number:07d}" for number in range(400)} | {""}
    assert all(bool(lead.person_id) == bool(lead.company_id) for lead in leads)
    assert all(not lead.phones and lead.profile in {"", "unavailable"} for lead in leads if not lead.person_id)


def test_exact_keys_find_about_as_much_as_in_the_sample(made: Path) -> None:
    figures = measured(made)
    assert 2.1 < figures["rows per person"] < 2.6
    assert 0.25 < figures["true pairs that share mail or profile"] < 0.45
    assert figures["true pairs that share mail, profile, phone, name"] < 0.8


def test_clusters_are_scored_by_pairs_and_by_rows() -> None:
    truth = {("crm", "1"): "A", ("crm", "2"): "A", ("crm", "3"): "A", ("crm", "4"): "B"}
    assert scored(truth, truth) == {name: {"precision": 1.0, "recall": 1.0, "f1": 1.0} for name in ("pairwise", "b_cubed")}
    found = {("crm", "1"): "x", ("crm", "2"): "x", ("crm", "4"): "x"}
    assert scored(truth, found) == {
        "pairwise": {"precision": 0.3333, "recall": 0.3333, "f1": 0.3333},
        "b_cubed": {"precision": 0.6667, "recall": 0.6667, "f1": 0.6667},
    }
