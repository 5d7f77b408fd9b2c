"""What a batch of ingest's events makes of each record: the version that stands in the end, and the ones to be kept beside it.

Its table holds earlier versions only. So a record that is new, which most are, costs nothing here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from schemas.ingest import RecordIngested, RecordWithdrawn
from services.dedupe.domain.normalise import normalise
from services.dedupe.domain.record import NormalRecord
from services.dedupe.domain.versions import NOTHING, Version, Versions, ingest, withdraw
from services.dedupe.store import Scoped, Stored, scoped
from services.kit.codec import Heard
from services.kit.database import as_json, rows, run

RECORD = (RecordIngested, RecordWithdrawn)
_decoder = msgspec.json.Decoder(NormalRecord)


@dataclass(frozen=True)
class Turn:
    """What stands of a record after the batch, if that is another than before. `now` of None: it is taken away. `because` of `heard`."""

    workspace_id: UUID
    now: Version | None
    heard: Heard

    @property
    def is_back(self) -> bool:
        return isinstance(self.heard.body, RecordWithdrawn)


def of_records(heard: Iterable[Heard]) -> list[Heard]:
    """Those that say something of a record. What is sealed in an erased one is not known any more."""
    return [h for h in heard if isinstance(h.body, RECORD) and not h.erased]


def scope_of(heard: Heard) -> Scoped:
    assert isinstance(heard.body, RECORD)  # noqa: S101 - the caller's filter
    return heard.envelope.workspace_id, heard.body.record_id


def turns(connection: Connection, heard: Sequence[Heard], known: Mapping[UUID, Stored]) -> dict[UUID, Turn]:
    """Fold the batch (of `of_records`) and keep what is to be kept. A record that says what it said before is not among the answers."""
    by_record: dict[Scoped, list[Heard]] = {}
    for h in heard:
        by_record.setdefault(scope_of(h), []).append(h)
    changing = {scope: events for scope, events in by_record.items() if changes(events, known.get(scope[1]))}
    # What is not known, and only comes, has no earlier versions.
    before = dict.fromkeys(changing, NOTHING)
    before |= kept(connection, {s: known[s[1]] for s in changing if s[1] in known})
    after = {scope: folded(before[scope], events) for scope, events in changing.items()}
    store(connection, before, after)
    turned = [(scope, each.now) for scope, each in after.items() if each.now != before[scope].now]
    return {scope[1]: Turn(scope[0], now, changing[scope][-1]) for scope, now in turned}


def changes(events: Sequence[Heard], stored: Stored | None) -> bool:
    said = stored.digest if stored else None
    return any(isinstance(h.body, RecordWithdrawn) or (isinstance(h.body, RecordIngested) and h.body.digest != said) for h in events)


def folded(versions: Versions, events: Iterable[Heard]) -> Versions:
    for h in events:
        match h.body:
            case RecordIngested() as body if versions.now is None or versions.now.digest != body.digest:
                versions = ingest(versions, Version(body.digest, normalise(body, h.envelope.occurred_at)))
            case RecordWithdrawn() as body:
                versions = withdraw(versions, body)
    return versions


def kept(connection: Connection, known: Mapping[Scoped, Stored]) -> dict[Scoped, Versions]:
    """All versions of these records, of which those that stand are at hand."""
    if not known:
        return {}
    found = rows(
        connection,
        """SELECT workspace_id, record_id, digest, record::text AS record
           FROM versions JOIN json_to_recordset(:wanted) AS wanted (workspace_id uuid, record_id uuid) USING (workspace_id, record_id)""",
        wanted=scoped(known, "record_id"),
    )
    earlier: dict[Scoped, dict[str, NormalRecord]] = {scope: {} for scope in known}
    for row in found:
        earlier[row.workspace_id, row.record_id][row.digest] = _decoder.decode(row.record)
    return {scope: Versions(Version(each.digest, each.record), earlier[scope]) for scope, each in known.items()}


def store(connection: Connection, before: Mapping[Scoped, Versions], after: Mapping[Scoped, Versions]) -> None:
    """Write what is kept from now on, and drop what is not."""
    gone = {(scope, digest) for scope, versions in before.items() for digest in versions.kept if digest not in after[scope].kept}
    new = [
        (scope, digest, record)
        for scope, versions in after.items()
        for digest, record in versions.kept.items()
        if before[scope].kept.get(digest) != record
    ]
    drop(connection, gone)
    if new:
        run(
            connection,
            """INSERT INTO versions (workspace_id, record_id, digest, record)
               SELECT * FROM json_to_recordset(:new) AS new (workspace_id uuid, record_id uuid, digest text, record jsonb)
               ON CONFLICT (workspace_id, record_id, digest) DO UPDATE SET record = EXCLUDED.record""",
            new=as_json({"workspace_id": s[0], "record_id": s[1], "digest": digest, "record": record} for s, digest, record in new),
        )


def drop(connection: Connection, gone: Collection[tuple[Scoped, str]]) -> None:
    if gone:
        run(
            connection,
            """DELETE FROM versions USING json_to_recordset(:gone) AS gone (workspace_id uuid, record_id uuid, digest text)
               WHERE versions.workspace_id = gone.workspace_id AND versions.record_id = gone.record_id AND versions.digest = gone.digest""",
            gone=as_json({"workspace_id": s[0], "record_id": s[1], "digest": digest} for s, digest in gone),
        )


def forget(connection: Connection, records: Collection[Scoped]) -> None:
    """Take these out of the records that stand. Their numbers are kept for the time when they come back."""
    if records:
        run(
            connection,
            """WITH gone_now AS (
                   DELETE FROM records USING json_to_recordset(:gone) AS gone (workspace_id uuid, record_id uuid)
                   WHERE records.workspace_id = gone.workspace_id AND records.record_id = gone.record_id
                   RETURNING records.workspace_id, records.record_id, arrived)
               INSERT INTO gone (workspace_id, record_id, arrived) SELECT workspace_id, record_id, arrived FROM gone_now""",
            gone=scoped(records, "record_id"),
        )
