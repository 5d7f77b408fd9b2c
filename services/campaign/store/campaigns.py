"""Campaigns as they are read, and what concerns all recipients of one."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from schemas.campaign import ExitReason
from services.campaign.domain.campaign import Campaign
from services.kit.database import as_json, run


def keep(connection: Connection, workspace_id: UUID, campaign: Campaign, now: datetime) -> None:
    run(
        connection,
        """INSERT INTO campaigns (workspace_id, campaign_id, name, status, version, channels, stop_company_on_reply, created_at)
           VALUES (:w, :c, :n, :s, :v, CAST(:h AS text[]), :stop, :now)
           ON CONFLICT (workspace_id, campaign_id) DO UPDATE
           SET name = excluded.name, status = excluded.status, version = excluded.version, channels = excluded.channels""",
        w=workspace_id, c=campaign.campaign_id, n=campaign.name, s=campaign.status, v=campaign.version,
        h=sorted(campaign.channels), stop=campaign.stop_company_on_reply, now=now,
    )  # fmt: skip


def plan_overdue_anew(connection: Connection, campaign_id: UUID, now: datetime) -> None:
    """What fell due during a pause gets a new time within caps and windows, and is not flushed (DOMAIN.md, decision 7)."""
    run(
        connection,
        "UPDATE due SET step_id = NULL, slot_at = NULL, due_at = :now WHERE campaign_id = :c AND due_at <= :now AND step_id IS NOT NULL",
        c=campaign_id, now=now,
    )  # fmt: skip


def plan_overdue_of_senders_anew(connection: Connection, sender_ids: Collection[UUID], now: datetime) -> None:
    run(
        connection,
        "UPDATE due SET step_id = NULL, slot_at = NULL, due_at = :now WHERE sender_id = ANY(:s) AND due_at <= :now AND step_id IS NOT NULL",
        s=list(sender_ids), now=now,
    )  # fmt: skip


def send_all_away(connection: Connection, campaign_id: UUID) -> None:
    """The campaign is stopped: have the planner take out whoever is still on the way."""
    run(
        connection,
        """INSERT INTO leaving (workspace_id, recipient_id, reason)
           SELECT workspace_id, recipient_id, :reason FROM recipients WHERE campaign_id = :c AND exit IS NULL
           ORDER BY 1, 2 ON CONFLICT DO NOTHING""",
        c=campaign_id, reason=ExitReason.STOPPED,
    )  # fmt: skip


def send_companies_away(connection: Connection, replied: Collection[dict[str, UUID | None]]) -> None:
    """Each: workspace_id, campaign_id, company_id, recipient_id (who replied). Only where the campaign says so; who is at no company
    (a free-mail address alone) takes nobody along.
    """
    run(
        connection,
        """INSERT INTO leaving (workspace_id, recipient_id, reason)
           SELECT DISTINCT r.workspace_id, r.recipient_id, :reason
           FROM json_to_recordset(:rows) AS replied (workspace_id uuid, campaign_id uuid, company_id uuid, recipient_id uuid)
           JOIN campaigns c ON c.workspace_id = replied.workspace_id AND c.campaign_id = replied.campaign_id AND c.stop_company_on_reply
           JOIN recipients r ON r.workspace_id = replied.workspace_id AND r.campaign_id = replied.campaign_id
                AND r.company_id = replied.company_id
           WHERE r.recipient_id <> replied.recipient_id AND r.exit IS NULL ORDER BY 1, 2 ON CONFLICT DO NOTHING""",
        rows=as_json(replied), reason=ExitReason.COMPANY_REPLIED,
    )  # fmt: skip
