"""Copies of dedupe's golden persons and companies."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import msgspec
from pydantic import BaseModel
from sqlalchemy import Connection

from schemas.details import CompanyDetails, PersonDetails
from schemas.provenance import Provenance
from services.kit.database import as_json, rows, run
from services.publish.domain.people import Company, CompanyChange, Family, Person, PersonChange, PersonKey

ONE_AT_A_TIME = 7_105_103


def one_at_a_time(connection: Connection) -> None:
    """Until the transaction ends, nobody else looks at persons and their contacts anew.

    What is heard of persons, of companies and of segments meets here, and each must see what the others have stored. One writer
    is enough: dedupe, which tells of persons, has one too.
    """
    run(connection, "SELECT pg_advisory_xact_lock(:key)", key=ONE_AT_A_TIME)


KEEP_PERSONS = """
INSERT INTO persons AS known (workspace_id, person_id, version, company_id, details, merged_into, provenance, corrected, withdrawn)
SELECT * FROM json_to_recordset(:persons)
    AS new (workspace_id uuid, person_id uuid, version int, company_id uuid, details jsonb, merged_into uuid, provenance jsonb,
            corrected text[], withdrawn boolean)
ON CONFLICT (workspace_id, person_id) DO UPDATE SET
    version = EXCLUDED.version,
    company_id = CASE WHEN EXCLUDED.details IS NULL THEN known.company_id ELSE EXCLUDED.company_id END,
    details = coalesce(EXCLUDED.details, known.details),
    merged_into = EXCLUDED.merged_into,
    provenance = coalesce(EXCLUDED.provenance, known.provenance),
    corrected = CASE WHEN EXCLUDED.details IS NULL THEN known.corrected ELSE EXCLUDED.corrected END,
    withdrawn = EXCLUDED.withdrawn
WHERE known.version < EXCLUDED.version
RETURNING workspace_id, person_id
"""


def keep_persons(connection: Connection, changes: Iterable[PersonChange]) -> list[PersonKey]:
    """Store what is newer than what is known; returns whom it was about."""
    new = as_json(
        {
            "workspace_id": change.workspace_id,
            "person_id": change.person_id,
            "version": change.version,
            "company_id": change.company_id,
            "details": raw(change.details),
            "merged_into": change.merged_into,
            "provenance": raw(change.provenance),
            "corrected": sorted(change.provenance.corrected) if change.provenance else [],
            "withdrawn": change.withdrawn,
        }
        for change in changes
    )
    return [(row.workspace_id, row.person_id) for row in rows(connection, KEEP_PERSONS, persons=new)]


KEEP_COMPANIES = """
INSERT INTO companies AS known (workspace_id, company_id, version, details, merged_into)
SELECT * FROM json_to_recordset(:companies)
    AS new (workspace_id uuid, company_id uuid, version int, details jsonb, merged_into uuid)
ON CONFLICT (workspace_id, company_id) DO UPDATE SET
    version = EXCLUDED.version,
    details = coalesce(EXCLUDED.details, known.details),
    merged_into = EXCLUDED.merged_into
WHERE known.version < EXCLUDED.version
RETURNING company_id
"""


def keep_companies(connection: Connection, changes: Iterable[CompanyChange]) -> list[UUID]:
    """Store what is newer than what is known; returns whom it was about."""
    new = as_json(
        {
            "workspace_id": change.workspace_id,
            "company_id": change.company_id,
            "version": change.version,
            "details": raw(change.details),
            "merged_into": change.merged_into,
        }
        for change in changes
    )
    return [row.company_id for row in rows(connection, KEEP_COMPANIES, companies=new)]


FAMILIES = """
WITH RECURSIVE up AS (
    SELECT workspace_id, person_id, merged_into, withdrawn
    FROM json_to_recordset(:keys) AS wanted (workspace_id uuid, person_id uuid) JOIN persons USING (workspace_id, person_id)
    UNION
    SELECT p.workspace_id, p.person_id, p.merged_into, p.withdrawn
    FROM up JOIN persons p ON p.workspace_id = up.workspace_id AND p.person_id = up.merged_into
), down AS (
    SELECT workspace_id, person_id, person_id AS root FROM up WHERE merged_into IS NULL AND NOT withdrawn
    UNION
    SELECT p.workspace_id, p.person_id, down.root
    FROM down JOIN persons p ON p.workspace_id = down.workspace_id AND p.merged_into = down.person_id
)
SELECT root, workspace_id, person_id, company_id, details::text AS details, corrected
FROM down JOIN persons USING (workspace_id, person_id) ORDER BY workspace_id, person_id
"""


def families(connection: Connection, keys: Iterable[PersonKey]) -> list[Family]:
    """The families of these persons. Not those whose living person has not been heard of yet: they come with it.

    Nor those of whom no record is left, whoever was merged into them.
    """
    wanted = as_json({"workspace_id": workspace_id, "person_id": person_id} for workspace_id, person_id in keys)
    living, merged = [], defaultdict(list)
    for row in rows(connection, FAMILIES, keys=wanted):
        if row.person_id != row.root:
            merged[row.root].append(row.person_id)
        elif row.details is not None:
            details = PersonDetails.model_validate_json(row.details)
            living.append(Person(row.workspace_id, row.person_id, row.company_id, details, frozenset(row.corrected)))
    return [Family(person, tuple(merged[person.person_id])) for person in living]


def provenance_of(connection: Connection, person: PersonKey) -> Provenance:
    """Where the person's fields are from; nothing of one heard of before that was told."""
    found = rows(
        connection,
        "SELECT provenance::text AS provenance FROM persons WHERE workspace_id = :scope AND person_id = :person AND provenance IS NOT NULL",
        scope=person[0],
        person=person[1],
    )
    return next((Provenance.model_validate_json(row.provenance) for row in found), Provenance())


