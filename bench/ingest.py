"""Rows a second from a CSV file into the real topic `ingest.records`, and the most memory that this takes for few rows and for many.

`python -m bench.ingest [runs] [--rows N]`. Each import is a process of its own, as its memory would show in the next: the file is received
as an upload is, and worked off as the worker does it, each record sealed with a key of its own, published, acknowledged and stored.
"""

import argparse
import csv
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from bench.place import place
from bench.report import report, tell
from services.ingest import files, handlers
from services.kit import kafka, memory
from services.kit.settings import Settings
from tests.builders import work_on
from tests.ingest_bed import Bed, make_bed

FEW = 10_000
COLUMNS = ("Id", "First Name", "Last Name", "Job Title", "Email", "Phone", "Company", "Website", "City", "Country", "Updated", "Tier")
PACKAGES = ("aiokafka", "psycopg2-binary", "sqlalchemy", "msgspec", "pydantic", "cryptography")
MIB = 1 << 20


@dataclass(frozen=True)
class Measured:
    """Seconds, `busy` those of this process alone; `peak` and `before` are resident bytes: at most, and when all was loaded."""

    received: float
    imported: float
    busy: float
    before: int
    peak: int


class Peak:
    """The most memory of this process, looked at every few milliseconds."""

    def __init__(self) -> None:
        self.bytes, self._ended = 0, threading.Event()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._ended.wait(0.02):
            self.bytes = max(self.bytes, process.memory_info().rss)

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()


def write_table(path: Path, rows: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(row(number) for number in range(rows))


def row(n: int) -> tuple[Any, ...]:
    day, tier, town = f"2025-0{1 + n % 9}-1{n % 10}", ("gold", "silver", "")[n % 3], ("Köln", "Ulm", "São Paulo")[n % 3]
    phone = f"+49 30 {1_000_000 + n}"
    return (
        n,
        f"Ann{n % 977}",
        f"Lee{n}",
        "Head of Sales",
        f"ann{n}@acme{n % 5000}.com",
        phone,
        f"Acme {n % 5000} GmbH",
        f"www.acme{n % 5000}.com",
        town,
        "Germany",
        day,
        tier,
    )


def import_file(settings: Settings, path: Path, rows: int) -> Measured:
    bed = make_bed(settings, topics=False)
    peak, process = Peak(), psutil.Process()
    memory.settle()  # as a service does
    before = process.memory_info().rss
    try:
        with peak.watched():
            started = time.perf_counter()
            import_id = receive(bed, path)
            received, busy = time.perf_counter(), time.process_time()
            bed.work_off(bed.importer(chunk_rows=bed.settings.ingest_chunk_rows))
            ended, busy = time.perf_counter(), time.process_time() - busy
        assert bed.counts(import_id) == ("finished", rows, rows, 0, 0)
    finally:
        bed.bus.close()
        bed.database.close()
    return Measured(received - started, ended - received, busy, before, peak.bytes)


def receive(bed: Bed, path: Path) -> Any:
    import_id = uuid4()
    with path.open("rb") as file, files.received(file, bed.settings.uploads_folder, import_id) as (sample, size):
        # A source of its own, or the second run would bring nothing new.
        upload = handlers.Upload(bed.workspace_id, import_id, f"bench {import_id}", path.name, sample, size)
        with bed.database.transaction() as connection:
            work = work_on(connection, bed.codec)
            work.append(handlers.start_import(work, upload))
    return import_id


def measured(settings: Settings, path: Path, rows: int) -> Measured:
    """In a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(import_file, settings, path, rows).result()


def main(runs: int, rows: int) -> None:
    found: dict[str, list[float]] = {}
    peaks: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, place() as settings:
        kafka.make_topics(settings)
        try:
            for count in (FEW, rows):
                write_table(Path(folder) / f"{count}.csv", count)
            for _ in range(runs):
                for count in (FEW, rows):
                    made = measured(settings, Path(folder) / f"{count}.csv", count)
                    found.setdefault(f"{count} rows imported", []).append(count / made.imported)
                    found.setdefault(f"{count} rows imported, by the worker's CPU", []).append(count / made.busy)
                    found.setdefault(f"{count} rows received", []).append(count / made.received)
                    peaks.setdefault(f"{count} rows", []).append(round(made.peak / MIB, 1))
                    peaks.setdefault("before", []).append(round(made.before / MIB, 1))
        finally:
            kafka.delete_topics(settings)
    what = "rows of a CSV file into ingest.records"
    tell(report("ingest", what, "rows/s", found, packages=PACKAGES, figures={"peak_mib": peaks, "target": 20_000}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("runs", nargs="?", type=int, default=3)
    parser.add_argument("--rows", type=int, default=200_000, help="of the larger file; the smaller has 10,000")
    asked = parser.parse_args()
    main(asked.runs, asked.rows)
