"""Lists for the API, each from after the given sort key on."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.campaign.views import CampaignRow, RecipientRow
from services.kit.database import rows


def campaigns(connection: Connection, after: tuple[Any, ...] | None, most: int) -> list[CampaignRow]:
    """The newest first. `after`: time and id of the last one shown."""
    at, key = after or (None, None)
    found = rows(
        connection,
        """SELECT c.campaign_id, c.name, c.status, c.version, c.channels, c.created_at, coalesce(r.recipients, 0) AS recipients,
                  coalesce(r.on_the_way, 0) AS on_the_way
           FROM (SELECT * FROM campaigns
                 WHERE CAST(:at AS timestamptz) IS NULL OR (created_at, campaign_id) < (CAST(:at AS timestamptz), CAST(:key AS uuid))
                 ORDER BY created_at DESC, campaign_id DESC LIMIT :most) c
           LEFT JOIN LATERAL (
                SELECT count(*) AS recipients, count(*) FILTER (WHERE exit IS NULL) AS on_the_way
                FROM recipients WHERE workspace_id = c.workspace_id AND campaign_id = c.campaign_id) r ON true
           ORDER BY c.created_at DESC, c.campaign_id DESC""",
        at=at, key=key, most=most,
    )  # fmt: skip
    return [CampaignRow.model_validate(row._asdict()) for row in found]


def recipients(connection: Connection, campaign_id: UUID, stages: Collection[str], after: UUID | None, most: int) -> list[RecipientRow]:
    """Those that stand at one of these stages and have not left; with no stage named, all."""
    found = rows(
        connection,
        """SELECT r.recipient_id, r.contact_id, c.details->>'full_name' AS name, c.details->>'company_name' AS company, c.score,
                  r.sender_id, r.sequence_version, r.stage, r.step_id, r.due_at, r.paused, r.exit, r.enrolled_at, r.changed_at
           FROM recipients r LEFT JOIN contacts c USING (workspace_id, contact_id)
           WHERE r.campaign_id = :campaign AND (CAST(:after AS uuid) IS NULL OR r.recipient_id > CAST(:after AS uuid))
                 AND (CAST(:stages AS text[]) = '{}' OR (r.stage = ANY(CAST(:stages AS text[])) AND r.exit IS NULL))
           ORDER BY r.recipient_id LIMIT :most""",
        campaign=campaign_id, after=after, stages=list(stages), most=most,
    )  # fmt: skip
    return [RecipientRow.model_validate(row._asdict()) for row in found]
