"""A workspace's own persons among the Provider's: how many a second are looked for, and how many are found rightly.

`python -m bench.recognising [runs] [--people N]`. Of made-up people one source is a workspace's own import, all others are the
Provider's; these are learned from first, as the service does it. Right is a person of the Provider's of whom most records are of the true
person of most of the own person's records.
"""

import argparse
import csv
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from uuid import UUID, uuid4

from bench.dedupe import Name, records_of, take_in
from bench.people.writing import write
from bench.place import place
from bench.report import report, tell
from schemas.body import PROVIDER
from services.dedupe import learning, models, recognising
from services.kit.database import rows
from services.kit.settings import Settings
from tests.builders import work_on
from tests.dedupe_bed import Bed, make_bed
from tests.ingest_bed import heard

PACKAGES = ("psycopg2-binary", "sqlalchemy", "rapidfuzz", "msgspec")
SLICE = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int, nargs="?", default=2)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rates: dict[str, list[float]] = {"own persons looked for": []}
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), asked.people, asked.seed)
        for run in range(1, asked.runs + 1):
            with place() as settings:
                rate, figures[f"run {run}"] = once(settings, Path(folder))
            rates["own persons looked for"].append(rate)
    tell(report("recognising", __doc__ or "", "persons/s", rates, packages=PACKAGES, figures=figures))


def once(settings: Settings, folder: Path) -> tuple[float, dict[str, object]]:
    bed, workspace_id = make_bed(settings), uuid4()
    records = list(records_of(folder).values())
    smallest = min(Counter(each.source for each in records).items(), key=lambda each: each[1])[0]
    take_in(bed, [heard(each, PROVIDER) for each in records if each.source != smallest], SLICE)
    with bed.database.transaction() as connection:
        models.keep(connection, learning.learn(bed.database, 1))
    bed.look_again()
    take_in(bed, [heard(each, workspace_id) for each in records if each.source == smallest], SLICE)
    many, cpu, begun = 0, time.process_time(), time.perf_counter()
    while done := step(bed):
        many += done
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    figures: dict[str, object] = {
        "own persons": many,
        "the Provider's records": sum(each.source != smallest for each in records),
        "python CPU, µs a person": round(cpu / many * 1e6),
        **quality(bed, folder, workspace_id),
    }
    bed.database.close()
    return many / seconds, figures


def step(bed: Bed) -> int:
    with bed.database.transaction() as connection:
        work = work_on(connection, bed.codec)
        many, told = recognising.recognise(work, bed.judges, SLICE)
        work.append(told)
    return many


def quality(bed: Bed, folder: Path, workspace_id: UUID) -> dict[str, float]:
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        true: dict[Name, str] = {(row["source"], row["source_row_id"]): row["person_id"] for row in csv.DictReader(file)}
    with bed.database.transaction() as connection:
        stored = rows(
            connection,
            """SELECT workspace_id, person_id, record->>'source' AS source, record->>'source_row_id' AS id
               FROM records WHERE person_id IS NOT NULL""",
        )
        found = {row.person_id: row.as_person for row in rows(connection, "SELECT person_id, as_person FROM recognised")}
    meant: dict[UUID, Counter[str]] = defaultdict(Counter)
    own = {row.person_id for row in stored if row.workspace_id == workspace_id}
    for row in stored:
        if person := true.get((row.source, row.id)):
            meant[row.person_id][person] += 1
    who = {person_id: counted.most_common(1)[0][0] for person_id, counted in meant.items()}
    there = {who[person_id] for person_id in who.keys() - own}
    right = sum(who.get(one) == who.get(other) for one, other in found.items())
    known = sum(who.get(each) in there for each in own)
    return {"precision": round(right / len(found), 4), "recall": round(right / known, 4)}


if __name__ == "__main__":
    main()
