"""What a process remembers of a workspace never decides anything: several that take turns, and fail now and then, come to what one does."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from bench.dedupe import records_of
from bench.people.writing import write
from schemas.ingest import RecordIngested
from services.dedupe import handlers
from services.dedupe.models import Judges
from services.dedupe.sitting import MOST_WORKSPACES
from services.kit.database import rows
from tests.builders import work_on
from tests.dedupe_bed import Bed
from tests.ingest_bed import heard

pytestmark = pytest.mark.engines
PEOPLE, BATCH = 120, 25


class ThrownAwayError(Exception):
    """A batch that is rolled back at its end."""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Sequence[RecordIngested]:
    folder: Path = tmp_path_factory.mktemp("people")
    write(folder, PEOPLE, 5)
    return sorted(records_of(folder).values(), key=lambda each: each.record_id)


def throw_away(bed: Bed, batch: Sequence[RecordIngested]) -> None:
    def work() -> None:
        with bed.database.transaction() as connection:
            events = [heard(each, bed.workspace_id) for each in batch]
            handlers.when_records_arrive_merge_them(events, work_on(connection, bed.codec), bed.judges)
            raise ThrownAwayError

    with pytest.raises(ThrownAwayError):
        work()


def picture(bed: Bed) -> tuple[dict[UUID, tuple[UUID, str]], list[str]]:
    """Whose each record is, by the person's first record in that workspace, with the company's domain or name; and all golden records."""
    companies = {company_id: each.details.model_dump_json() for company_id, each in bed.companies().items()}
    with bed.database.transaction() as connection:
        found = rows(
            connection,
            """SELECT record_id, company_id, first_value(record_id) OVER (PARTITION BY person_id, coalesce(person_id, record_id)
               ORDER BY arrived) AS first FROM records WHERE workspace_id = :w""",
            w=bed.workspace_id,
        )
    whose = {row.record_id: (row.first, companies.get(row.company_id, "")) for row in found}
    return whose, sorted(each.details.model_dump_json() for each in bed.persons().values())


@pytest.mark.parametrize("seed", range(3))
def test_processes_that_take_turns_and_fail_come_to_what_one_does(dedupe_bed: Bed, records: Sequence[RecordIngested], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - which turns they take
    in_order = chance.sample(records, len(records))
    alone = dedupe_bed.elsewhere(judges=Judges())
    several = [dedupe_bed.elsewhere(judges=Judges())]
    several += [replace(several[0], judges=Judges()) for _ in range(2)]
    for start in range(0, len(in_order), BATCH):
        batch = in_order[start : start + BATCH]
        alone.hear(*batch)
        if chance.random() < 0.3:
            throw_away(chance.choice(several), chance.sample(in_order, BATCH))
        chance.choice(several).hear(*batch)
    alone.look_again()
    chance.choice(several).look_again()
    assert picture(several[0]) == picture(alone)
    assert several[0].tallies() == several[0].recounted()


def test_only_the_workspaces_decided_in_last_are_remembered(dedupe_bed: Bed) -> None:
    judges = Judges()
    beds = [dedupe_bed.elsewhere(judges=judges) for _ in range(MOST_WORKSPACES + 2)]
    for turn, bed in enumerate([*beds[:-1], beds[1], beds[-1]]):
        bed.hear(bed.record("1", full_name="Ann Lee", email="ann@acme.com", title=f"Clerk {turn}"))
    with dedupe_bed.database.transaction() as connection:
        recalled = judges.current(connection).recalled
    assert list(recalled) == [each.workspace_id for each in (*beds[3:-1], beds[1], beds[-1])]
