"""Records a second that dedupe takes in for good, on a real PostgreSQL, and how good the persons are that come out.

`python -m bench.dedupe [runs] [--people N]`. All is as in the service but for Kafka: a batch of events goes through the handler, and is
committed with the events it led to; at the end it is learned from all of them, and all are judged again, as the service does when the
records have grown by half. Each run takes the records in another order and size of batches: how many pairs stay the same is told.
"""

import argparse
import csv
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from uuid import UUID

from bench.people.writing import write
from bench.place import place
from bench.report import report, tell
from cli.dedupe.tables import ENDINGS, ingested, read_table
from schemas.body import PROVIDER
from schemas.ingest import RecordIngested
from services.dedupe import learning, models
from services.dedupe.domain.linkage.quality import b_cubed, pairwise
from services.ingest.domain.errors import NotATable
from services.ingest.domain.records import Draft
from services.kit import memory
from services.kit.codec import Heard
from services.kit.database import rows
from services.kit.settings import Settings
from tests.dedupe_bed import Bed, make_bed
from tests.ingest_bed import heard

PACKAGES = ("psycopg2-binary", "sqlalchemy", "rapidfuzz", "msgspec", "pydantic")
Name = tuple[str, str]
"""Source and the row's own id."""


def records_of(folder: Path) -> dict[UUID, RecordIngested]:
    found: dict[UUID, RecordIngested] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix in ENDINGS):
        with path.open("rb") as raw:
            try:
                _, drafted = read_table(path, raw)
            except NotATable:
                continue
            events = [ingested(row.source, row.source_row_id, row.said) for row in drafted if isinstance(row.said, Draft)]
            found |= {event.record_id: event for event in events}
    return found


def take_in(bed: Bed, events: Sequence[Heard], batch: int) -> list[float]:
    """Seconds of each batch."""
    seconds = []
    for start in range(0, len(events), batch):
        begun = time.perf_counter()
        bed.take(events[start : start + batch])
        seconds.append(time.perf_counter() - begun)
    return seconds


def groups(bed: Bed) -> dict[Name, tuple[UUID, UUID | None]]:
    """The person and the company of each row that is about a person."""
    with bed.database.transaction() as connection:
        found = rows(
            connection,
            """SELECT record->>'source' AS source, record->>'source_row_id' AS id, person_id, company_id
               FROM records WHERE person_id IS NOT NULL""",
        )
    return {(row.source, row.id): (row.person_id, row.company_id) for row in found}


def quality(bed: Bed, folder: Path) -> dict[str, float]:
    made = groups(bed)
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        true = [((row["source"], row["source_row_id"]), row["person_id"], row["company_id"]) for row in csv.DictReader(file)]
    people = [(person, made[name][0] if name in made else name) for name, person, _ in true if person]
    companies = [(company, (made[name][1] if name in made else None) or name) for name, _, company in true if company]
    measured = pairwise(people)
    figures = {"precision": measured.precision, "recall": measured.recall, "f1": measured.f1, "b3": b_cubed(people).f1}
    return {name: round(value, 4) for name, value in {**figures, "companies f1": pairwise(companies).f1}.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int, nargs="?", default=2, help="each in another order, every other one in batches a quarter as large")
    parser.add_argument("--dir", type=Path, help="tables and their truth; without it, they are made")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--last", type=int, default=4_000, help="records at the end that are measured by themselves")
    parser.add_argument("--single", type=int, default=300, help="records after these that come one by one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.dir is None:
            asked.dir = Path(folder)
            write(asked.dir, asked.people, asked.seed)
        records = sorted(records_of(asked.dir).values(), key=lambda each: each.record_id)
        rates: dict[str, list[float]] = {"all, the database empty at first": [], f"the last {asked.last:,}": []}
        figures: dict[str, object] = {"records": len(records)}
        before: set[frozenset[Name]] = set()
        for run in range(1, asked.runs + 1):
            # A database of its own for each.
            with place() as settings:
                measured, pairs = once(settings, asked, records, run)
            for label, rate in zip(rates, (measured.pop("all"), measured.pop("last")), strict=True):
                rates[label].append(float(str(rate)))
            if before:
                measured["pairs as in the run before, % of all"] = round(100 * len(before & pairs) / len(before | pairs), 2)
            figures[f"run {run}"], before = measured, pairs
    tell(report("dedupe", __doc__ or "", "records/s", rates, packages=PACKAGES, figures=figures))


def once(
    settings: Settings, asked: argparse.Namespace, records: Sequence[RecordIngested], run: int
) -> tuple[dict[str, object], set[frozenset[Name]]]:
    """One run's figures, and the pairs that it puts together in the end."""
    in_order = list(records)
    random.Random(run).shuffle(in_order)  # noqa: S311 - an order, no secret
    batch = asked.batch if run % 2 else asked.batch // 4
    events = [heard(each, PROVIDER) for each in in_order]
    bed = make_bed(settings)
    memory.settle()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    many, cpu = len(events) - asked.single, time.process_time()
    first = take_in(bed, events[: many - asked.last], batch)
    last = take_in(bed, events[many - asked.last : many], batch)
    cpu = time.process_time() - cpu
    single = sorted(take_in(bed, events[many:], 1))
    figures: dict[str, object] = {
        "all": round(many / (sum(first) + sum(last))),
        "last": round(asked.last / sum(last)),
        "batch": batch,
        "python CPU, µs a record": round(cpu / many * 1e6),
        "one by one, ms": {"median": round(statistics.median(single) * 1e3, 2), "p99": round(single[int(len(single) * 0.99)] * 1e3, 2)},
        "resident, MiB more": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) / 1024),
        "quality by what a new system knows": quality(bed, asked.dir),
        **learned(bed, asked.dir),
    }
    with bed.database.transaction() as connection:
        figures["database, MiB"] = round(rows(connection, "SELECT pg_database_size(current_database()) AS bytes")[0].bytes / 2**20)
    by_person: dict[UUID, list[Name]] = {}
    for name, (person, _) in groups(bed).items():
        by_person.setdefault(person, []).append(name)
    bed.database.close()
    return figures, {frozenset(pair) for group in by_person.values() for pair in combinations(group, 2)}


def learned(bed: Bed, folder: Path) -> dict[str, object]:
    begun = time.perf_counter()
    with bed.database.transaction() as connection:
        version = models.latest_version(connection) + 1
    knowledge = learning.learn(bed.database, version)
    with bed.database.transaction() as connection:
        models.keep(connection, knowledge)
    after_learning = time.perf_counter()
    told = bed.look_again()
    return {
        "learning, s": round(after_learning - begun, 1),
        "judging all again, s": round(time.perf_counter() - after_learning, 1),
        "events told then": len(told),
        "quality after learning": quality(bed, folder),
    }


if __name__ == "__main__":
    main()
