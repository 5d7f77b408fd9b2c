"""Which of the Provider's persons workspaces' own ones are, as dedupe tells it."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import Connection

from schemas.body import PROVIDER
from services.kit.database import as_json, rows, run
from services.publish.domain.people import PersonKey, Recognised
from services.publish.store.golden import texts


def keep(connection: Connection, told: Iterable[Recognised]) -> None:
    """What is newer than what is known."""
    run(
        connection,
        """INSERT INTO recognised AS known (workspace_id, person_id, version, as_person, last_person)
           SELECT workspace_id, person_id, version, as_person, coalesce(as_person, before)
           FROM json_to_recordset(:told) AS new (workspace_id uuid, person_id uuid, version int, as_person uuid, before uuid)
           ON CONFLICT (workspace_id, person_id) DO UPDATE
           SET version = EXCLUDED.version, as_person = EXCLUDED.as_person, last_person = EXCLUDED.last_person
           WHERE known.version < EXCLUDED.version""",
        told=as_json(
            {
                "workspace_id": each.workspace_id,
                "person_id": each.person_id,
                "version": each.version,
                "as_person": each.as_person,
                "before": each.before,
            }
            for each in told
        ),
    )


def by_own(connection: Connection, own: Collection[PersonKey]) -> dict[PersonKey, UUID]:
    """Own person → the Provider's that it is, of those who are one."""
    if not own:
        return {}
    found = rows(
        connection,
        """SELECT workspace_id, person_id, as_person
           FROM recognised JOIN json_to_recordset(:keys) AS wanted (workspace_id uuid, person_id uuid) USING (workspace_id, person_id)
           WHERE as_person IS NOT NULL""",
        keys=as_json({"workspace_id": workspace_id, "person_id": person_id} for workspace_id, person_id in own),
    )
    return {(row.workspace_id, row.person_id): row.as_person for row in found}


def by_provided(connection: Connection, persons: Collection[UUID], only: UUID | None = None) -> dict[PersonKey, UUID]:
    """The same, by persons of the Provider's; in one workspace or in all."""
    found = rows(
        connection,
        """SELECT workspace_id, person_id, as_person FROM recognised
           WHERE as_person = ANY(CAST(:ids AS uuid[])) AND (:only IS NULL OR workspace_id = CAST(:only AS uuid))""",
        ids=texts(persons), only=only and str(only),
    )  # fmt: skip
    return {(row.workspace_id, row.person_id): row.as_person for row in found}


def excluded(connection: Connection, persons: Collection[UUID], only: UUID | None = None) -> set[tuple[UUID, UUID]]:
    """Those of these persons of the Provider's, each with a workspace, whom an own one was until its import was undone, and whom the
    workspace had excluded by then.
    """
    found = rows(
        connection,
        """SELECT last_person, recognised.workspace_id
           FROM recognised JOIN persons USING (workspace_id, person_id) JOIN contacts USING (workspace_id, person_id)
           WHERE as_person IS NULL AND last_person = ANY(CAST(:ids AS uuid[])) AND persons.withdrawn AND state = 'excluded'
                 AND (:only IS NULL OR recognised.workspace_id = CAST(:only AS uuid))""",
        ids=texts(persons), only=only and str(only),
    )  # fmt: skip
    return {(row.last_person, row.workspace_id) for row in found}


def ask_looks(connection: Connection, workspace_id: UUID, contacts: Collection[UUID]) -> None:
    """Have the Provider's persons of these contacts looked at again, as own ones of the workspace may be these; not where it has none."""
    run(
        connection,
        """INSERT INTO looks (workspace_id, scope, person_id)
           SELECT workspace_id, :provider, person_id FROM contacts
           WHERE workspace_id = :w AND contact_id = ANY(CAST(:ids AS uuid[])) AND origin <> 'import'
                 AND EXISTS (SELECT FROM recognised WHERE workspace_id = :w AND as_person IS NOT NULL)
           ON CONFLICT DO NOTHING""",
        w=workspace_id, ids=texts(contacts), provider=PROVIDER,
    )  # fmt: skip
