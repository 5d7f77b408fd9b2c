"""The tables of dedupe: records in normal form, and the index of keys. Sets in, sets out: a batch takes a fixed number of statements."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from schemas.details import CompanyDetails
from services.dedupe.domain.record import NormalRecord
from services.kit.database import as_json, rows, run
from services.kit.events import Kind

S = TypeVar("S")

SCOPE_LOCK = 7_105_201
Scoped = tuple[UUID, UUID]
"""A workspace and an id in it."""
Named = tuple[UUID, str]
"""A workspace and the key of a company's name in it."""

_decoder = msgspec.json.Decoder(NormalRecord)


@dataclass(frozen=True)
class Stored:
    """A record as it is kept, with the person and company that it belongs to. `arrived` grows in the order of first arrival."""

    workspace_id: UUID
    record: NormalRecord
    digest: str
    arrived: int
    person_id: UUID | None
    company_id: UUID | None


@dataclass(frozen=True)
class Moved:
    """A record whose company may be another now; None where there was or is none."""

    workspace_id: UUID
    record_id: UUID
    person_id: UUID | None
    before: UUID | None
    after: UUID | None


def lock_scopes(connection: Connection, workspaces: Iterable[UUID]) -> None:
    """Until the end of the transaction, nobody else decides who is whom in these workspaces: one writer, whatever the number of workers."""
    for workspace_id in sorted(set(workspaces)):
        run(connection, "SELECT pg_advisory_xact_lock(:lock, hashtext(:scope))", lock=SCOPE_LOCK, scope=str(workspace_id))


RECORDS = """
SELECT records.workspace_id, records.record_id, arrived, records.person_id, company_id, digest, record::text AS record FROM records
"""


def stored(row: Any) -> Stored:
    return Stored(row.workspace_id, _decoder.decode(row.record), row.digest, row.arrived, row.person_id, row.company_id)


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
    found = rows(
        connection,
        RECORDS
        + """JOIN json_to_recordset(:wanted) AS wanted (workspace_id uuid, person_id uuid)
             ON records.workspace_id = wanted.workspace_id AND records.person_id = wanted.person_id""",
        wanted=scoped(persons, "person_id"),
    )
    return {row.record_id: stored(row) for row in found}


def holders(connection: Connection, keys: Collection[Scoped]) -> set[Scoped]:
    """The persons who have any of these keys."""
    found = rows(
        connection,
        """SELECT DISTINCT workspace_id, person_id
           FROM keys JOIN json_to_recordset(:keys) AS wanted (workspace_id uuid, key_id uuid) USING (workspace_id, key_id)""",
        keys=scoped(keys, "key_id"),
    )
    return {(row.workspace_id, row.person_id) for row in found}


def keep(connection: Connection, kept: Iterable[Stored]) -> None:
    """New records and new versions, in the order of their arrival; what `arrived` says of a new one is for the table to give."""
    run(
        connection,
        """INSERT INTO records (workspace_id, record_id, person_id, company_id, company_key, company_domain, digest, record)
           SELECT workspace_id, record_id, person_id, company_id, record->>'company_key', record->>'company_domain', digest, record
           FROM json_to_recordset(:kept)
                AS new (workspace_id uuid, record_id uuid, person_id uuid, company_id uuid, digest text, record jsonb)
           ON CONFLICT (workspace_id, record_id) DO UPDATE
           SET person_id = EXCLUDED.person_id, company_id = EXCLUDED.company_id, company_key = EXCLUDED.company_key,
               company_domain = EXCLUDED.company_domain, digest = EXCLUDED.digest, record = EXCLUDED.record""",
        kept=as_json(
            {
                "workspace_id": each.workspace_id,
                "record_id": each.record.record_id,
                "person_id": each.person_id,
                "company_id": each.company_id,
                "digest": each.digest,
                "record": each.record,
            }
            for each in kept
        ),
    )


def give(connection: Connection, owners: Mapping[Scoped, UUID]) -> None:
    """Records go to these persons."""
    if owners:
        run(
            connection,
            """UPDATE records SET person_id = new.person_id
               FROM json_to_recordset(:owners) AS new (workspace_id uuid, record_id uuid, person_id uuid)
               WHERE records.workspace_id = new.workspace_id AND records.record_id = new.record_id""",
            owners=as_json(
                {"workspace_id": workspace_id, "record_id": record_id, "person_id": person_id}
                for (workspace_id, record_id), person_id in owners.items()
            ),
        )


Entry = tuple[UUID, UUID, UUID, str]
"""An entry of the index: workspace, key, person, kind of key."""


