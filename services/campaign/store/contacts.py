"""The copy of the contacts that campaigns need, and who of them may become a recipient."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from schemas.campaign import ExitReason
from schemas.details import Channel
from services.campaign.domain.enrolment import Candidate, Standing
from services.campaign.store.suppressions import MEANS
from services.kit.database import as_json, rows, run

# What comes may be less than what is known: a standing only rises, details are those of the highest version.
KEEP = """
INSERT INTO contacts (workspace_id, contact_id, company_id, standing, details, details_version, channels, digests, merged_into,
                      withdrawn)
SELECT * FROM json_to_recordset(:rows) AS new (workspace_id uuid, contact_id uuid, company_id uuid, standing smallint, details jsonb,
     details_version int, channels text[], digests text[], merged_into uuid, withdrawn boolean)
ON CONFLICT (workspace_id, contact_id) DO UPDATE
SET standing = greatest(contacts.standing, excluded.standing),
    merged_into = coalesce(excluded.merged_into, contacts.merged_into),
    withdrawn = coalesce(excluded.withdrawn, contacts.withdrawn),
    company_id = CASE WHEN excluded.details_version > contacts.details_version THEN excluded.company_id ELSE contacts.company_id END,
    details = CASE WHEN excluded.details_version > contacts.details_version THEN excluded.details ELSE contacts.details END,
    channels = CASE WHEN excluded.details_version > contacts.details_version THEN excluded.channels ELSE contacts.channels END,
    digests = CASE WHEN excluded.details_version > contacts.details_version THEN excluded.digests ELSE contacts.digests END,
    details_version = greatest(contacts.details_version, excluded.details_version)
"""
CANDIDATES = """
SELECT c.contact_id, c.company_id, c.standing, c.channels, c.merged_into IS NOT NULL AS merged, c.withdrawn IS TRUE AS withdrawn,
       EXISTS (SELECT FROM unnest(c.digests) AS mark (digest) JOIN suppressions s ON s.digest = mark.digest WHERE {means}) AS suppressed,
       EXISTS (SELECT FROM recipients r WHERE r.workspace_id = c.workspace_id AND r.campaign_id = g.campaign_id AND r.contact_id IN (
           SELECT c.contact_id UNION ALL SELECT m.contact_id FROM contacts m
           WHERE m.workspace_id = c.workspace_id AND m.merged_into = c.contact_id)) AS already
