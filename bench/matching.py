"""How well, and how fast, lead files are matched: SmartLeads beside Splink, on the same files, in the same run, one after the other.

`python -m bench.matching [runs] [people] [DIR]`: each run makes the files anew with a seed of its own (bench/people), or reads those of
DIR, which has a truth.csv. Splink runs in an environment of its own (bench/splink/requirements.txt), made on first use. FEBRL is
measured by `bench.febrl`; the durable service is not measured here.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.people.scores import Scores, read_clusters, scored
from bench.report import report, tell
from cli.dedupe import clusters
from cli.dedupe.tables import records_in, tables_of
from services.dedupe.domain.linkage.quality import pairwise
from services.dedupe.domain.linkage.resolving import resolve

ROOT = Path(__file__).parents[1]
SPLINK = ROOT / ".cache" / "splink"
OURS, READING, THEIRS = "SmartLeads", "SmartLeads, without reading and normalising", "Splink"


def ours(folder: Path) -> dict[str, Any]:
    """What `smartleads dedupe run` does, without writing the file."""
    began = time.perf_counter()
    records = records_in(tables_of(folder)[0])
    read = time.perf_counter()
    ids = clusters.clusters_of(records, resolve(records))
    ended = time.perf_counter()
    named = {(record.source, record.source_row_id): ids[record.record_id] for record in records}
    companies = pairwise(clusters.paired(clusters.read(folder / "truth.csv"), named, 1))
    return {
        "records": len(records),
        "seconds": ended - began,
        "matching_seconds": ended - read,
        "scores": scored(read_clusters(folder / "truth.csv"), {row: found.person for row, found in named.items() if found.person}),
        "companies_f1": round(companies.f1, 4),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def theirs(folder: Path) -> dict[str, Any]:
    """Splink's own benchmark, in its own environment."""
    done = subprocess.run([str(splink()), "-m", "bench.splink", str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{\n") :])
    return {**measured, "seconds": measured["median"]["all"]}


def splink() -> Path:
    """The Python of Splink's environment."""
    python = SPLINK / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", SPLINK], check=True)
        locked = str(ROOT / "bench" / "splink" / "requirements.txt")
        install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", locked]
        subprocess.run(install, check=True)
    return python


def made(folder: Path, people: int, seed: int) -> None:
    command = [sys.executable, "-m", "bench.people", str(folder), "--people", str(people), "--seed", str(seed)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main(times: int, people: int, given: Path | None) -> None:
    runs: dict[str, list[float]] = {OURS: [], READING: [], THEIRS: []}
    found: list[dict[str, Any]] = []
    for seed in range(1, times + 1):
        with tempfile.TemporaryDirectory() as scratch:
            folder = given or Path(scratch)
            if not given:
                made(folder, people, seed)
            mine, other = ours(folder), theirs(folder)
        runs[OURS].append(mine["records"] / mine["seconds"])
        runs[READING].append(mine["records"] / mine["matching_seconds"])
        runs[THEIRS].append(mine["records"] / other["seconds"])
        found.append({"seed": seed, OURS: quality(mine), THEIRS: quality(other), "Splink's best of a sweep": flat(other["best_scores"])})
    what = f"records of four lead files matched in memory: {given.name if given else f'{people:,} people'}"
    tell(report("matching", what, "records/s", runs, packages=("rapidfuzz", "nicknames"), figures={"quality": found}))


def quality(measured: dict[str, Any]) -> dict[str, Any]:
    beside: dict[str, Any] = {name: measured[name] for name in ("companies_f1", "peak_mib") if name in measured}
    return {**flat(measured["scores"]), **beside}


def flat(scores: Scores) -> dict[str, float]:
    return {f"{measure} {name}": value for measure, rates in scores.items() for name, value in rates.items()}


if __name__ == "__main__":
    given = [*sys.argv[1:], *("3", "10000")[len(sys.argv) - 1 :]]
    main(int(given[0]), int(given[1]), Path(given[2]) if len(given) > 2 else None)
