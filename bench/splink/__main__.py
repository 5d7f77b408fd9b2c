"""`python -m bench.splink DIR [--out FILE]`: Splink on the four lead files of DIR, scored by their truth; JSON as every benchmark's.

Wants an environment of its own: `pip install --require-hashes -r bench/splink/requirements.txt`, Python 3.11 or newer.
"""

import argparse
import csv
import logging
import resource
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

from bench.people.scores import Row, read_clusters, scored
from bench.report import report, tell
from bench.splink.leads import records
from bench.splink.model import SETTINGS, learn

THRESHOLD = 0.95
SWEEP = (0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999, 0.999999)


def clustered(linker: Linker, predicted: Any, threshold: float) -> dict[Row, str]:
    """Each row's cluster; a row stands under its source and its own id."""
    table = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_probability=threshold)
    columns = table.as_pyarrow_table().select(["unique_id", "cluster_id"]).to_pydict()
    found = {}
    for key, cluster in zip(columns["unique_id"], columns["cluster_id"], strict=True):
        source, _, row_id = key.partition("/")
        found[source, row_id] = cluster
    return found


def written(file: Path, found: Mapping[Row, str]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(("source", "source_row_id", "person_id"))
        table.writerows((*row, person) for row, person in found.items())


def measured(folder: Path, out: Path | None, seed: int) -> dict[str, Any]:
    truth = read_clusters(folder / "truth.csv")
    started = time.perf_counter()
    database = DuckDBAPI()
    linker = Linker(database.register(pa.Table.from_pylist(records(folder))), SETTINGS, log_level=logging.ERROR)
    learn(linker, seed=seed)
    learnt = time.perf_counter()
    predicted = linker.inference.predict(threshold_match_probability=min(SWEEP))
    found = clustered(linker, predicted, THRESHOLD)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if out:
        written(out, found)
    sweep = {str(threshold): scored(truth, clustered(linker, predicted, threshold)) for threshold in SWEEP}
    best = max(sweep, key=lambda threshold: sweep[threshold]["pairwise"]["f1"])
    figures = {
        "rows": len(truth),
        "scores": scored(truth, found),
        "best_threshold": best,
        "best_scores": sweep[best],
        "sweep_pairwise_f1": {threshold: scores["pairwise"]["f1"] for threshold, scores in sweep.items()},
        "records_per_second": round(len(truth) / seconds),
        "peak_mib": round(peak),
    }
    return report(
        "splink",
        f"four lead files to clusters of persons, threshold {THRESHOLD}: {folder.name}",
        "seconds",
        {"read and learn": [learnt - started], "all": [seconds]},
        packages=("splink", "duckdb", "pyarrow"),
        figures=figures,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.splink", description="Splink on lead files, as JSON.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the clusters")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tell(measured(asked.folder, asked.out, asked.seed))
