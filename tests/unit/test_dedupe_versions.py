"""The versions of one record: which one stands as imports come and are undone."""

from datetime import timedelta
from uuid import UUID, uuid4

from msgspec.structs import replace

from schemas.ingest import RecordVersion, RecordWithdrawn
from services.dedupe.domain.record import NormalRecord
from services.dedupe.domain.versions import NOTHING, Version, Versions, ingest, withdraw
from tests.builders import MONDAY

RECORD, ONE, TWO = uuid4(), UUID(int=1), UUID(int=2)


def version(digest: str, import_id: UUID = ONE, row: int = 2) -> Version:
    return Version(digest, NormalRecord(RECORD, "crm", "7", import_id, row, MONDAY, title=digest))


def withdrawn(*forgotten: str, stands: RecordVersion | None = None) -> RecordWithdrawn:
    return RecordWithdrawn(record_id=RECORD, source_id=uuid4(), import_id=TWO, stands=stands, forgotten=forgotten)


def stands(digest: str, import_id: UUID = ONE, row: int = 2) -> RecordVersion:
    return RecordVersion(import_id=import_id, row=row, digest=digest)


def test_what_is_said_anew_stands_and_what_was_said_before_is_kept() -> None:
    both = ingest(ingest(NOTHING, version("a")), version("b"))
    assert both == Versions(version("b"), {"a": version("a").record})
    assert ingest(both, version("b", TWO)) == both
    assert ingest(both, version("a")) == Versions(version("a"), {"b": version("b").record})


def test_a_withdrawal_puts_an_earlier_version_back_and_forgets_what_nobody_says() -> None:
    both = ingest(ingest(NOTHING, version("a")), version("b", TWO))
    event = withdrawn("b", stands=stands("a"))
    assert withdraw(both, event) == Versions(version("a"), {})
    assert withdraw(withdraw(both, event), event) == Versions(version("a"), {})


def test_a_withdrawal_of_all_leaves_nothing() -> None:
    assert withdraw(ingest(ingest(NOTHING, version("a")), version("b")), withdrawn("a", "b")) == NOTHING
    assert withdraw(NOTHING, withdrawn("a")) == NOTHING


def test_what_another_import_says_too_has_its_provenance_and_its_time() -> None:
    later = MONDAY + timedelta(days=1)
    event = withdrawn(stands=stands("a", TWO, row=9).model_copy(update={"at": later}))
    [after] = [withdraw(ingest(NOTHING, version("a")), event).now]
    assert after == Version("a", replace(version("a", TWO, row=9).record, as_of=later))


def test_what_stands_but_was_never_heard_leaves_what_is_known_unless_that_is_forgotten() -> None:
    only = ingest(NOTHING, version("b"))
    assert withdraw(only, withdrawn(stands=stands("a"))) == only
    assert withdraw(only, withdrawn("b", stands=stands("a"))) == NOTHING
