"""What is to be sent, and how far each has got: one row in `outreach` and one in `sends`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from schemas.campaign import Act
from schemas.details import Channel
from services.kit.database import as_json, rows, run
from services.sender.domain.facts import Facts
from services.sender.domain.send import Send, Stage

STANDING = """SELECT o.workspace_id, o.outreach_id, o.recipient_id, o.campaign_id, o.contact_id, o.step_id, o.channel, o.act, o.message_id,
    o.address, s.sender_id, s.stage, s.token, s.attempts, s.next_at, s.unwanted, s.handed_at"""
STANDINGS = STANDING + " FROM sends s JOIN outreach o USING (workspace_id, outreach_id)"


@dataclass(frozen=True, slots=True)
class Planned:
    """One outreach as it was asked for."""

    facts: Facts
    sender_id: UUID
    due_on: date
    message_id: str
    text: str
    keys: tuple[str, ...]
    links: tuple[str, ...] = ()
    address: str | None = None
    to_name: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an outreach has got; its row in `sends` is locked."""

    facts: Facts
    send: Send
    sender_id: UUID
    message_id: str
    address: str | None
    handed_at: datetime | None
    """By the service's clock."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a standing becomes."""

    before: Standing
    send: Send
    reason: str | None = None
    handed_at: datetime | None = None


def facts_of(row: Any) -> Facts:
    return Facts(
        row.workspace_id,
        row.outreach_id,
        row.recipient_id,
        row.campaign_id,
        row.contact_id,
        row.step_id,
        Channel(row.channel),
        Act(row.act),
    )


def standing_of(row: Any) -> Standing:
    send = Send(Stage(row.stage), row.token, row.attempts, row.next_at, row.unwanted)
    return Standing(facts_of(row), send, row.sender_id, row.message_id, row.address, row.handed_at)


def lock(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """The standings of these, locked in order until the transaction ends; what is not known is left out."""
    found = rows(
        connection,
        STANDINGS + " WHERE s.outreach_id = ANY(CAST(:ids AS uuid[])) ORDER BY s.outreach_id FOR UPDATE OF s",
        ids=[str(key) for key in set(ids)],
    )
    return {row.outreach_id: standing_of(row) for row in found}


def lock_open_with_keys(connection: Connection, keys: Collection[str]) -> dict[UUID, Standing]:
    """Of those that can still be stopped, the ones that any of these keys is about. Whoever hands one over waits, or is waited for."""
    found = rows(
        connection,
        STANDINGS
        + """ WHERE o.keys && CAST(:keys AS text[]) AND s.stage IN ('planned', 'claimed', 'deferred', 'open')
              ORDER BY s.outreach_id FOR UPDATE OF s""",
        keys=list(keys),
    )
    return {row.outreach_id: standing_of(row) for row in found}


def save(connection: Connection, changes: Iterable[Change]) -> None:
    run(
        connection,
        """UPDATE sends SET stage = new.stage, token = new.token, attempts = new.attempts, next_at = new.next_at,
               unwanted = new.unwanted, reason = coalesce(new.reason, sends.reason), handed_at = coalesce(new.handed_at, sends.handed_at)
           FROM json_to_recordset(:new) AS new (workspace_id uuid, outreach_id uuid, stage text, token bigint, attempts int,
                next_at timestamptz, unwanted text, reason text, handed_at timestamptz)
           WHERE sends.workspace_id = new.workspace_id AND sends.outreach_id = new.outreach_id""",
        new=as_json(
            {
                "workspace_id": change.before.facts.workspace_id,
                "outreach_id": change.before.facts.outreach_id,
                "stage": change.send.stage,
                "token": change.send.token,
                "attempts": change.send.attempts,
                "next_at": change.send.next_at,
                "unwanted": change.send.unwanted,
                "reason": change.reason,
                "handed_at": change.handed_at,
            }
            for change in changes
        ),
    )


def plan(connection: Connection, planned: Mapping[UUID, Planned], sends: Mapping[UUID, Send]) -> None:
    """Store these outreaches and where each stands. One asked for again takes the place of what was asked before."""
    run(
        connection,
        """INSERT INTO outreach AS known
           SELECT * FROM json_populate_recordset(NULL::outreach, :new)
           ON CONFLICT (workspace_id, outreach_id) DO UPDATE SET
               sender_id = EXCLUDED.sender_id, due_on = EXCLUDED.due_on, address = EXCLUDED.address, to_name = EXCLUDED.to_name,
               subject = EXCLUDED.subject, text = EXCLUDED.text, links = EXCLUDED.links, keys = EXCLUDED.keys""",
        new=as_json(outreach_row(planned[key]) for key in sends),
    )
    run(
        connection,
        """INSERT INTO sends AS known (workspace_id, outreach_id, sender_id, stage, token, attempts, next_at, unwanted)
           SELECT * FROM json_to_recordset(:new) AS new (workspace_id uuid, outreach_id uuid, sender_id uuid, stage text,
               token bigint, attempts int, next_at timestamptz, unwanted text)
           ON CONFLICT (workspace_id, outreach_id) DO UPDATE SET
               sender_id = EXCLUDED.sender_id, stage = EXCLUDED.stage, token = EXCLUDED.token, attempts = EXCLUDED.attempts,
               next_at = EXCLUDED.next_at, unwanted = EXCLUDED.unwanted, reason = NULL""",
        new=as_json(
            {
                "workspace_id": planned[key].facts.workspace_id,
                "outreach_id": key,
                "sender_id": planned[key].sender_id,
                "stage": send.stage,
                "token": send.token,
                "attempts": send.attempts,
                "next_at": send.next_at,
                "unwanted": send.unwanted,
            }
            for key, send in sends.items()
        ),
    )


def outreach_row(planned: Planned) -> dict[str, Any]:
    return {
        **planned.facts.named(),
        "workspace_id": planned.facts.workspace_id,
        "sender_id": planned.sender_id,
        "due_on": planned.due_on,
        "address": planned.address,
        "to_name": planned.to_name,
        "subject": planned.subject,
        "text": planned.text,
        "message_id": planned.message_id,
        "links": planned.links,
        "keys": planned.keys,
    }


def links_of(connection: Connection, outreach_id: UUID) -> list[str] | None:
    """Where the links of a mail lead, as the transaction's workspace sees it; None for an outreach that is not known."""
    found = rows(connection, "SELECT links FROM outreach WHERE outreach_id = :id", id=outreach_id)
    return list(found[0].links) if found else None


def hold(connection: Connection, campaign_ids: Collection[UUID]) -> None:
    """Take back what of these campaigns has not been handed over: it waits until they go on."""
    run(
        connection,
        """UPDATE sends SET stage = 'planned', next_at = NULL
           FROM outreach o
           WHERE o.campaign_id = ANY(CAST(:ids AS uuid[])) AND sends.workspace_id = o.workspace_id
                 AND sends.outreach_id = o.outreach_id AND sends.stage IN ('planned', 'claimed', 'deferred')""",
        ids=[str(campaign) for campaign in campaign_ids],
    )


def go_on(connection: Connection, campaign_ids: Collection[UUID], now: datetime) -> None:
    run(
        connection,
        """UPDATE sends SET next_at = :now
           FROM outreach o
           WHERE o.campaign_id = ANY(CAST(:ids AS uuid[])) AND sends.workspace_id = o.workspace_id
                 AND sends.outreach_id = o.outreach_id AND sends.stage = 'planned' AND sends.next_at IS NULL""",
        ids=[str(campaign) for campaign in campaign_ids],
        now=now,
    )
