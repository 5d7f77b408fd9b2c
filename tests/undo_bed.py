"""Imports undone on real engines: the asking, a worker to do it, and what is known and told of each record then."""

from uuid import UUID

from schemas.ingest import RecordIngested, RecordWithdrawn
from services.ingest import undoing
from services.ingest.ports import RecordBus
from services.ingest.store import imports
from services.ingest.undoing import Undoer
from services.kit.database import rows
from tests.builders import MONDAY, work_on
from tests.ingest_bed import Bed


def ask(bed: Bed, import_id: UUID) -> None:
    with bed.database.transaction() as connection:
        undoing.ask_to_undo(work_on(connection, bed.codec), bed.workspace_id, import_id)


def undoer(bed: Bed, bus: RecordBus | None = None, chunk: int = 10, lease_seconds: float = 60) -> Undoer:
    return Undoer(bed.database, bed.codec, lambda: MONDAY, bus or bed.bus, chunk, lease_seconds)


def work_off(bed: Bed, worker: Undoer | None = None) -> None:
    worker = worker or undoer(bed)
    while worker.step():
        pass


def undo(bed: Bed, import_id: UUID) -> None:
    ask(bed, import_id)
    work_off(bed)


def counts(bed: Bed, import_id: UUID) -> tuple[str, int, int, int]:
    """State, and how many records are gone, went back, stayed."""
    with bed.database.transaction() as connection:
        row = imports.find(connection, bed.workspace_id, import_id)
    assert row is not None
    return row.state, row.gone, row.back, row.stayed


def said_now(bed: Bed) -> dict[UUID, str]:
    """Record → digest of what was said last, by ingest's own tables; and nothing is left below what is gone."""
    with bed.database.transaction() as connection:
        found = rows(connection, "SELECT record_id, digest FROM records WHERE workspace_id = :w", w=bed.workspace_id)
        below = rows(connection, "SELECT DISTINCT record_id FROM earlier WHERE workspace_id = :w", w=bed.workspace_id)
    said = {row.record_id: row.digest for row in found}
    assert {row.record_id for row in below} <= said.keys()
    return said


def told_now(bed: Bed) -> dict[UUID, RecordIngested]:
    """Record → what it says now, as one who only listens to the topic knows it."""
    known: dict[UUID, dict[str, RecordIngested]] = {}
    now: dict[UUID, RecordIngested] = {}
    for body in bed.bodies():
        if isinstance(body, RecordIngested):
            known.setdefault(body.record_id, {})[body.digest] = now[body.record_id] = body
        elif isinstance(body, RecordWithdrawn):
            versions = known.get(body.record_id, {})
            if body.stands is None:
                now.pop(body.record_id, None)
            else:
                now[body.record_id] = versions[body.stands.digest]
            for digest in body.forgotten:
                versions.pop(digest, None)
    return now
