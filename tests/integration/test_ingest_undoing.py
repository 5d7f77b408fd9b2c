"""Undoing imports on real engines: what each record says from then on, and what others hear of it."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from schemas.ingest import RecordIngested, RecordWithdrawn
from services.ingest import undoing
from services.ingest.domain.records import Draft, read_pushed
from services.ingest.handlers import Push, push_records
from services.ingest.store import imports
from services.kit.database import rows, run
from services.kit.errors import Conflict, NotFound, Unavailable
from services.kit.settings import Settings
from tests.builders import MONDAY, work_on
from tests.ingest_bed import Bed, Cut, make_bed
from tests.undo_bed import ask, counts, said_now, told_now, undo, undoer, work_off

pytestmark = pytest.mark.engines
HEADER = "Id,Name,Mail,Firm\n"


def table(*numbers: int, firm: str = "Acme") -> bytes:
    return (HEADER + "".join(f"{n},Ann Lee {n},ann{n}@acme.com,{firm}\n" for n in numbers)).encode()


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Bed]:
    made = make_bed(module_settings)
    yield made
    made.close()


@pytest.fixture
def bed(shared: Bed) -> Bed:
    return replace(shared, workspace_id=uuid4())


def take(bed: Bed, content: bytes) -> UUID:
    import_id = bed.upload(content)
    bed.work_off()
    return import_id


def firms(bed: Bed) -> dict[str, str]:
    """Row's own id → firm, by what is on the topic."""
    return {each.source_row_id: each.fields["company_name"] for each in told_now(bed).values()}


def test_what_rests_on_an_import_alone_goes_with_it(bed: Bed) -> None:
    first, second = take(bed, table(1, 2)), take(bed, table(3))
    undo(bed, first)
    assert counts(bed, first) == ("undone", 2, 0, 0)
    assert firms(bed) == {"3": "Acme"}
    assert bed.counts(second)[0] == "finished"


def test_what_was_changed_goes_back_to_what_the_earlier_import_says(bed: Bed) -> None:
    first, second = take(bed, table(1, 2)), take(bed, table(2, 3, firm="Umbrella"))
    undo(bed, second)
    assert counts(bed, second) == ("undone", 1, 1, 0)
    assert firms(bed) == {"1": "Acme", "2": "Acme"}
    [(_, withdrawn)] = [(e, b) for e, b in bed.withdrawn() if b.stands]
    assert withdrawn.stands
    assert (withdrawn.stands.import_id, withdrawn.stands.row, len(withdrawn.forgotten)) == (first, 3, 1)


def test_what_a_later_import_says_stays(bed: Bed) -> None:
    first, _ = take(bed, table(1, 2)), take(bed, table(2, firm="Umbrella"))
    undo(bed, first)
    assert counts(bed, first) == ("undone", 1, 0, 1)
    assert firms(bed) == {"2": "Umbrella"}


def test_what_another_import_says_too_stays_and_is_its_from_then_on(bed: Bed) -> None:
    first, second = take(bed, table(1)), take(bed, table(1))
    undo(bed, first)
    assert counts(bed, first) == ("undone", 0, 0, 1)
    [(_, withdrawn)] = bed.withdrawn()
    assert withdrawn.stands
    assert (withdrawn.stands.import_id, withdrawn.forgotten) == (second, ())
    undo(bed, second)
    assert firms(bed) == {}


def test_the_same_file_after_its_undo_brings_all_back(bed: Bed) -> None:
    undo(bed, take(bed, table(1, 2)))
    again = take(bed, table(1, 2))
    assert bed.counts(again) == ("finished", 2, 2, 0, 0)
    assert firms(bed) == {"1": "Acme", "2": "Acme"}


def test_undoing_twice_changes_nothing(bed: Bed) -> None:
    import_id = take(bed, table(1, 2))
    undo(bed, import_id)
    before = bed.withdrawn()
    undo(bed, import_id)
    assert bed.withdrawn() == before
    with bed.database.transaction() as connection:
        told = rows(connection, "SELECT type, body FROM events WHERE workspace_id = :w ORDER BY position", w=bed.workspace_id)
    assert [row.type for row in told] == ["SourceRegistered", "ImportStarted", "ImportFinished", "ImportUndone"]
    assert {name: told[-1].body[name] for name in ("gone", "back", "stayed")} == {"gone": 2, "back": 0, "stayed": 0}


def test_the_preview_says_what_then_happens(bed: Bed) -> None:
    take(bed, table(1, 2, 3))
    second = take(bed, table(1, 2, 4, firm="Umbrella"))
    take(bed, table(2))
    with bed.database.transaction() as connection:
        seen = undoing.foresee(connection, bed.workspace_id, second)
    assert (dict(seen.fates), seen.activities, seen.refused) == ({"gone": 1, "back": 1, "stayed": 1}, 0, None)
    undo(bed, second)
    assert counts(bed, second) == ("undone", 1, 1, 1)


def test_a_running_import_is_stopped_when_its_chunk_is_done_and_then_undone(bed: Bed) -> None:
    import_id = bed.upload(table(*range(25)))
    importer = bed.importer()
    importer.step()
    ask(bed, import_id)
    assert undoer(bed).step() == 0, "an import is undone before it has stopped"
    bed.work_off(importer)
    assert bed.counts(import_id)[:2] == ("undoing", 20)
    assert list(bed.settings.uploads_folder.iterdir()) == []
    work_off(bed)
    assert counts(bed, import_id) == ("undone", 20, 0, 0)
    assert firms(bed) == {}


