"""The tables of dedupe: records in normal form, and the index of keys. Sets in, sets out: a batch takes a fixed number of statements."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from services.dedupe.domain.record import NormalRecord
from services.kit.database import as_json, rows, run
from services.kit.events import Kind

S = TypeVar("S")

SCOPE_LOCK = 7_105_201
Scoped = tuple[UUID, UUID]
"""A workspace and an id in it."""

_decoder = msgspec.json.Decoder(NormalRecord)


class Stored(msgspec.Struct, frozen=True, dict=True):
    """A record as it is kept, with the person and company that it belongs to. `arrived` grows in the order of first arrival."""

    workspace_id: UUID
    record_id: UUID
    arrived: int
    digest: str
    said: NormalRecord | str
    """The record, or its JSON, which is read when it is wanted."""
    person_id: UUID | None = None
    company_id: UUID | None = None
    keys: Sequence[int] = ()
    """Of the index, as digests."""

    @cached_property
    def record(self) -> NormalRecord:
        return _decoder.decode(self.said) if isinstance(self.said, str) else self.said


def lock_scopes(connection: Connection, workspaces: Iterable[UUID]) -> None:
    """Until the end of the transaction, nobody else decides who is whom in these workspaces: one writer, whatever the number of workers."""
    for workspace_id in sorted(set(workspaces)):
        run(connection, "SELECT pg_advisory_xact_lock(:lock, hashtext(:scope))", lock=SCOPE_LOCK, scope=str(workspace_id))


RECORDS = """
SELECT records.workspace_id, records.record_id, arrived, records.person_id, company_id, keys, digest, record::text AS record FROM records
"""


THEIRS = """
WITH wanted AS (
    SELECT DISTINCT workspace_id, person_id FROM records JOIN unnest(CAST(:numbers AS bigint[])) AS named (arrived) USING (arrived))
