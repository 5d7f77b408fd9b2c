"""Made-up leads as ingest tells of them, with the truth: what tests of matching in numbers stand on."""

import csv
import random
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from bench.people.writing import write
from cli.dedupe.tables import ingested, read_table
from schemas.ingest import RecordIngested
from services.ingest.domain.records import Draft

Pair = frozenset[str]


@dataclass(frozen=True)
class MadePeople:
    records: list[RecordIngested]
    person_of: dict[str, str]
    """The row's own id → who it truly is. Rows of different sources have different ids."""


def made_people(folder: Path, people: int, seed: int) -> MadePeople:
    """Four exports of so many people, in an order that has nothing to do with them."""
    write(folder, people, seed)
    records = []
    for path in sorted(folder.glob("*.csv")):
        if path.stem != "truth":
            with path.open("rb") as raw:
                rows = read_table(path, raw)[1]
                records += [ingested(r.source, f"{r.source}/{r.source_row_id}", r.said) for r in rows if isinstance(r.said, Draft)]
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        person_of = {f"{row['source']}/{row['source_row_id']}": row["person_id"] for row in csv.DictReader(file)}
    records = list({record.record_id: record for record in records}.values())
    random.Random(seed).shuffle(records)  # noqa: S311 - an order, no secret
    return MadePeople(records, person_of)


def pairs_of(groups: set[frozenset[str]]) -> set[Pair]:
    return {frozenset(pair) for group in groups for pair in combinations(sorted(group), 2)}
