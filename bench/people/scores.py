"""How well clusters of rows agree with the truth: pairwise over all rows that have one, and B-cubed over the same rows."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

Row = tuple[str, str]  # source and the row's own id
Scores = dict[str, dict[str, float]]


def read_clusters(file: Path) -> dict[Row, str]:
    """Of a file with the columns `source`, `source_row_id` and `person_id`; garbage, which has no person, is left out."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {(row["source"], row["source_row_id"]): row["person_id"] for row in csv.DictReader(lines) if row["person_id"]}


def scored(truth: Mapping[Row, str], found: Mapping[Row, str]) -> Scores:
    """Precision, recall and F1. A row that was put nowhere stands alone."""
    people = Counter(truth.values())
    clusters = Counter[object](found.get(row, row) for row in truth)
    both = Counter[tuple[str, object]]((person, found.get(row, row)) for row, person in truth.items())
    agreed = _pairs(both.values())
    precise = sum(count * count / clusters[cluster] for (_, cluster), count in both.items()) / len(truth)
    recalled = sum(count * count / people[person] for (person, _), count in both.items()) / len(truth)
    return {
        "pairwise": _rates(agreed / (_pairs(clusters.values()) or 1), agreed / (_pairs(people.values()) or 1)),
        "b_cubed": _rates(precise, recalled),
    }


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _rates(precision: float, recall: float) -> dict[str, float]:
    both = precision + recall
    rates = {"precision": precision, "recall": recall, "f1": 2 * precision * recall / both if both else 0.0}
    return {name: round(rate, 4) for name, rate in rates.items()}
