"""By which addresses contacts are known, as keyed digests alone; and the activities that wait for somebody to have theirs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row

from services.ingest.domain.activities import ActivityDraft, Deed, Who
from services.kit.database import as_json, rows, run

WORKSPACE_LOCK = 7_105_102
DEED = TypeAdapter(Deed)

Owner = tuple[UUID, UUID]
"""A workspace and its contact."""


def lock_workspaces(connection: Connection, workspace_ids: Iterable[UUID]) -> None:
    """Until the end of the transaction: nobody begins to wait for an address while somebody comes to have it."""
    for workspace_id in sorted(set(workspace_ids)):
        run(connection, "SELECT pg_advisory_xact_lock(:lock, hashtext(:w))", lock=WORKSPACE_LOCK, w=str(workspace_id))


def contacts_of(connection: Connection, workspace_id: UUID, digests: Iterable[str]) -> dict[Who, UUID]:
    """Whose each address is. Where two contacts have one address, it is always the same one of them: rather one's own."""
    found = rows(
        connection,
        """SELECT digest, contact_id FROM addresses
           WHERE workspace_id = :w AND digest IN (SELECT digest FROM json_to_recordset(:digests) AS wanted (digest text))
           ORDER BY merged DESC, contact_id DESC""",
        w=workspace_id, digests=as_json({"digest": digest} for digest in digests),
    )  # fmt: skip
    return {row.digest: row.contact_id for row in found}


def keep(connection: Connection, known: Mapping[Owner, Iterable[str]]) -> None:
    """Contacts have these addresses and no others of their own any more; those of whom they were merged with stay."""
    had = rows(
        connection,
        """SELECT workspace_id, contact_id, digest
           FROM addresses JOIN json_to_recordset(:owners) AS changed (workspace_id uuid, contact_id uuid) USING (workspace_id, contact_id)
           WHERE NOT merged""",
        owners=as_json({"workspace_id": w, "contact_id": c} for w, c in known),
    )
    before = {(row.workspace_id, row.contact_id, row.digest) for row in had}
    after = {(w, c, digest) for (w, c), digests in known.items() for digest in digests}
    # Most revisions of a contact are of something else: then nothing is written.
    if gone := before - after:
        run(
            connection,
            """DELETE FROM addresses
               USING json_to_recordset(:gone) AS gone (workspace_id uuid, contact_id uuid, digest text)
               WHERE addresses.workspace_id = gone.workspace_id AND addresses.contact_id = gone.contact_id
                 AND addresses.digest = gone.digest""",
            gone=as_rows(gone),
        )
    if new := after - before:
        run(
            connection,
            """INSERT INTO addresses (workspace_id, digest, contact_id)
               SELECT workspace_id, digest, contact_id
               FROM json_to_recordset(:new) AS new (workspace_id uuid, contact_id uuid, digest text)
               ON CONFLICT (workspace_id, digest, contact_id) DO UPDATE SET merged = false""",
            new=as_rows(new),
        )


def as_rows(addresses: Iterable[tuple[UUID, UUID, str]]) -> str:
    return as_json({"workspace_id": w, "contact_id": c, "digest": digest} for w, c, digest in sorted(addresses))


def move(connection: Connection, merged: Mapping[Owner, UUID]) -> None:
    """What was one contact's is another's, too."""
    run(
        connection,
        """WITH gone AS (
               DELETE FROM addresses USING json_to_recordset(:merged) AS away (workspace_id uuid, contact_id uuid, "into" uuid)
               WHERE addresses.workspace_id = away.workspace_id AND addresses.contact_id = away.contact_id
               RETURNING addresses.workspace_id, digest, away."into")
           INSERT INTO addresses (workspace_id, digest, contact_id, merged)
           SELECT workspace_id, digest, "into", true FROM gone ON CONFLICT DO NOTHING""",
        merged=as_json({"workspace_id": w, "contact_id": c, "into": into} for (w, c), into in merged.items()),
    )


def wait(connection: Connection, workspace_id: UUID, source: str, drafts: Sequence[ActivityDraft]) -> set[UUID]:
    """Keep these until somebody has their address; the ids of those that did not wait already."""
    if not drafts:
        return set()
    kept = rows(
        connection,
        """INSERT INTO waiting_activities (workspace_id, activity_id, digest, source, deed)
           SELECT :w, activity_id, digest, :s, deed
           FROM json_to_recordset(:drafts) AS new (activity_id uuid, digest text, deed jsonb)
           ON CONFLICT DO NOTHING RETURNING activity_id""",
        w=workspace_id, s=source,
        drafts=as_json(
            {"activity_id": each.activity_id, "digest": each.who, "deed": DEED.dump_python(each.deed, mode="json")} for each in drafts
        ),
    )  # fmt: skip
    return {row.activity_id for row in kept}


def found(connection: Connection, owners: Iterable[Owner]) -> Sequence[Row[Any]]:
    """Take out those that wait for an address which one of these contacts has: with the contact, each once."""
    return rows(
        connection,
        """WITH whose AS (
               SELECT DISTINCT ON (workspace_id, digest) workspace_id, digest, contact_id
               FROM addresses JOIN json_to_recordset(:owners) AS changed (workspace_id uuid, contact_id uuid)
                    USING (workspace_id, contact_id)
               ORDER BY workspace_id, digest, merged, contact_id)
           DELETE FROM waiting_activities AS waiting USING whose
           WHERE waiting.workspace_id = whose.workspace_id AND waiting.digest = whose.digest
           RETURNING waiting.workspace_id, activity_id, waiting.digest, source, deed, contact_id""",
        owners=as_json({"workspace_id": w, "contact_id": c} for w, c in owners),
    )


def draft_of(row: Any) -> ActivityDraft:
    return ActivityDraft(row.activity_id, row.digest, DEED.validate_python(row.deed))


def forget_waiting(connection: Connection, days: int) -> int:
    """Those of people who have not become contacts in so many days. Returns how many."""
    return run(connection, "DELETE FROM waiting_activities WHERE kept_at < clock_timestamp() - make_interval(days => :days)", days=days)