def test_what_a_dead_importer_left_on_the_topic_is_undone_too(bed: Bed) -> None:
    import_id = bed.upload(table(*range(25)))
    with pytest.raises(Unavailable):
        bed.importer(Cut(bed.bus)).step()
    ask(bed, import_id)
    assert len(firms(bed)) == 10
    bed.work_off(bed.importer())
    with bed.database.transaction() as connection:
        run(connection, "UPDATE imports SET lease_until = NULL WHERE import_id = :i", i=import_id)
    bed.work_off(bed.importer())
    work_off(bed)
    assert firms(bed) == {}


def test_an_undo_that_was_cut_off_goes_on_with_the_same_events(bed: Bed) -> None:
    import_id = take(bed, table(*range(25)))
    ask(bed, import_id)
    with pytest.raises(Unavailable):
        undoer(bed, Cut(bed.bus), lease_seconds=0).step()
    assert counts(bed, import_id) == ("undoing", 0, 0, 0)
    work_off(bed)
    assert counts(bed, import_id) == ("undone", 25, 0, 0)
    assert len(bed.withdrawn()) == 35
    assert len({envelope.event_id for envelope, _ in bed.withdrawn()}) == 25


def test_what_comes_in_between_a_cut_off_undo_and_its_next_try_is_not_lost(bed: Bed) -> None:
    first = take(bed, table(1))
    ask(bed, first)
    with pytest.raises(Unavailable):
        undoer(bed, Cut(bed.bus), lease_seconds=0).step()
    assert firms(bed) == {}
    take(bed, table(1))
    assert firms(bed) == {"1": "Acme"}
    work_off(bed)
    assert firms(bed) == {"1": "Acme"}


def test_a_worker_that_was_taken_over_neither_undoes_nor_imports(bed: Bed) -> None:
    import_id = bed.upload(table(1))
    late = bed.importer(lease_seconds=0)
    with bed.database.transaction() as connection:
        job = imports.claim(connection, late.me, 0)
    assert job
    chunk = late._ahead.chunk(job)
    bed.work_off()
    undo(bed, import_id)
    with bed.database.transaction() as connection, pytest.raises(Unavailable, match="taken over"):
        late._take_in(work_on(connection, bed.codec), job, chunk)
    with pytest.raises(Unavailable, match="taken over"):
        late._fail(job, "its file is gone")
    assert counts(bed, import_id)[0] == "undone"
    assert firms(bed) == {}


def test_pushed_records_are_undone_as_imports_are(bed: Bed) -> None:
    def push(email: str) -> UUID:
        draft = read_pushed("7", {"email": email, "company_name": email}, "UTC", MONDAY)
        assert isinstance(draft, Draft)
        asked = Push(bed.workspace_id, uuid4(), "crm", [draft])
        with bed.database.transaction() as connection:
            work = work_on(connection, bed.codec)
            work.append(push_records(work, bed.bus, asked)[1])
        return asked.import_id

    push("ann@acme.com")
    undo(bed, push("bob@acme.com"))
    assert firms(bed) == {"7": "ann@acme.com"}


def test_what_cannot_be_undone_is_refused_with_the_reason(bed: Bed) -> None:
    with pytest.raises(NotFound):
        ask(bed, uuid4())
    old = take(bed, table(1))
    with bed.database.transaction() as connection:
        run(connection, "UPDATE imports SET remembered = false WHERE import_id = :i", i=old)
    with pytest.raises(Conflict, match="earlier versions"):
        ask(bed, old)
    deeds = take(bed, b"Mail,Event,Time\nann@acme.com,download,2026-03-01T09:00:00Z\n")
    with bed.database.transaction() as connection:
        assert undoing.foresee(connection, bed.workspace_id, deeds).activities == 1
    with pytest.raises(Conflict, match="activities"):
        ask(bed, deeds)


def test_nothing_is_kept_of_what_was_undone(bed: Bed) -> None:
    first, second = take(bed, table(1, 2)), take(bed, table(2, 3, firm="Umbrella"))
    undo(bed, second)
    undo(bed, first)
    assert said_now(bed) == {}
    assert all(isinstance(each, RecordIngested | RecordWithdrawn) for each in bed.bodies())


def test_an_import_that_speaks_of_a_record_several_times_goes_to_the_end(bed: Bed) -> None:
    """A chunk has fewer records than places then, and is not the last for it."""
    rows_of_one = "".join(f"1,Ann Lee 1,ann1@acme.com,{firm}\n" for firm in ("Acme", "Umbrella", "Acme", "Umbrella"))
    first = take(bed, (HEADER + rows_of_one).encode() + table(2, 3, 4).removeprefix(HEADER.encode()))
    take(bed, table(1, 2, 3, 4, firm="Later"))
    ask(bed, first)
    work_off(bed, undoer(bed, chunk=2))
    assert counts(bed, first) == ("undone", 0, 0, 4)
    with bed.database.transaction() as connection:
        assert rows(connection, "SELECT 1 FROM earlier WHERE workspace_id = :w", w=bed.workspace_id) == []
