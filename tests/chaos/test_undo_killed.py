"""The undoing worker, a process of its own, is killed again and again: every record is withdrawn, and what stays is what should."""

import random
import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from schemas.ingest import RecordWithdrawn
from services.kit.settings import Settings
from tests.chaos.test_ingest_killed import worker
from tests.ingest_bed import Bed, make_bed
from tests.undo_bed import ask, counts, said_now, told_now

pytestmark = [pytest.mark.engines, pytest.mark.chaos]

ROWS = 4000
CHANGED = 1500
KILLS = 3


@pytest.fixture
def bed(settings: Settings) -> Iterator[Bed]:
    made = make_bed(settings)
    yield made
    made.close()


def table(rows: range, firm: str) -> bytes:
    return ("Id,Mail,Firm\n" + "".join(f"{n},ann{n}@acme.com,{firm}\n" for n in rows)).encode()


def done(bed: Bed, import_id: UUID) -> int:
    return sum(counts(bed, import_id)[1:])


def wait_for(bed: Bed, import_id: UUID, more_than: int) -> None:
    until = time.monotonic() + 60
    while done(bed, import_id) <= more_than and counts(bed, import_id)[0] != "undone":
        assert time.monotonic() < until, f"the undo stands at {done(bed, import_id)} records"
        time.sleep(0.02)


def test_a_worker_killed_in_the_middle_of_an_undo_loses_and_doubles_nothing(bed: Bed) -> None:
    bed.upload(table(range(CHANGED), "Acme"))
    bed.work_off(bed.importer(chunk_rows=1000))
    before = told_now(bed)
    second = bed.upload(table(range(ROWS), "Umbrella"))
    bed.work_off(bed.importer(chunk_rows=1000))
    ask(bed, second)
    chance = random.Random(7)  # noqa: S311 - where the kills fall
    for _ in range(KILLS):
        with worker(bed.settings):
            wait_for(bed, second, done(bed, second))
            time.sleep(chance.uniform(0, 0.1))
        assert counts(bed, second)[0] == "undoing", "the undo was over before the last kill"
    with worker(bed.settings):
        wait_for(bed, second, ROWS)
    assert counts(bed, second) == ("undone", ROWS - CHANGED, CHANGED, 0)
    assert {key: body.fields for key, body in told_now(bed).items()} == {key: body.fields for key, body in before.items()}
    assert said_now(bed) == {key: body.digest for key, body in before.items()}
    withdrawn = bed.withdrawn()
    assert len({envelope.event_id for envelope, _ in withdrawn}) == ROWS
    assert all(isinstance(body, RecordWithdrawn) for _, body in withdrawn)
