"""Records a second that dedupe takes in for good, on a real PostgreSQL, and how good the persons are that come out.

`python -m bench.dedupe [DIR] [--batch N] [--shuffle SEED] [--learn]`. DIR holds tables and a truth, as `bench.people` makes them. All is
as in the service but for Kafka: a batch of events goes through the handler, and is committed with the events it led to. With `--learn`
it is learned from all of them at the end, and all are judged again, as the service does when the stream rests.
"""

import argparse
import csv
import random
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from bench.place import place
from bench.report import report, tell
from cli.dedupe.tables import ENDINGS, ingested, read_table
from schemas.body import PROVIDER
from schemas.ingest import RecordIngested
from services.dedupe import learning, models
from services.dedupe.domain.linkage.quality import b_cubed, pairwise
from services.ingest.domain.errors import NotATable
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
            events = [ingested(source, row_id, each) for source, row_id, each in drafted if each]
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


def groups(bed: Bed) -> Iterator[tuple[Name, UUID]]:
    with bed.database.transaction() as connection:
        found = rows(
            connection,
            "SELECT record->>'source' AS source, record->>'source_row_id' AS id, person_id FROM records WHERE person_id IS NOT NULL",
        )
    return (((row.source, row.id), row.person_id) for row in found)


def quality(bed: Bed, folder: Path) -> dict[str, float]:
    person_of = dict(groups(bed))
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        true = [((row["source"], row["source_row_id"]), row["person_id"]) for row in csv.DictReader(file)]
    pairs = [(person, person_of.get(name, name)) for name, person in true if person]
    measured, cubed = pairwise(pairs), b_cubed(pairs)
    return {
        "precision": round(measured.precision, 4),
        "recall": round(measured.recall, 4),
        "f1": round(measured.f1, 4),
        "b3": round(cubed.f1, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--shuffle", type=int, default=1)
    parser.add_argument("--learn", action="store_true")
    parser.add_argument("--last", type=int, default=4_000, help="records at the end that are measured by themselves")
    parser.add_argument("--single", type=int, default=300, help="records after these that come one by one")
    parser.add_argument("--out", type=Path, help="where to write which row is whose")
    asked = parser.parse_args()
    with place() as settings:
        tell(run(settings, asked))


def run(settings: Settings, asked: argparse.Namespace) -> dict[str, object]:
    records = list(records_of(asked.folder).values())
    records.sort(key=lambda each: each.record_id)
    random.Random(asked.shuffle).shuffle(records)  # noqa: S311 - an order, no secret
    events = [heard(each, PROVIDER) for each in records]
    bed = make_bed(settings)
    memory.settle()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    many = len(events) - asked.single
    cpu = time.process_time()
    first = take_in(bed, events[: many - asked.last], asked.batch)
    last = take_in(bed, events[many - asked.last : many], asked.batch)
    cpu = time.process_time() - cpu
    single = sorted(take_in(bed, events[many:], 1))
    figures: dict[str, object] = {
        "records": len(events),
        "records a second": round(many / (sum(first) + sum(last))),
        "python CPU, µs a record": round(cpu / many * 1e6),
        "one by one, ms": {"median": round(statistics.median(single) * 1e3, 2), "p99": round(single[int(len(single) * 0.99)] * 1e3, 2)},
        "resident, MiB more": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024),
        "quality": quality(bed, asked.folder),
    }
    if asked.learn:
        figures |= learned(bed, asked.folder)
    if asked.out:
        write(asked.out, bed)
    with bed.database.transaction() as connection:
        figures["database, MiB"] = round(rows(connection, "SELECT pg_database_size(current_database()) AS bytes")[0].bytes / 2**20)
    bed.database.close()
    rates = {f"batches of {asked.batch}, the last {asked.last}": [asked.batch / each for each in last]}
    return report("dedupe", __doc__ or "", "records/s", rates, packages=PACKAGES, figures=figures)


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


def write(path: Path, bed: Bed) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("source", "source_row_id", "person_id", "company_id"))
        out.writerows((*name, person, "") for name, person in groups(bed))


if __name__ == "__main__":
    main()
