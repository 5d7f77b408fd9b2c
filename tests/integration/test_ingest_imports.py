"""Imports from file to topic: each record once, whatever happens on the way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.topics import INGEST_IMPORTS
from services.ingest.domain.records import AHEAD
from services.ingest.importing import MOST_TAKEOVERS
from services.ingest.store import imports, sources
from services.kit.database import rows, run
from services.kit.errors import Invalid, Unavailable
from services.kit.settings import Settings
from tests.builders import MONDAY
from tests.ingest_bed import Bed, Cut, make_bed

pytestmark = pytest.mark.engines

SAMPLES = Path(__file__).parents[2] / "sample-data"
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


@pytest.mark.parametrize(
    ("name", "accepted", "rejected"),
    [("crm_export", 1642, 11), ("event_attendees", 1080, 8), ("linkedin_scrape", 1036, 7), ("newsletter", 934, 7)],
)
def test_the_sample_files_come_in_with_what_is_no_record_refused(bed: Bed, name: str, accepted: int, rejected: int) -> None:
    import_id = bed.upload((SAMPLES / f"{name}.csv").read_bytes(), name)
    bed.work_off(bed.importer(chunk_rows=500))
    assert bed.counts(import_id) == ("finished", accepted + rejected, accepted, 0, rejected)
    published = bed.published()
    assert len({body.source_row_id for _, body in published}) == len(published) == accepted
    assert {envelope.version for envelope, _ in published} == {0}
    # Those from after this Monday are not believed.
    times = [body.as_of for _, body in published if "updated_at" in body.fields]
    assert max(filter(None, times), default=MONDAY) <= MONDAY + AHEAD
    assert sum(time is None for time in times) <= 0.03 * len(times)


def test_a_record_has_its_provenance_and_its_words_are_sealed(bed: Bed) -> None:
    import_id = bed.upload(table(7))
    bed.work_off()
    [(envelope, body)] = bed.published()
    assert (body.source, body.source_row_id, body.import_id, body.row) == ("crm", "7", import_id, 2)
    assert body.fields == {"full_name": "Ann Lee 7", "email": "ann7@acme.com", "company_name": "Acme"}
    assert b"Ann" not in bytes(envelope.body)
    assert envelope.occurred_at == MONDAY


def test_the_same_file_again_adds_nothing_and_a_changed_row_adds_itself(bed: Bed) -> None:
    bed.upload(table(1, 2, 3))
    bed.work_off()
    again = bed.upload(table(1, 2, 3))
    bed.work_off()
    assert bed.counts(again) == ("finished", 3, 0, 3, 0)
    changed = bed.upload(HEADER.encode() + b"2,Ann Lee-Ray,ann2@acme.com,Acme\n3,Ann Lee 3,ann3@acme.com,Acme\n")
    bed.work_off()
    assert bed.counts(changed) == ("finished", 2, 1, 1, 0)
    assert Counter(body.source_row_id for _, body in bed.published()) == {"1": 1, "2": 2, "3": 1}


def test_of_rows_with_one_id_the_last_counts_and_the_same_file_again_adds_nothing(bed: Bed) -> None:
    rows = HEADER.encode() + b"1,Ann Lee,,Acme\n1,Ann Lee,,Acme\n1,Ann Ray,,Acme\n,Bob Ray,,Acme\n,Bob Ray,,Acme\n"
    for accepted in (2, 0):
        import_id = bed.upload(rows)
        bed.work_off()
        assert bed.counts(import_id) == ("finished", 5, accepted, 5 - accepted, 0)
    assert {body.fields["full_name"] for _, body in bed.published()} == {"Ann Ray", "Bob Ray"}


def test_what_was_published_before_a_crash_is_published_again_as_the_same_events(bed: Bed) -> None:
    import_id = bed.upload(table(*range(1, 31)))
    importer = bed.importer(Cut(bed.bus, times=1))
    with pytest.raises(Unavailable):
        importer.step()
    assert bed.counts(import_id) == ("running", 0, 0, 0, 0)
    bed.work_off(importer)
    assert bed.counts(import_id) == ("finished", 30, 30, 0, 0)
    published = bed.published()
    assert len(published) == 40
    said = {envelope.event_id: (body.record_id, body.digest) for envelope, body in published}
    assert len(said) == len(set(said.values())) == 30


def test_json_lines_go_on_where_a_worker_was_cut_off(bed: Bed) -> None:
    lines = [b'{"id": %d, "mail": "ann%d@acme.com"}' % (n, n) for n in range(25)]
    lines[12] = b"oops"
    import_id = bed.upload(b"\n".join(lines))
    importer = bed.importer(Cut(bed.bus, times=1))
    with pytest.raises(Unavailable):
        importer.step()
    bed.work_off(importer)
    assert bed.counts(import_id) == ("finished", 25, 24, 0, 1)
    assert {body.row for _, body in bed.published()} == {n + 1 for n in range(25) if n != 12}


def test_an_import_that_was_begun_before_there_were_forms_is_one_of_csv(bed: Bed) -> None:
    import_id = bed.upload(table(1, 2))
    with bed.database.transaction() as connection:
        run(connection, "UPDATE imports SET layout = layout - 'form' WHERE import_id = :i", i=import_id)
    bed.work_off()
    assert bed.counts(import_id) == ("finished", 2, 2, 0, 0)


def test_another_worker_goes_on_where_one_was_lost(bed: Bed) -> None:
    import_id = bed.upload(table(*range(1, 26)))
    bed.importer().step()
    lost = bed.importer(Cut(bed.bus, times=1), lease_seconds=0)
    with pytest.raises(Unavailable):
        lost.step()
    bed.work_off(bed.importer())
    assert bed.counts(import_id) == ("finished", 25, 25, 0, 0)


def test_a_worker_that_holds_a_chunk_keeps_others_from_it_until_its_lease_ends(bed: Bed) -> None:
    bed.upload(table(*range(1, 26)))
    first = bed.importer()
    with bed.database.transaction() as connection:
        assert imports.claim(connection, first.me, 60)
    assert bed.importer().step() == 0
    bed.work_off(first)


def test_a_worker_whose_chunk_was_taken_over_stores_nothing(bed: Bed) -> None:
    import_id = bed.upload(table(*range(1, 6)))
    with bed.database.transaction() as connection:
        slow = imports.claim(connection, uuid4(), 0)
    bed.work_off()
    assert slow
    with bed.database.transaction() as connection:
        assert not imports.advance(connection, slow, uuid4(), slow.place, slow.counts)
    assert bed.counts(import_id) == ("finished", 5, 5, 0, 0)


def test_an_import_over_which_workers_die_again_and_again_is_given_up(bed: Bed) -> None:
    import_id = bed.upload(table(1, 2))
    for _ in range(MOST_TAKEOVERS + 1):
        with bed.database.transaction() as connection:
            assert imports.claim(connection, uuid4(), 0)
    bed.work_off()
    assert bed.counts(import_id)[0] == "failed"
    with bed.database.transaction() as connection:
        row = imports.find(connection, bed.workspace_id, import_id)
        assert row is not None
        assert "from line 2 on" in row.reason


def test_an_import_whose_file_is_gone_fails_with_the_reason(bed: Bed) -> None:
    import_id = bed.upload(table(1))
    for path in bed.settings.uploads_folder.iterdir():
        path.unlink()
    bed.work_off()
    assert bed.counts(import_id)[0] == "failed"


def test_imports_take_turns(bed: Bed) -> None:
    long, short = bed.upload(table(*range(100)), "long"), bed.upload(table(*range(5)), "short")
    importer = bed.importer()
    for _ in range(2):
        importer.step()
    assert bed.counts(short)[0] == "finished"
    assert bed.counts(long)[:2] == ("running", 10)


def test_a_finished_import_leaves_no_file_behind(bed: Bed) -> None:
    bed.upload(table(1))
    bed.work_off()
    assert list(bed.settings.uploads_folder.iterdir()) == []


def test_refused_rows_are_kept_with_their_line_reason_and_words(bed: Bed) -> None:
    import_id = bed.upload(HEADER.encode() + b'1,Ann Lee,,Acme\n2,Bob\n\n4,,,\n5,"x\0",,\n')
    bed.work_off()
    with bed.database.transaction() as connection:
        refused = imports.rejected(connection, bed.workspace_id, import_id, 0, 10)
    assert [(row.line, row.raw) for row in refused] == [(3, "2,Bob"), (4, ""), (5, "4,,,"), (6, '5,"x\ufffd",,')]
    assert bed.counts(import_id) == ("finished", 5, 1, 0, 4)


def test_a_reason_is_kept_whatever_it_holds(bed: Bed) -> None:
    import_id = bed.upload(HEADER.encode() + b"1,Ann Lee,ann@acme.com,Acme\n")
    with bed.database.transaction() as connection:
        imports.reject(connection, bed.workspace_id, import_id, [(7, "a\0b \ud800", "c\0d \udfff")])
        [row] = imports.rejected(connection, bed.workspace_id, import_id, 0, 10)
    assert (row.line, row.reason, row.raw) == (7, "a\ufffdb \ufffd", "c\ufffdd \ufffd")


def test_a_mapping_is_saved_for_the_sources_next_file_and_has_a_new_version_when_it_changes(bed: Bed) -> None:
    given = {"Id": "row_id", "Mail": "work_email"}
    bed.upload(table(1), mapping=given)
    bed.upload(table(1))
    bed.upload(table(1), mapping={**given, "Firm": "company_name"})
    bed.work_off()
    with bed.database.transaction() as connection:
        found = rows(connection, "SELECT version, mapping FROM mappings WHERE workspace_id = :w ORDER BY version", w=bed.workspace_id)
        assert [tuple(row) for row in found] == [(1, given), (2, {**given, "Firm": "company_name"})]
        [source] = sources.sources(connection, bed.workspace_id, None, 10)
    assert (source.name, source.version) == ("crm", 2)


def test_a_mapping_that_does_not_fit_the_file_is_refused_and_nothing_is_left(bed: Bed) -> None:
    with pytest.raises(Invalid, match="no column 'Nope'"):
        bed.upload(table(1), mapping={"Nope": "email"})
    assert list(bed.settings.uploads_folder.iterdir()) == []
    with bed.database.transaction() as connection:
        assert rows(connection, "SELECT 1 FROM sources WHERE workspace_id = :w", w=bed.workspace_id) == []


def test_what_happened_is_told(bed: Bed) -> None:
    import_id = bed.upload(table(1, 2))
    bed.work_off()
    with bed.database.transaction() as connection:
        told = rows(connection, "SELECT type, body FROM events WHERE workspace_id = :w ORDER BY position", w=bed.workspace_id)
    assert [row.type for row in told] == ["SourceRegistered", "ImportStarted", "ImportFinished"]
    assert {body.__name__ for body in INGEST_IMPORTS.bodies} >= {row.type for row in told}
    assert told[1].body["mapping"] == {"Id": "row_id", "Name": "full_name", "Mail": "email", "Firm": "company_name"}
    assert (told[2].body["import_id"], told[2].body["accepted"]) == (str(import_id), 2)
