"""What workspaces have corrected, and whom to look at again for it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import as_json, rows, run
from services.publish.domain.corrections import ByPerson, Correction
from services.publish.domain.people import PersonKey
from services.publish.store.golden import texts


def by_workspace(connection: Connection, person_ids: Iterable[UUID], only: UUID | None = None) -> Mapping[UUID, ByPerson]:
    """The corrections of these persons' contacts, in one workspace or in all."""
    found = rows(
        connection,
        """SELECT workspace_id, person_id, contact_id, field, value, by, at FROM corrections
           WHERE person_id = ANY(CAST(:ids AS uuid[])) AND (:only IS NULL OR workspace_id = CAST(:only AS uuid))""",
        ids=texts(person_ids),
        only=only and str(only),
    )
    known: dict[UUID, dict[UUID, list[Correction]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        correction = Correction(row.person_id, row.contact_id, row.field, row.value, row.by, row.at)
        known[row.workspace_id][row.person_id].append(correction)
    return known


def keep(connection: Connection, workspace_id: UUID, correction: Correction) -> None:
    run(
        connection,
        """INSERT INTO corrections (workspace_id, person_id, contact_id, field, value, by, at)
           VALUES (:workspace, :person, :contact, :field, :value, :by, :at)
           ON CONFLICT (workspace_id, person_id, field) DO UPDATE SET value = EXCLUDED.value, by = EXCLUDED.by, at = EXCLUDED.at""",
        workspace=workspace_id,
        person=correction.person_id,
        contact=correction.contact_id,
        field=correction.field,
        value=correction.value,
        by=correction.by,
        at=correction.at,
    )


def drop(connection: Connection, workspace_id: UUID, persons: Collection[UUID], field: str) -> None:
    run(
        connection,
        "DELETE FROM corrections WHERE workspace_id = :workspace AND field = :field AND person_id = ANY(CAST(:ids AS uuid[]))",
        workspace=workspace_id,
        field=field,
        ids=texts(persons),
    )


def family_here(connection: Connection, workspace_id: UUID, contact_id: UUID) -> dict[UUID, str]:
    """The persons of a contact and of those that were merged into it, at whatever remove, as this workspace has them; each with the origin
    of its contact.
    """
    found = rows(
        connection,
        """WITH RECURSIVE down AS (
               SELECT contact_id, person_id, origin FROM contacts WHERE workspace_id = :workspace AND contact_id = :contact
               UNION
               SELECT c.contact_id, c.person_id, c.origin FROM down JOIN contacts c
                   ON c.workspace_id = :workspace AND c.merged_into = down.contact_id AND c.state = 'merged')
           SELECT person_id, origin FROM down""",
        workspace=workspace_id,
        contact=contact_id,
    )
    return {row.person_id: row.origin for row in found}


def ask_look(connection: Connection, workspace_id: UUID, person: PersonKey) -> None:
    """Have a person looked at again for the workspace: only the worker sees the Provider's golden records."""
    run(
        connection,
        "INSERT INTO looks (workspace_id, scope, person_id) VALUES (:workspace, :scope, :person) ON CONFLICT DO NOTHING",
        workspace=workspace_id,
        scope=person[0],
        person=person[1],
    )


@dataclass(frozen=True, slots=True)
class Look:
    workspace_id: UUID
    person: PersonKey


def take_looks(connection: Connection, most: int) -> list[Look]:
    """Some that are asked for, all of one workspace; they are not asked for any more."""
    found = rows(
        connection,
        """DELETE FROM looks WHERE (workspace_id, scope, person_id) IN (
               SELECT workspace_id, scope, person_id FROM looks
               WHERE workspace_id = (SELECT workspace_id FROM looks ORDER BY workspace_id LIMIT 1)
               ORDER BY scope, person_id LIMIT :most FOR UPDATE SKIP LOCKED)
           RETURNING workspace_id, scope, person_id""",
        most=most,
    )
    return [Look(row.workspace_id, (row.scope, row.person_id)) for row in found]


def keep_imports(connection: Connection, imports: Iterable[tuple[UUID, UUID, str]]) -> None:
    """Workspace, import, and the name of its file."""
    run(
        connection,
        """INSERT INTO imports (workspace_id, import_id, file_name)
           SELECT workspace_id, import_id, file_name
           FROM json_to_recordset(:imports) AS new (workspace_id uuid, import_id uuid, file_name text)
           ON CONFLICT DO NOTHING""",
        imports=as_json({"workspace_id": w, "import_id": i, "file_name": name} for w, i, name in imports),
    )


def files_of(connection: Connection, import_ids: Iterable[UUID]) -> dict[UUID, str]:
    found = rows(connection, "SELECT import_id, file_name FROM imports WHERE import_id = ANY(CAST(:ids AS uuid[]))", ids=texts(import_ids))
    return {row.import_id: row.file_name for row in found}


def keep_hidden(connection: Connection, workspace_id: UUID, version: int, sources: Collection[str]) -> None:
    run(
        connection,
        """INSERT INTO survivorship AS known (workspace_id, version, hidden_sources) VALUES (:workspace, :version, :sources)
           ON CONFLICT (workspace_id) DO UPDATE SET version = EXCLUDED.version, hidden_sources = EXCLUDED.hidden_sources
           WHERE known.version < EXCLUDED.version""",
        workspace=workspace_id,
        version=version,
        sources=list(sources),
    )


def hidden_sources(connection: Connection) -> frozenset[str]:
    return frozenset(source for row in rows(connection, "SELECT hidden_sources FROM survivorship") for source in row.hidden_sources)
