"""Dead letters: events that could not be handled, and those of the same key that wait behind them; listed, or dropped by a person."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Row

from schemas.envelope import Envelope
from services.kit.codec import read_envelope
from services.kit.database import Database, rows, run
from services.kit.errors import NotFound
from services.kit.stream import inbox
from services.kit.stream.batch import Partition, Record
from services.kit.stream.letters import Fault, ParkedKind

MOST_REASON = 8000


@dataclass(frozen=True)
class Parked:
    """One parked event, with the record as it stood on the topic."""

    id: int
    consumer: str
    topic: str
    partition: int
    offset: int
    key: bytes
    event_id: UUID | None
    kind: ParkedKind
    reason: str
    value: bytes
    parked_at: datetime


COLUMNS = 'id, consumer, topic, partition, "offset", key, event_id, kind, reason, record AS value, parked_at'


def park(connection: Connection, consumer: str, partition: Partition, faults: Iterable[tuple[Record, Fault]]) -> None:
    """Store these in one statement; their ids rise in the order of the events."""
    faults = list(faults)
    if not faults:
        return
    run(
        connection,
        """INSERT INTO parked (consumer, topic, partition, "offset", key, event_id, kind, reason, record)
           SELECT :consumer, :topic, :number, * FROM unnest(CAST(:offsets AS bigint[]), CAST(:keys AS bytea[]),
               CAST(:events AS uuid[]), CAST(:kinds AS text[]), CAST(:reasons AS text[]), CAST(:records AS bytea[]))""",
        consumer=consumer,
        topic=partition.topic,
        number=partition.number,
        offsets=[record.offset for record, _ in faults],
        keys=[record.key or b"" for record, _ in faults],
        events=[fault.event_id for _, fault in faults],
        kinds=[fault.kind for _, fault in faults],
        reasons=[readable(fault.reason) for _, fault in faults],
        records=[record.value or b"" for record, _ in faults],
    )


def readable(reason: str) -> str:
    """PostgreSQL stores no NUL, and nobody reads more than this."""
    return reason.replace("\0", "\\0")[-MOST_REASON:]


def parked_keys(connection: Connection, consumer: str, topic: str, keys: Collection[bytes]) -> set[bytes]:
    """Which of these keys have something parked."""
    if not keys:
        return set()
    found = rows(
        connection,
        "SELECT DISTINCT key FROM parked WHERE consumer = :consumer AND topic = :topic AND key = ANY(CAST(:keys AS bytea[]))",
        consumer=consumer,
        topic=topic,
        keys=list(keys),
    )
    return {bytes(row.key) for row in found}


def listed(connection: Connection, consumer: str, topic: str | None = None, key: bytes | None = None, limit: int = 1000) -> list[Parked]:
    """The oldest first; of one topic or key if named."""
    found = rows(
        connection,
        f"""SELECT {COLUMNS} FROM parked
            WHERE consumer = :consumer AND (CAST(:topic AS text) IS NULL OR topic = :topic)
              AND (CAST(:key AS bytea) IS NULL OR key = :key)
            ORDER BY id LIMIT :limit""",  # noqa: S608 - columns from here
        consumer=consumer,
        topic=topic,
        key=key,
        limit=limit,
    )
    return [parked_of(row) for row in found]


def parked_of(row: Row[tuple[object, ...]]) -> Parked:
    return Parked(**{**row._mapping, "key": bytes(row.key), "value": bytes(row.value)})  # noqa: SLF001 - SQLAlchemy's documented way


def count(connection: Connection, consumer: str) -> int:
    [row] = rows(connection, "SELECT count(*) AS n FROM parked WHERE consumer = :consumer", consumer=consumer)
    return int(row.n)


def keys(connection: Connection, consumer: str, topic: str | None = None) -> Sequence[tuple[str, bytes]]:
    """Topics and keys that have something parked, the longest waiting first."""
    found = rows(
        connection,
        """SELECT topic, key FROM parked WHERE consumer = :consumer AND (CAST(:topic AS text) IS NULL OR topic = :topic)
           GROUP BY topic, key ORDER BY min(id)""",
        consumer=consumer,
        topic=topic,
    )
    return [(row.topic, bytes(row.key)) for row in found]


def drop(database: Database, consumer: str, parked_id: int) -> Parked:
    """Give up one event for good, as a person decided; those behind it can then be driven again. It counts as heard."""
    with database.transaction() as connection:
        found = rows(
            connection,
            f"DELETE FROM parked WHERE consumer = :consumer AND id = :id RETURNING {COLUMNS}",  # noqa: S608 - columns from here
            consumer=consumer,
            id=parked_id,
        )
        if not found:
            raise NotFound(f"nothing is parked for {consumer} under {parked_id}")
        dropped = parked_of(found[0])
        envelope = read_envelope(dropped.value)
        if isinstance(envelope, Envelope) and envelope.version:
            inbox.remember(connection, dropped.topic, {(envelope.workspace_id.int, envelope.stream): envelope.version})
        return dropped
