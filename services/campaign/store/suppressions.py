"""Who must not be contacted: suppressions as heard, and whom they mean."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from schemas.campaign import ExitReason
from services.kit.database import as_json, rows, run

# Of the contact's workspace, or of its client; for its campaign or all; in a channel of the campaign or all.
MEANS = """
s.active
AND (s.workspace_id = c.workspace_id OR (s.scope = 'client' AND EXISTS (
        SELECT FROM workspaces mine JOIN workspaces theirs USING (client_id)
        WHERE mine.workspace_id = c.workspace_id AND theirs.workspace_id = s.workspace_id)))
AND (s.campaign_id IS NULL OR s.campaign_id = g.campaign_id)
AND (s.channel IS NULL OR s.channel = ANY(g.channels))
"""


def keep(connection: Connection, heard: Collection[dict[str, Any]]) -> None:
    """Each: workspace_id, suppression_id, scope, campaign_id, digest, channel, active, version; the last version holds."""
    run(
        connection,
        """INSERT INTO suppressions (workspace_id, suppression_id, scope, campaign_id, digest, channel, active, version)
           SELECT * FROM json_to_recordset(:rows) AS new (workspace_id uuid, suppression_id uuid, scope text, campaign_id uuid,
                digest text, channel text, active boolean, version int)
           ON CONFLICT (workspace_id, suppression_id) DO UPDATE
           SET scope = excluded.scope, campaign_id = excluded.campaign_id, channel = excluded.channel, active = excluded.active,
               digest = CASE WHEN excluded.digest = '' THEN suppressions.digest ELSE excluded.digest END, version = excluded.version
           WHERE suppressions.version < excluded.version""",
        rows=as_json(sorted(heard, key=lambda row: str(row["suppression_id"]))),
    )


def send_away(connection: Connection, suppression_ids: Collection[UUID]) -> int:
    """Have the planner take out the recipients whom these mean; returns how many."""
    return run(
        connection,
        f"""INSERT INTO leaving (workspace_id, recipient_id, reason)
            SELECT DISTINCT r.workspace_id, r.recipient_id, :reason
            FROM suppressions s
            JOIN contacts c ON c.digests @> ARRAY[s.digest]
            JOIN recipients r ON r.workspace_id = c.workspace_id AND r.contact_id = c.contact_id AND r.exit IS NULL
            JOIN campaigns g ON g.workspace_id = r.workspace_id AND g.campaign_id = r.campaign_id
            WHERE s.suppression_id = ANY(:ids) AND {MEANS}
            ORDER BY 1, 2 ON CONFLICT DO NOTHING""",  # noqa: S608 - the texts of this module
        ids=list(suppression_ids), reason=ExitReason.SUPPRESSED,
    )  # fmt: skip


def suppressed_of(connection: Connection, wanted: str) -> set[UUID]:
    """Of (workspace_id, recipient_id, campaign_id, contact_id) as JSON, the recipients who must not be contacted."""
    found = rows(
        connection,
        f"""SELECT DISTINCT wanted.recipient_id
            FROM json_to_recordset(:wanted) AS wanted (workspace_id uuid, recipient_id uuid, campaign_id uuid, contact_id uuid)
            JOIN contacts c USING (workspace_id, contact_id)
            JOIN campaigns g ON g.workspace_id = wanted.workspace_id AND g.campaign_id = wanted.campaign_id
            CROSS JOIN unnest(c.digests) AS mark (digest)
            JOIN suppressions s ON s.digest = mark.digest
            WHERE {MEANS}""",  # noqa: S608 - the texts of this module
        wanted=wanted,
    )
    return {row.recipient_id for row in found}
