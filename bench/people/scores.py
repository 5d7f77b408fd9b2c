"""How well clusters of rows agree with the truth: pairwise over all rows that have one, and B-cubed over the same rows."""

import csv
from collections.abc import Mapping
from pathlib import Path

from services.dedupe.domain.linkage.quality import Quality, b_cubed, pairwise

Row = tuple[str, str]  # source and the row's own id
Scores = dict[str, dict[str, float]]


def read_clusters(file: Path) -> dict[Row, str]:
    """Of a file with the columns `source`, `source_row_id` and `person_id`; garbage, which has no person, is left out."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {(row["source"], row["source_row_id"]): row["person_id"] for row in csv.DictReader(lines) if row["person_id"]}


def scored(truth: Mapping[Row, str], found: Mapping[Row, str]) -> Scores:
    """Precision, recall and F1. A row that was put nowhere stands alone."""
    rows = [(person, found.get(row, row)) for row, person in truth.items()]
    return {"pairwise": rates(pairwise(rows)), "b_cubed": rates(b_cubed(rows))}


def rates(quality: Quality) -> dict[str, float]:
    return {"precision": round(quality.precision, 4), "recall": round(quality.recall, 4), "f1": round(quality.f1, 4)}
