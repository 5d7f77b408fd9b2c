"""Rows a second on the demo's way, from CSV files to approved contacts, through the real services; and which stage is the slowest.

`python -m bench.way [runs] [--times N]`. Each run goes the way twice, each time on a database and topics of its own. At once, with all
services at work as in the demo: the overall rate. Stage by stage, each service begun when the one before has ended: the rates of the
stages. A stage begins when its service holds its partitions, and ends when that has read all and its outbox is empty. Every rate is of
the files' rows, so that the stages can be held against one another.
"""

import argparse
import csv
import re
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.report import report, tell
from bench.walk import CHAIN, way

SAMPLE = Path(__file__).parents[1] / "sample-data"
SOURCES = ("crm_export", "event_attendees", "linkedin_scrape", "newsletter")
NAMES = {"Last Name", "Attendee", "full_name", "name"}
"""The samples' columns with the name that is changed to make another person."""
ENCODING = "latin-1"  # takes every byte as it is, whatever the file's own encoding

EVERYBODY = {"field": "country", "is": "known"}
PACKAGES = ("faust-streaming", "aiokafka", "psycopg2-binary", "sqlalchemy", "msgspec", "pydantic", "fastapi")


def at_once(files: Sequence[Path]) -> tuple[float, int]:
    """Seconds from the first upload to the last approval, and how many contacts were approved."""
    with way() as walk:
        for name in CHAIN:
            walk.start(name)
        for name in CHAIN:
            walk.ready(name)
            walk.begun(name)
        walk.define_segment("Everybody", EVERYBODY)
        walk.rest("publish")
        started = time.perf_counter()
        walk.bring_in(files)
        walk.rest("dedupe", "publish")
        walk.review()
        return time.perf_counter() - started, walk.approved()


def stage_by_stage(files: Sequence[Path]) -> dict[str, float]:
    """Seconds of each stage, with the machine to itself."""
    seconds = {}
    with way() as walk:
        # The segment is there before publish hears of anybody, as it is at once.
        walk.start("publish", "api")
        walk.ready("publish")
        walk.define_segment("Everybody", EVERYBODY)
        walk.stop("publish")
        walk.start("ingest")
        walk.ready("ingest")
        seconds["file to records"] = timed(lambda: walk.bring_in(files))
        for stage, name in (("records to people", "dedupe"), ("people to contacts", "publish")):
            walk.start(name)
            walk.begun(name)
            seconds[stage] = timed(lambda name=name: walk.rest(name))  # type: ignore[misc]
        walk.ready("publish")
        seconds["publish and approve"] = timed(walk.review)
    return seconds


def timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def multiplied(folder: Path, times: int) -> tuple[list[Path], int]:
    """The sample files in `folder`, with everybody `times` times under other names; and how many rows they have."""
    files, total = [], 0
    for source in SOURCES:
        with (SAMPLE / f"{source}.csv").open(encoding=ENCODING, newline="") as file:
            delimiter = ";" if ";" in file.readline() else ","
            file.seek(0)
            columns, *lines = csv.reader(file, delimiter=delimiter)
        files.append(folder / f"{source}.csv")
        with files[-1].open("w", encoding=ENCODING, newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow(columns)
            for number in range(times):
                writer.writerows(renamed(columns, cells, number) for cells in lines)
        total += len(lines) * times
    return files, total


def renamed(columns: Sequence[str], cells: Sequence[str], number: int) -> list[str]:
    """A row as of another person at the same company: id, name, addresses and profile are changed. The copy 0 is the row itself."""
    return (
        [other(column, cell, place, number) for place, (column, cell) in enumerate(zip(columns, cells, strict=False))]
        if number
        else [*cells]
    )


def other(column: str, cell: str, place: int, number: int) -> str:
    if not cell.strip():
        return cell
    if place == 0:
        return f"{cell}-{number}"
    if column in NAMES and "@" not in cell:
        return f"{cell}{'son' * number}"
    return re.sub(r"(?i)(linkedin\.com/in/[^/?\s]+)", rf"\1-{number}", re.sub(r"(?<=\w)@", f".{number}@", cell))


def main(runs: int, times: int) -> None:
    rates: dict[str, list[float]] = {}
    contacts = []
    with tempfile.TemporaryDirectory() as folder:
        files, total = multiplied(Path(folder), times)
        for _ in range(runs):
            seconds, approved = at_once(files)
            contacts.append(approved)
            for name, took in {"overall": seconds, **stage_by_stage(files)}.items():
                rates.setdefault(name, []).append(total / took)
    assert all(contacts), "no contact came of the rows"
    slowest = min(rates.keys() - {"overall"}, key=lambda name: statistics.median(rates[name]))
    figures = {"rows": total, "contacts": contacts, "slowest_stage": slowest}
    tell(report("way", "rows of CSV files to approved contacts", "rows/s", rates, packages=PACKAGES, figures=figures))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.way", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("runs", nargs="?", type=int, default=3)
    parser.add_argument("--times", type=int, default=2, help="how often everybody of the sample is there, under other names")
    asked = parser.parse_args()
    # Ended from outside, it still ends its services and drops its database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main(asked.runs, asked.times)