"""


def stored(row: Any) -> Stored:
    return Stored(row.workspace_id, row.record_id, row.arrived, row.digest, row.record, row.person_id, row.company_id, row.keys)


def array(values: Iterable[float | UUID | None]) -> str:
    """Numbers, truths or ids as one parameter, for `CAST(:name AS bigint[])`."""
    return "{" + ",".join(map(str, values)) + "}"


def scoped(pairs: Iterable[Scoped], name: str) -> str:
    return as_json({"workspace_id": workspace_id, name: value} for workspace_id, value in pairs)


def find(connection: Connection, wanted: Collection[Scoped]) -> dict[UUID, Stored]:
    """The records of these ids that are known."""
    found = rows(
        connection,
        RECORDS + "JOIN json_to_recordset(:wanted) AS wanted (workspace_id uuid, record_id uuid) USING (workspace_id, record_id)",
        wanted=scoped(wanted, "record_id"),
    )
    return {row.record_id: stored(row) for row in found}


def of_persons(connection: Connection, persons: Collection[Scoped]) -> dict[UUID, Stored]:
    """All records of these persons."""
    if not persons:
        return {}
    found = rows(
        connection,
        RECORDS
        + """JOIN json_to_recordset(:wanted) AS wanted (workspace_id uuid, person_id uuid)
             ON records.workspace_id = wanted.workspace_id AND records.person_id = wanted.person_id""",
        wanted=scoped(persons, "person_id"),
    )
    return {row.record_id: stored(row) for row in found}


def persons_of(connection: Connection, numbers: Collection[int]) -> dict[UUID, Stored]:
    """All records of the persons whose these are."""
    if not numbers:
        return {}
    found = rows(
        connection,
        THEIRS + RECORDS + "JOIN wanted ON records.workspace_id = wanted.workspace_id AND records.person_id = wanted.person_id",
        numbers=array(numbers),
    )
    return {row.record_id: stored(row) for row in found}


def numbered(connection: Connection, numbers: Collection[int]) -> dict[int, Stored]:
    """The records of these numbers."""
    if not numbers:
        return {}
    found = rows(
        connection,
        RECORDS + "JOIN unnest(CAST(:numbers AS bigint[])) AS wanted (arrived) USING (arrived)",
        numbers=array(numbers),
    )
    return {row.arrived: stored(row) for row in found}


def grow(connection: Connection, workspace_id: UUID, by: int, mark: int) -> tuple[int, int | None]:
    """By so many records about people; `mark` is left by who decides there. Returns how many there are now, and the mark before."""
    [row] = rows(
        connection,
        """WITH before AS (SELECT mark FROM sizes WHERE workspace_id = :w)
           INSERT INTO sizes (workspace_id, people, mark) VALUES (:w, :by, :mark)
           ON CONFLICT (workspace_id) DO UPDATE SET people = sizes.people + EXCLUDED.people, mark = EXCLUDED.mark
           RETURNING people, (SELECT mark FROM before) AS before""",
        w=workspace_id, by=by, mark=mark,
    )  # fmt: skip
    return int(row.people), row.before


def count_people(connection: Connection, workspace_id: UUID) -> int:
    """How many records are about people."""
    found = rows(connection, "SELECT people FROM sizes WHERE workspace_id = :w", w=workspace_id)
    return next((int(row.people) for row in found), 0)


def all_people(connection: Connection, workspace_id: UUID, at_once: int) -> Iterator[Stored]:
    """All records about people, in the order of their arrival, some at a time."""
    after = 0
    while found := rows(
        connection,
        RECORDS + "WHERE workspace_id = :w AND person_id IS NOT NULL AND arrived > :after ORDER BY arrived LIMIT :at_once",
        w=workspace_id, after=after, at_once=at_once,
    ):  # fmt: skip
        yield from map(stored, found)
        after = found[-1].arrived


def workspaces_of(connection: Connection, numbers: Collection[int]) -> set[UUID]:
    found = rows(
        connection,
        "SELECT DISTINCT workspace_id FROM records JOIN unnest(CAST(:numbers AS bigint[])) AS wanted (arrived) USING (arrived)",
        numbers=array(numbers),
    )
    return {row.workspace_id for row in found}


def numbers_for(connection: Connection, arriving: Collection[Scoped]) -> dict[UUID, int]:
    """The numbers of records that arrive now: the next ones in their order, but for one that comes back its own."""
    if not arriving:
        return {}
    back = rows(
        connection,
        """DELETE FROM gone USING json_to_recordset(:arriving) AS new (workspace_id uuid, record_id uuid)
           WHERE gone.workspace_id = new.workspace_id AND gone.record_id = new.record_id RETURNING gone.record_id, arrived""",
        arriving=scoped(arriving, "record_id"),
    )
    found = {row.record_id: int(row.arrived) for row in back}
    new = [record_id for _, record_id in arriving if record_id not in found]
    return found | dict(zip(new, new_numbers(connection, len(new)), strict=True))


def new_numbers(connection: Connection, many: int) -> list[int]:
    """So many, in their order."""
    found = rows(
        connection,
        "SELECT nextval(pg_get_serial_sequence('records', 'arrived')) AS number FROM generate_series(1, :many)",
        many=many,
    )
    return sorted(row.number for row in found)


def keep(connection: Connection, kept: Iterable[Stored]) -> None:
    """New records and new versions."""
    run(
        connection,
        """INSERT INTO records (workspace_id, record_id, arrived, person_id, company_id, company_key, company_domain, digest, keys, record)
           OVERRIDING SYSTEM VALUE
           SELECT workspace_id, record_id, arrived, person_id, company_id, record->>'company_key', record->>'company_domain', digest,
                  CAST(keys AS bigint[]), record
           FROM json_to_recordset(:kept)
                AS new (workspace_id uuid, record_id uuid, arrived bigint, person_id uuid, company_id uuid, digest text, keys text,
                        record jsonb)
           ORDER BY arrived
           ON CONFLICT (workspace_id, record_id) DO UPDATE
           SET person_id = EXCLUDED.person_id, company_id = EXCLUDED.company_id, company_key = EXCLUDED.company_key,
               company_domain = EXCLUDED.company_domain, digest = EXCLUDED.digest, keys = EXCLUDED.keys, record = EXCLUDED.record""",
        kept=as_json(
            {
                "workspace_id": each.workspace_id,
                "record_id": each.record_id,
                "arrived": each.arrived,
                "person_id": each.person_id,
                "company_id": each.company_id,
                "digest": each.digest,
                "keys": array(each.keys),
                "record": each.record,
            }
            for each in kept
        ),
    )


def move(connection: Connection, moved: Collection[Stored]) -> None:
    """Records that say what they said, with their new persons, companies and keys."""
    if moved:
        run(
            connection,
            """UPDATE records SET person_id = new.person_id, company_id = new.company_id, keys = CAST(new.keys AS bigint[])
               FROM json_to_recordset(:moved) AS new (arrived bigint, person_id uuid, company_id uuid, keys text)
               WHERE records.arrived = new.arrived""",
            moved=as_json(
                {
                    "arrived": each.arrived,
                    "person_id": each.person_id,
                    "company_id": each.company_id,
                    "keys": array(each.keys),
                }
                for each in moved
            ),
        )


def state_of(connection: Connection, workspace_id: UUID, kind: Kind[S], key: UUID) -> S | None:
    """What a stream's events fold to, without locking it; for looking only."""
    return next(iter(states_of(connection, workspace_id, kind, [key])), None)


def states_of(connection: Connection, workspace_id: UUID, kind: Kind[S], keys: Iterable[UUID]) -> list[S]:
    """The same of many streams, of those that there are."""
    found = rows(
        connection,
        "SELECT state::text AS state FROM streams WHERE workspace_id = :w AND stream = ANY(:streams) AND state IS NOT NULL",
        w=workspace_id, streams=[kind.stream(key) for key in keys],
    )  # fmt: skip
    return [kind.stored.validate_json(row.state) for row in found]


def history_of(connection: Connection, workspace_id: UUID, person_id: UUID) -> list[set[UUID]]:
    """The records that a person had, as each event told them that did."""
    found = rows(
        connection,
        """SELECT body->>'record_ids' AS records FROM events
           WHERE workspace_id = :w AND stream = :stream AND type IN ('PersonFormed', 'PersonRevised') ORDER BY version""",
        w=workspace_id, stream=f"person:{person_id}",
    )  # fmt: skip
    return [set(msgspec.json.decode(row.records, type=list[UUID])) for row in found]


def company_size(connection: Connection, workspace_id: UUID, company_id: UUID) -> tuple[int, int]:
    """How many records mean the company, and how many persons these are of."""
    [row] = rows(
        connection,
        """SELECT count(*) AS records, count(DISTINCT person_id) AS people FROM records
           WHERE workspace_id = :w AND company_id = :c""",
        w=workspace_id, c=company_id,
    )  # fmt: skip
    return row.records, row.people
