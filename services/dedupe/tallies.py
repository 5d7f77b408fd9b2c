"""What the records of each company say of it, counted: a batch then costs what it changes, not what there is."""

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from services.dedupe.domain.company import Change, Tally
from services.dedupe.store import array
from services.kit.database import as_json, rows, run

_decoder = msgspec.json.Decoder(Tally)


def change(connection: Connection, workspace_id: UUID, changes: Mapping[UUID, Change]) -> dict[UUID, Tally]:
    """Count what is said of each company more, or less. Returns the tallies as they are then, of those of which anything is said."""
    if not changes:
        return {}
    known = of(connection, workspace_id, changes.keys())
    after = {company_id: known.get(company_id, Tally()).changed(its) for company_id, its in changes.items()}
    found = {company_id: tally for company_id, tally in after.items() if tally.records}
    keep(connection, workspace_id, found)
    forget(connection, workspace_id, after.keys() - found.keys())
    return found


def of(connection: Connection, workspace_id: UUID, companies: Collection[UUID]) -> dict[UUID, Tally]:
    found = rows(
        connection,
        """SELECT company_id, tally::text AS tally FROM tallies JOIN unnest(CAST(:companies AS uuid[])) AS wanted (company_id)
           USING (company_id) WHERE workspace_id = :w""",
        w=workspace_id, companies=array(companies),
    )  # fmt: skip
    return {row.company_id: _decoder.decode(row.tally) for row in found}


def keep(connection: Connection, workspace_id: UUID, tallies: Mapping[UUID, Tally]) -> None:
    if tallies:
        run(
            connection,
            """INSERT INTO tallies SELECT :w, company_id, tally FROM json_to_recordset(:new) AS new (company_id uuid, tally json)
               ORDER BY company_id ON CONFLICT (workspace_id, company_id) DO UPDATE SET tally = EXCLUDED.tally""",
            w=workspace_id,
            new=as_json({"company_id": company_id, "tally": tally} for company_id, tally in tallies.items()),
        )


def forget(connection: Connection, workspace_id: UUID, companies: Collection[UUID]) -> None:
    if companies:
        run(
            connection,
            "DELETE FROM tallies WHERE workspace_id = :w AND company_id = ANY(CAST(:companies AS uuid[]))",
            w=workspace_id,
            companies=array(companies),
        )
