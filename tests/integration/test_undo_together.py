"""Ingest and dedupe together: whatever is imported, changed, imported again and undone, in any order and with workers that die on the
way, each record says in the end what the latest import says of it that was not undone; and persons are as if nothing else had been.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest

from schemas.ingest import RecordIngested
from services.ingest.domain.records import digest_of
from services.kit.database import run
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from tests import dedupe_bed, ingest_bed
from tests.ingest_bed import Bed, Cut, heard
from tests.undo_bed import ask, said_now, told_now, undoer, work_off

pytestmark = pytest.mark.engines
STEPS = 30
ROWS = 8


@dataclass
class World:
    """What was imported, in its order: import, and row's own id → fields. A row may come twice in a file."""

    bed: Bed
    chance: random.Random
    imports: dict[UUID, list[tuple[str, dict[str, str]]]] = field(default_factory=dict)
    undone: set[UUID] = field(default_factory=set)

    def step(self) -> None:
        deed = self.chance.choice(("import", "import", "again", "undo", "undo"))
        if deed == "import" or not self.imports:
            self.take([(str(n), self.fields(n)) for n in self.chance.choices(range(ROWS), k=self.chance.randint(1, ROWS))])
        elif deed == "again":
            self.take(self.imports[self.chance.choice(list(self.imports))])
        else:
            self.undo(self.chance.choice(list(self.imports)))

    def fields(self, number: int) -> dict[str, str]:
        """Some share an address with another row, so that persons merge and split."""
        mail = f"ann{self.chance.choice((number, number // 2))}@acme.com"
        return {"full_name": f"Ann Lee {number}", "email": mail, "company_name": self.chance.choice(("Acme", "Umbrella"))}

    def take(self, rows: list[tuple[str, dict[str, str]]]) -> None:
        lines = [",".join((row_id, fields["full_name"], fields["email"], fields["company_name"])) for row_id, fields in rows]
        import_id = self.bed.upload(("Id,Name,Mail,Firm\n" + "\n".join(lines) + "\n").encode())
        self.imports[import_id] = rows
        if self.chance.random() < 0.3:
            self.die(lambda: self.bed.importer(Cut(self.bed.bus), chunk_rows=3).step())
        self.bed.work_off(self.bed.importer(chunk_rows=3))

    def undo(self, import_id: UUID) -> None:
        ask(self.bed, import_id)
        self.undone.add(import_id)
        if self.chance.random() < 0.5:
            undoer(self.bed, chunk=2).step()
            self.die(lambda: undoer(self.bed, Cut(self.bed.bus), chunk=2).step())
        # Else, or if it died, it goes on when somebody has imported something in between.
        if self.chance.random() < 0.5:
            work_off(self.bed, undoer(self.bed, chunk=2))

    def die(self, worker_dies: object) -> None:
        assert callable(worker_dies)
        with suppress(Unavailable):
            worker_dies()
        with self.bed.database.transaction() as connection:
            run(connection, "UPDATE imports SET lease_until = NULL WHERE workspace_id = :w", w=self.bed.workspace_id)

    def expected(self) -> dict[str, dict[str, str]]:
        return {row_id: fields for key, rows in self.imports.items() if key not in self.undone for row_id, fields in rows}


@pytest.fixture(scope="module")
def beds(module_settings: Settings) -> Iterator[tuple[Bed, dedupe_bed.Bed]]:
    ingest, dedupe = ingest_bed.make_bed(module_settings), dedupe_bed.make_bed(module_settings)
    yield ingest, dedupe
    dedupe.database.close()
    ingest.close()


@pytest.mark.parametrize("seed", range(5))
def test_what_stands_is_what_the_latest_import_says_that_was_not_undone(beds: tuple[Bed, dedupe_bed.Bed], seed: int) -> None:
    workspace_id = uuid4()
    world = World(replace(beds[0], workspace_id=workspace_id), random.Random(seed))  # noqa: S311 - which program it is
    for step in range(STEPS):
        world.step()
        if step % 6 == 5:
            work_off(world.bed)
            assert sorted(said_now(world.bed).values()) == sorted(map(digest_of, world.expected().values()))
    work_off(world.bed)
    assert {each.source_row_id: each.fields for each in told_now(world.bed).values()} == world.expected()
    dedupe = replace(beds[1], workspace_id=workspace_id)
    hear_all(dedupe, world)
    assert dedupe.tallies() == dedupe.recounted()
    assert pictures(dedupe) == pictures(as_if_nothing_else_had_been(beds[1], list(told_now(world.bed).values())))


def hear_all(dedupe: dedupe_bed.Bed, world: World) -> None:
    """In batches of any size."""
    batch = [heard(body, dedupe.workspace_id) for body in world.bed.bodies()]
    while batch:
        size = world.chance.randint(1, 20)
        dedupe.take(batch[:size])
        batch = batch[size:]


def as_if_nothing_else_had_been(bed: dedupe_bed.Bed, records: list[RecordIngested]) -> dedupe_bed.Bed:
    fresh = replace(bed, workspace_id=uuid4())
    fresh.hear(*records)
    return fresh


def pictures(bed: dedupe_bed.Bed) -> tuple[set[frozenset[str]], list[str], list[str]]:
    """Who is whom, what is known of them, and of which companies."""
    persons = sorted(each.details.model_dump_json() for each in bed.persons().values() if not each.withdrawn)
    companies = sorted(each.details.model_dump_json() for each in bed.companies().values() if not each.withdrawn)
    return bed.groups(), persons, companies