FROM contacts c JOIN campaigns g ON g.workspace_id = c.workspace_id AND g.campaign_id = :campaign
WHERE {whom} ORDER BY c.contact_id
"""
ALL_APPROVED = f"c.standing = {int(Standing.APPROVED)}"
CHOSEN = "c.contact_id = ANY(:ids)"

Addresses = Collection[tuple[UUID, UUID]]
"""Workspaces and contacts."""
NAMED = "(SELECT DISTINCT * FROM json_to_recordset(:contacts) AS named (workspace_id uuid, contact_id uuid)) AS named"


@dataclass(frozen=True)
class Copy:
    """What is heard of one contact in a batch, folded. `version` 0: nothing of its details."""

    workspace_id: UUID
    contact_id: UUID
    standing: Standing
    company_id: UUID | None
    details: dict[str, Any]
    version: int
    channels: Sequence[Channel]
    digests: Sequence[str]
    merged_into: UUID | None
    withdrawn: bool | None
    """None: nothing is said of that."""


def keep(connection: Connection, copies: Collection[Copy]) -> None:
    run(
        connection,
        KEEP,
        rows=as_json(
            {
                "workspace_id": copy.workspace_id,
                "contact_id": copy.contact_id,
                "company_id": copy.company_id,
                "standing": int(copy.standing),
                "details": copy.details,
                "details_version": copy.version,
                "channels": copy.channels,
                "digests": copy.digests,
                "merged_into": copy.merged_into,
                "withdrawn": copy.withdrawn,
            }
            for copy in sorted(copies, key=lambda copy: copy.contact_id)
        ),
    )


def keep_scores(connection: Connection, scores: Collection[dict[str, Any]]) -> None:
    """Each: workspace_id, contact_id, score, and the digests of a contact that is not known yet."""
    run(
        connection,
        """INSERT INTO contacts (workspace_id, contact_id, score, digests)
           SELECT * FROM json_to_recordset(:rows) AS new (workspace_id uuid, contact_id uuid, score smallint, digests text[])
           ON CONFLICT (workspace_id, contact_id) DO UPDATE SET score = excluded.score""",
        rows=as_json(sorted(scores, key=lambda row: str(row["contact_id"]))),
    )


def candidates(connection: Connection, campaign_id: UUID, contact_ids: Collection[UUID] | None) -> list[Candidate]:
    """`contact_ids` None: all that are approved. Those not known are not among them."""
    sql = CANDIDATES.format(means=MEANS, whom=ALL_APPROVED if contact_ids is None else CHOSEN)
    found = rows(connection, sql, campaign=campaign_id, ids=list(contact_ids or ()))
    return [
        Candidate(
            contact_id=row.contact_id,
            company_id=row.company_id,
            standing=Standing(row.standing),
            channels=frozenset(map(Channel, row.channels)),
            suppressed=row.suppressed,
            merged=row.merged,
            withdrawn=row.withdrawn,
            already=row.already,
        )
        for row in found
    ]


def send_away(connection: Connection, contacts: Addresses, reason: ExitReason) -> None:
    """Have the planner take out these contacts' recipients."""
    run(
        connection,
        f"""INSERT INTO leaving (workspace_id, recipient_id, reason)
            SELECT r.workspace_id, r.recipient_id, :reason
            FROM {NAMED} JOIN recipients r USING (workspace_id, contact_id)
            WHERE r.exit IS NULL ORDER BY 1, 2 ON CONFLICT DO NOTHING""",  # noqa: S608 - the texts of this module
        contacts=named(contacts), reason=reason,
    )  # fmt: skip


def send_away_merged(connection: Connection, contacts: Addresses) -> None:
    """Of those merged away, have the planner take out the recipients whose other self is in the same campaign too."""
    run(
        connection,
        f"""INSERT INTO leaving (workspace_id, recipient_id, reason)
            SELECT r.workspace_id, r.recipient_id, :reason
            FROM {NAMED}
            JOIN contacts c USING (workspace_id, contact_id)
            JOIN recipients r USING (workspace_id, contact_id)
            JOIN recipients other ON other.workspace_id = r.workspace_id AND other.campaign_id = r.campaign_id
                 AND other.contact_id = c.merged_into
            WHERE r.exit IS NULL ORDER BY 1, 2 ON CONFLICT DO NOTHING""",  # noqa: S608 - the texts of this module
        contacts=named(contacts), reason=ExitReason.EXCLUDED,
    )  # fmt: skip


def look_at_blocked(connection: Connection, contacts: Addresses, now: datetime) -> None:
    """What is known of these contacts has changed: have the planner try again the messages that something was missing for."""
    run(
        connection,
        f"""INSERT INTO due (workspace_id, recipient_id, campaign_id, sender_id, due_at, since)
            SELECT r.workspace_id, r.recipient_id, r.campaign_id, r.sender_id, :now, :now
            FROM {NAMED} JOIN recipients r USING (workspace_id, contact_id)
            WHERE r.stage = 'blocked' AND r.exit IS NULL AND NOT r.paused
            ORDER BY 1, 2 ON CONFLICT DO NOTHING""",  # noqa: S608 - the texts of this module
        contacts=named(contacts), now=now,
    )  # fmt: skip


def named(contacts: Addresses) -> str:
    return as_json({"workspace_id": workspace_id, "contact_id": contact_id} for workspace_id, contact_id in contacts)