def change_keys(connection: Connection, drop: Collection[Entry], add: Collection[Entry]) -> None:
    columns = "(workspace_id uuid, key_id uuid, person_id uuid, kind text)"
    if drop:
        run(
            connection,
            f"""DELETE FROM keys USING json_to_recordset(:drop) AS old {columns}
                WHERE keys.workspace_id = old.workspace_id AND keys.key_id = old.key_id AND keys.person_id = old.person_id""",  # noqa: S608
            drop=entries(drop),
        )
    if add:
        run(
            connection,
            f"""INSERT INTO keys (workspace_id, key_id, person_id, kind)
                SELECT workspace_id, key_id, person_id, kind FROM json_to_recordset(:add) AS new {columns}
                ON CONFLICT DO NOTHING""",  # noqa: S608
            add=entries(add),
        )


def entries(some: Iterable[Entry]) -> str:
    return as_json(
        {"workspace_id": workspace_id, "key_id": key_id, "person_id": person_id, "kind": kind}
        for workspace_id, key_id, person_id, kind in some
    )


def domains_of(connection: Connection, names: Collection[Named], except_records: Collection[UUID]) -> dict[Named, set[str]]:
    """The domains that go with these names in any record but those."""
    found = rows(
        connection,
        """SELECT DISTINCT workspace_id, company_key, company_domain
           FROM records JOIN json_to_recordset(:names) AS wanted (workspace_id uuid, company_key text)
                USING (workspace_id, company_key)
           WHERE company_domain IS NOT NULL AND record_id <> ALL (CAST(:except AS uuid[]))""",
        names=as_json({"workspace_id": workspace_id, "company_key": key} for workspace_id, key in names),
        **{"except": list(except_records)},
    )
    domains: dict[Named, set[str]] = {name: set() for name in names}
    for row in found:
        domains[row.workspace_id, row.company_key].add(row.company_domain)
    return domains


def rehome(connection: Connection, companies: Mapping[Named, UUID]) -> list[Moved]:
    """Records with one of these names and no domain go to these companies; those that were elsewhere are returned."""
    found = rows(
        connection,
        """WITH stray AS (
               SELECT workspace_id, record_id, person_id, records.company_id AS before, home.company_id AS after
               FROM records JOIN json_to_recordset(:homes) AS home (workspace_id uuid, company_key text, company_id uuid)
                    USING (workspace_id, company_key)
               WHERE company_domain IS NULL AND records.company_id IS DISTINCT FROM home.company_id)
           UPDATE records SET company_id = after FROM stray
           WHERE records.workspace_id = stray.workspace_id AND records.record_id = stray.record_id
           RETURNING stray.workspace_id, stray.record_id, stray.person_id, before, after""",
        homes=as_json(
            {"workspace_id": workspace_id, "company_key": key, "company_id": company_id}
            for (workspace_id, key), company_id in companies.items()
        ),
    )
    return [Moved(row.workspace_id, row.record_id, row.person_id, row.before, row.after) for row in found]


def company_details(connection: Connection, companies: Collection[Scoped]) -> dict[UUID, CompanyDetails]:
    """What most records of each company say; nothing for a company without records. `mode` takes the first by the alphabet of equals."""
    found = rows(
        connection,
        """SELECT company_id,
                  mode() WITHIN GROUP (ORDER BY record->>'company_name') AS name,
                  mode() WITHIN GROUP (ORDER BY company_domain) AS domain,
                  mode() WITHIN GROUP (ORDER BY record->>'country') AS country,
                  mode() WITHIN GROUP (ORDER BY record->>'city') AS city
           FROM records JOIN json_to_recordset(:wanted) AS wanted (workspace_id uuid, company_id uuid) USING (workspace_id, company_id)
           GROUP BY company_id""",
        wanted=scoped(companies, "company_id"),
    )
    return {row.company_id: CompanyDetails(name=row.name, domain=row.domain, country=row.country, city=row.city) for row in found}


def state_of(connection: Connection, workspace_id: UUID, kind: Kind[S], key: UUID) -> S | None:
    """What a stream's events fold to, without locking it; for looking only."""
    found = rows(
        connection,
        "SELECT state::text AS state FROM streams WHERE workspace_id = :w AND stream = :s AND state IS NOT NULL",
        w=workspace_id, s=kind.stream(key),
    )  # fmt: skip
    return next((kind.stored.validate_json(row.state) for row in found), None)


def company_size(connection: Connection, workspace_id: UUID, company_id: UUID) -> tuple[int, int]:
    """How many records mean the company, and how many persons these are of."""
    [row] = rows(
        connection,
        """SELECT count(*) AS records, count(DISTINCT person_id) AS people FROM records
           WHERE workspace_id = :w AND company_id = :c""",
        w=workspace_id, c=company_id,
    )  # fmt: skip
    return row.records, row.people
