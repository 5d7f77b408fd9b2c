"""The worker that decides who is whom is killed again and again: the persons are the same as if it had not been.

`SMARTLEADS_FULL=1` kills 20 times. Random choices come from a seed; none of them decides whether the test passes.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from schemas.body import PROVIDER
from schemas.envelope import Envelope
from schemas.topics import INGEST_RECORDS, told_by
from services.dedupe import index
from services.dedupe.kinds import PERSON
from services.kit.codec import encode
from services.kit.database import rows
from services.kit.publisher import Publisher, Record
from services.kit.settings import Settings
from tests.builders import MONDAY
from tests.chaos.bed import topics
from tests.chaos.processes import ROOT, environment
from tests.dedupe_bed import Bed, make_bed
from tests.made_people import MadePeople, made_people

pytestmark = [pytest.mark.engines, pytest.mark.chaos]
FULL = os.environ.get("SMARTLEADS_FULL") == "1"
KILLS = 20 if FULL else 3
PEOPLE = 600 if FULL else 150


@pytest.fixture
def bed(settings: Settings) -> Iterator[Bed]:
    made = make_bed(settings)
    with topics(settings, INGEST_RECORDS, *told_by("dedupe")):
        yield made
    made.database.close()


@contextmanager
def worker(settings: Settings, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Killed at the end, in the middle of whatever it does."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.dedupe_worker"],
            cwd=ROOT,
            env={**os.environ, **environment(settings), "GROUP": f"doomed-{uuid4()}"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(30)


def publish(settings: Settings, bed: Bed, made: MadePeople) -> None:
    sealed = bed.codec.seal(made.records)
    envelopes = [
        Envelope(
            event_id=uuid4(),
            type="RecordIngested",
            workspace_id=PROVIDER,
            stream=f"record:{record.record_id}",
            version=0,
            occurred_at=MONDAY,
            recorded_at=MONDAY,
            correlation_id="killed",
            actor="service:test",
            body=msgspec.Raw(each.body),
            seal=each.seal,
        )
        for record, each in zip(made.records, sealed, strict=True)
    ]
    with Publisher(settings, "test") as publisher:
        name = settings.topic_name(INGEST_RECORDS.name)
        publisher.publish([Record(name, e.stream.partition(":")[2].encode(), encode(e)) for e in envelopes])


def stored(bed: Bed) -> int:
    with bed.database.transaction() as connection:
        return int(rows(connection, "SELECT count(*) AS n FROM records")[0].n)


def waiting(bed: Bed) -> int:
    with bed.database.transaction() as connection:
        return index.waiting(connection)


def wait(bed: Bed, process: "subprocess.Popen[bytes]", log: Path, least: int, *, at_rest: bool = False) -> None:
    until = time.monotonic() + 120
    while stored(bed) < least or (at_rest and waiting(bed)):
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < until, f"{stored(bed)} of {least}: {log.read_text()[-2500:]}"
        time.sleep(0.02)


def test_killed_at_random_it_ends_with_the_same_persons_nothing_lost_and_nothing_doubled(
    settings: Settings, bed: Bed, tmp_path: Path
) -> None:
    made, log, chance = made_people(tmp_path / "people", PEOPLE, 5), tmp_path / "log", random.Random(7)  # noqa: S311 - where the kills fall
    publish(settings, bed, made)
    for kill in range(KILLS):
        with worker(settings, log) as process:
            wait(bed, process, log, len(made.records) * (kill + 1) // (KILLS + 2))
            time.sleep(chance.uniform(0, 0.15))
    with worker(settings, log) as process:
        wait(bed, process, log, len(made.records), at_rest=True)
    groups = bed.groups()
    assert stored(bed) == len(made.records)
    told = {frozenset(each.record_ids) for each in bed.states(PERSON) if each.merged_into is None}
    assert told == {frozenset(r.record_id for r in made.records if r.source_row_id in group) for group in groups}
    assert groups == undisturbed(bed, made)


def undisturbed(bed: Bed, made: MadePeople) -> set[frozenset[str]]:
    """What one worker makes of the same records, in one order and nothing in between."""
    quiet = Bed(bed.database, bed.codec, workspace_id=uuid4())
    quiet.hear_in_batches(made.records, 40)
    quiet.look_again()
    return quiet.groups()