def withdrawn(connection: Connection, keys: Iterable[PersonKey]) -> list[PersonKey]:
    """Those of these persons of whom no record is left."""
    found = rows(
        connection,
        """SELECT workspace_id, person_id
           FROM persons JOIN json_to_recordset(:keys) AS wanted (workspace_id uuid, person_id uuid) USING (workspace_id, person_id)
           WHERE withdrawn""",
        keys=as_json({"workspace_id": workspace_id, "person_id": person_id} for workspace_id, person_id in keys),
    )
    return [(row.workspace_id, row.person_id) for row in found]


COMPANIES = """
WITH RECURSIVE up AS (
    SELECT company_id AS asked, workspace_id, company_id, details, merged_into FROM companies WHERE company_id = ANY(CAST(:ids AS uuid[]))
    UNION
    SELECT up.asked, c.workspace_id, c.company_id, c.details, c.merged_into
    FROM up JOIN companies c ON c.workspace_id = up.workspace_id AND c.company_id = up.merged_into
)
SELECT asked, company_id, details::text AS details FROM up WHERE merged_into IS NULL AND details IS NOT NULL
"""


def companies(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Company]:
    """The companies of these ids, by the id asked for; those that live on in place of those merged away."""
    found = rows(connection, COMPANIES, ids=texts(ids))
    return {row.asked: Company(row.company_id, CompanyDetails.model_validate_json(row.details)) for row in found}


STAFF = """
WITH RECURSIVE down AS (
    SELECT company_id AS changed, company_id FROM unnest(CAST(:ids AS uuid[])) AS wanted (company_id)
    UNION
    SELECT down.changed, c.company_id FROM down JOIN companies c ON c.merged_into = down.company_id
)
SELECT DISTINCT ON (workspace_id, person_id) workspace_id, person_id, changed FROM down JOIN persons USING (company_id)
WHERE merged_into IS NULL ORDER BY workspace_id, person_id
"""


def staff(connection: Connection, company_ids: Iterable[UUID]) -> dict[PersonKey, UUID]:
    """The living persons of these companies and of those merged into them, each with that of `company_ids` which it is there for."""
    return {(row.workspace_id, row.person_id): row.changed for row in rows(connection, STAFF, ids=texts(company_ids))}


NEXT_PERSONS = """
SELECT workspace_id, person_id FROM persons
WHERE workspace_id = ANY(CAST(:scopes AS uuid[])) AND merged_into IS NULL
      AND (:scope IS NULL OR (workspace_id, person_id) > (CAST(:scope AS uuid), CAST(:person AS uuid)))
ORDER BY workspace_id, person_id LIMIT :most
"""


def persons_after(connection: Connection, scopes: Iterable[UUID], place: PersonKey | None, most: int) -> list[PersonKey]:
    """The next living persons of these scopes in the order of their keys."""
    scope, person = place or (None, None)
    found = rows(connection, NEXT_PERSONS, scopes=texts(scopes), scope=scope and str(scope), person=person and str(person), most=most)
    return [(row.workspace_id, row.person_id) for row in found]


def raw(details: BaseModel | None) -> msgspec.Raw | None:
    return None if details is None else msgspec.Raw(details.model_dump_json(exclude_none=True).encode())


def texts(ids: Iterable[UUID]) -> list[str]:
    """UUIDs as text, which the driver writes several times as fast."""
    return [str(key) for key in ids]
