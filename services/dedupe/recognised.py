"""The tables of who was recognised as whom, and by which keys. They lie apart from those that the Provider's persons are decided from."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Connection

from services.dedupe.index import Key, Number
from services.dedupe.store import Scoped, array, scoped
from services.kit.database import as_json, rows, run


def ask(connection: Connection, workspace_id: UUID, persons: Collection[UUID]) -> None:
    """These own persons are to be looked for among the Provider's."""
    if persons:
        run(
            connection,
            """INSERT INTO to_recognise SELECT :w, person_id FROM unnest(CAST(:persons AS uuid[])) AS own (person_id)
               ORDER BY person_id ON CONFLICT DO NOTHING""",
            w=workspace_id, persons=array(persons),
        )  # fmt: skip


def stir(connection: Connection, keys: Collection[Key], persons: Collection[UUID]) -> None:
    """Something has changed of these persons of the Provider's, and of records there that have these keys."""
    run(
        connection,
        "INSERT INTO stirred (keys, persons) VALUES (CAST(:keys AS bigint[]), CAST(:persons AS uuid[]))",
        keys=array(keys), persons=array(persons),
    )  # fmt: skip


def wake(connection: Connection, most: int = 50) -> int:
    """Own persons with a key that something has changed of, or who were recognised as a person that has changed, are to be looked for
    anew. Returns of how many changes.
    """
    found = rows(
        connection,
        """WITH taken AS (DELETE FROM stirred WHERE place IN (SELECT place FROM stirred ORDER BY place LIMIT :most FOR UPDATE SKIP LOCKED)
                          RETURNING keys, persons),
           woken AS (
               INSERT INTO to_recognise
               SELECT workspace_id, person_id
               FROM taken CROSS JOIN unnest(keys) AS changed (key) JOIN own_keys USING (key)
                    JOIN records ON records.arrived = own_keys.record
               WHERE person_id IS NOT NULL
               UNION
               SELECT workspace_id, recognised.person_id
               FROM taken CROSS JOIN unnest(persons) AS changed (as_person) JOIN recognised USING (as_person)
               ORDER BY workspace_id, person_id
               ON CONFLICT DO NOTHING)
           SELECT count(*) AS changes FROM taken""",
        most=most,
    )
    return int(found[0].changes)


def waiting(connection: Connection) -> int:
    """How many own persons are to be looked for, and how many changes there are for which it is not known yet."""
    [row] = rows(connection, "SELECT (SELECT count(*) FROM to_recognise) + (SELECT count(*) FROM stirred) AS waiting")
    return int(row.waiting)


def next_waiting(connection: Connection, most: int) -> list[Scoped]:
    """Some who are to be looked for, all of one workspace."""
    found = rows(
        connection,
        """SELECT workspace_id, person_id FROM to_recognise
           WHERE workspace_id = (SELECT workspace_id FROM to_recognise ORDER BY workspace_id LIMIT 1)
           ORDER BY person_id LIMIT :most""",
        most=most,
    )
    return [(row.workspace_id, row.person_id) for row in found]


def take(connection: Connection, persons: Collection[Scoped]) -> set[Scoped]:
    """Those of these who still are to be looked for; they are no more to be. Who asks holds their scopes: nobody else puts them there."""
    found = rows(
        connection,
        """DELETE FROM to_recognise USING json_to_recordset(:persons) AS mine (workspace_id uuid, person_id uuid)
           WHERE to_recognise.workspace_id = mine.workspace_id AND to_recognise.person_id = mine.person_id
           RETURNING to_recognise.workspace_id, to_recognise.person_id""",
        persons=scoped(persons, "person_id"),
    )
    return {(row.workspace_id, row.person_id) for row in found}


def keep(connection: Connection, found: Mapping[Scoped, UUID | None]) -> None:
    """Own person → the Provider's person that they are now, or None."""
    if found:
        run(
            connection,
            """WITH new AS MATERIALIZED (
                   SELECT * FROM json_to_recordset(:found) AS new (workspace_id uuid, person_id uuid, as_person uuid)),
               gone AS (
                   DELETE FROM recognised USING new
                   WHERE recognised.workspace_id = new.workspace_id AND recognised.person_id = new.person_id AND new.as_person IS NULL)
               INSERT INTO recognised SELECT * FROM new WHERE as_person IS NOT NULL
               ON CONFLICT (workspace_id, person_id) DO UPDATE SET as_person = EXCLUDED.as_person""",
            found=as_json({"workspace_id": w, "person_id": person_id, "as_person": its} for (w, person_id), its in found.items()),
        )


def keep_keys(connection: Connection, keys: Mapping[Number, Collection[Key]]) -> None:
    """Own record → the keys that it is looked for by."""
    forget_keys(connection, keys.keys())
    entries = sorted((key, record) for record, its in keys.items() for key in its)
    run(
        connection,
        "INSERT INTO own_keys SELECT * FROM unnest(CAST(:keys AS bigint[]), CAST(:records AS bigint[]))",
        keys=array(key for key, _ in entries), records=array(record for _, record in entries),
    )  # fmt: skip


def forget_keys(connection: Connection, records: Collection[Number]) -> None:
    if records:
        run(
            connection,
            "DELETE FROM own_keys USING unnest(CAST(:records AS bigint[])) AS gone (record) WHERE own_keys.record = gone.record",
            records=array(records),
        )
