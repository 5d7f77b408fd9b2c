"""Dedupe on a real database: records as its topic brings them, and what the tables and streams then say."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from schemas.body import PROVIDER
from schemas.ingest import RecordIngested, RecordVersion, RecordWithdrawn
from services.dedupe import handlers, recognising, store, tallies
from services.dedupe.domain.company import Change, Company, Tally
from services.dedupe.domain.person import Person
from services.dedupe.kinds import COMPANY, PERSON
from services.dedupe.models import Judges
from services.ingest.domain.ids import record_id_of, source_id_of
from services.ingest.domain.records import digest_of
from services.kit.codec import Codec, Heard
from services.kit.database import Database, rows, run
from services.kit.events import Kind, Told, Work
from services.kit.settings import Settings
from tests.builders import MONDAY, codec_over, work_on
from tests.ingest_bed import heard

S = TypeVar("S")
T = TypeVar("T")


@dataclass
class Bed:
    database: Database
    codec: Codec
    judges: Judges = field(default_factory=Judges)
    settings: Settings | None = None
    workspace_id: UUID = PROVIDER
    """Where everything happens: tests on one database keep apart by it."""

    def elsewhere(self, judges: Judges | None = None) -> "Bed":
        """The same in a workspace of its own."""
        return replace(self, workspace_id=uuid4(), judges=judges or self.judges)

    def record(self, row_id: str, as_of: datetime | None = None, source: str = "crm", **fields: str) -> RecordIngested:
        source_id = source_id_of(self.workspace_id, source)
        return RecordIngested(
            record_id=record_id_of(source_id, row_id),
            source_id=source_id,
            source=source,
            source_row_id=row_id,
            import_id=source_id,
            row=2,
            # A source's own time is one of the fields that the digest is of.
            digest=digest_of(fields | ({"updated_at": as_of.isoformat()} if as_of else {})),
            as_of=as_of,
            fields=fields,
        )

    def hear(self, *records: RecordIngested) -> list[Told]:
        """One batch, handled as the shell does it."""
        return self.take([heard(each, self.workspace_id, MONDAY) for each in records])

    def take(self, batch: Sequence[Heard]) -> list[Told]:
        with self.database.transaction() as connection:
            work = work_on(connection, self.codec)
            told = handlers.when_records_arrive_merge_them(batch, work, self.judges)
            work.append(told)
        return told

    def ask(self, act: Callable[[Work], tuple[T, list[Told]]]) -> T:
        """What somebody asks of it, done as a request does it."""
        with self.database.transaction() as connection:
            work = work_on(connection, self.codec)
            answer, told = act(work)
            work.append(told)
        return answer

    def person_of(self, row_id: str) -> UUID:
        with self.database.transaction() as connection:
            found = store.find(connection, [(self.workspace_id, self.record(row_id).record_id)])
        [stored] = found.values()
        assert stored.person_id is not None
        return stored.person_id

    def look_again(self) -> list[Told]:
        """All that waits for it, as the loop does it."""
        return self._until_done(lambda work: handlers.look_again(work, self.judges, 100))

    def recognise(self) -> list[Told]:
        """All own persons who are to be looked for among the Provider's, as the loop does it."""
        return self._until_done(lambda work: recognising.recognise(work, self.judges, 100))

    def _until_done(self, step: Callable[[Work], tuple[int, list[Told]]]) -> list[Told]:
        told: list[Told] = []
        many = 1
        while many:
            with self.database.transaction() as connection:
                work = work_on(connection, self.codec)
                many, found = step(work)
                work.append(found)
            told += found
        return told

    def hear_in_batches(self, records: Sequence[RecordIngested], size: int) -> None:
        for start in range(0, len(records), size):
            self.hear(*records[start : start + size])

    def persons(self) -> dict[UUID, Person]:
        """Those who were not merged away."""
        return {each.person_id: each for each in self.states(PERSON) if each.merged_into is None}

    def companies(self) -> dict[UUID, Company]:
        return {each.company_id: each for each in self.states(COMPANY) if each.merged_into is None}

    def states(self, kind: Kind[S]) -> list[S]:
        with self.database.transaction() as connection:
            found = rows(
                connection,
                "SELECT state::text AS state FROM streams WHERE workspace_id = :w AND stream LIKE :kind AND state IS NOT NULL",
                w=self.workspace_id,
                kind=f"{kind.name}:%",
            )
        return [kind.stored.validate_json(row.state) for row in found]

    def empty(self) -> None:
        """Forget all that there is, in all workspaces."""
        with self.database.transaction() as connection:
            found = rows(connection, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
            for row in found:
                if row.tablename != "alembic_version":
                    run(connection, f"DELETE FROM {row.tablename}")
                run(connection, f"DELETE FROM {row.tablename}")

    def tallies(self) -> dict[UUID, Tally]:
        """What is counted of each company."""
        with self.database.transaction() as connection:
            found = rows(connection, "SELECT company_id FROM tallies WHERE workspace_id = :w", w=self.workspace_id)
            return tallies.of(connection, self.workspace_id, [row.company_id for row in found])

    def recounted(self) -> dict[UUID, Tally]:
        """The same from all records."""
        with self.database.transaction() as connection:
            found = rows(connection, store.RECORDS + "WHERE workspace_id = :w AND company_id IS NOT NULL", w=self.workspace_id)
        changes: dict[UUID, Change] = defaultdict(Change)
        for each in map(store.stored, found):
            if each.company_id:
                changes[each.company_id].count(each.record, 1)
        return {company_id: Tally().changed(change) for company_id, change in changes.items()}

    def groups(self) -> set[frozenset[str]]:
        """The records of each person, by their rows' own ids."""
        with self.database.transaction() as connection:
            found = rows(
                connection,
                """SELECT array_agg(record->>'source_row_id') AS ids FROM records
                   WHERE workspace_id = :w AND person_id IS NOT NULL GROUP BY person_id""",
                w=self.workspace_id,
            )
        return {frozenset(row.ids) for row in found}


def make_bed(settings: Settings) -> Bed:
    database = Database(settings, "dedupe")
    return Bed(database, codec_over(settings, database), settings=settings)


def withdrawn(record: RecordIngested, *others: RecordIngested, stands: RecordIngested | None = None) -> RecordWithdrawn:
    """Nobody says this and the others any more; `stands`, if anything."""
    version = stands and RecordVersion(import_id=stands.import_id, row=stands.row, digest=stands.digest)
    forgotten = tuple(each.digest for each in (record, *others))
    return RecordWithdrawn(
        record_id=record.record_id, source_id=record.source_id, import_id=record.import_id, stands=version, forgotten=forgotten
    )
