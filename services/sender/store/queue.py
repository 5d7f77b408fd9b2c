"""The queue of e-mails: what may be claimed, what is overdue, how much there is. Claims skip what others hold."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import rows
from services.sender.store.outreach import STANDING, STANDINGS, Standing, standing_of

CLAIMABLE = """, o.to_name, o.subject, o.text, o.links
FROM senders a
     CROSS JOIN LATERAL (
         SELECT * FROM sends
         WHERE sends.sender_id = a.sender_id AND next_at <= :now AND stage IN ('planned', 'claimed', 'deferred')
         ORDER BY next_at LIMIT :each FOR UPDATE SKIP LOCKED) s
     JOIN outreach o ON o.workspace_id = s.workspace_id AND o.outreach_id = s.outreach_id
WHERE a.paused IS NULL AND (a.cooling_until IS NULL OR a.cooling_until <= :now) AND a.smtp IS NOT NULL
      AND a.sender_id <> ALL(CAST(:busy AS uuid[]))
LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Claimable:
    standing: Standing
    to_name: str | None
    subject: str
    text: str
    links: tuple[str, ...]


def lock_due(connection: Connection, now: datetime, busy: Collection[UUID], each: int, most: int) -> list[Claimable]:
    """Mails whose time has come, `each` of an account at most, of accounts that can send and are not `busy` here already."""
    found = rows(
        connection,
        STANDING + CLAIMABLE,
        now=now,
        busy=[str(sender) for sender in busy],
        each=each,
        most=most,
    )
    return [Claimable(standing_of(row), row.to_name, row.subject or "", row.text, tuple(row.links)) for row in found]


def lock_overdue(connection: Connection, now: datetime) -> Sequence[Standing]:
    """What is still being handed over though its lease is over."""
    found = rows(
        connection,
        STANDINGS
        + """ WHERE s.stage = 'handing_over' AND s.next_at <= :now ORDER BY s.outreach_id LIMIT 1000 FOR UPDATE OF s SKIP LOCKED""",
        now=now,
    )
    return [standing_of(row) for row in found]


def waiting(connection: Connection, now: datetime) -> int:
    """How many mails are to be sent now or are on their way; of a paused account, none is."""
    [row] = rows(
        connection,
        """SELECT count(*) AS n FROM sends JOIN senders USING (sender_id)
           WHERE next_at IS NOT NULL AND (stage = 'handing_over'
                 OR (senders.paused IS NULL AND (stage = 'claimed' OR next_at <= :now)))""",
        now=now,
    )
    return int(row.n)


def halted(connection: Connection, outreach_ids: Collection[UUID]) -> list[UUID]:
    """Of these, those whose campaign has been paused or stopped."""
    found = rows(
        connection,
        """SELECT outreach_id FROM outreach JOIN campaigns USING (workspace_id, campaign_id)
           WHERE halted AND outreach_id = ANY(CAST(:ids AS uuid[]))""",
        ids=[str(key) for key in outreach_ids],
    )
    return [row.outreach_id for row in found]


def in_doubt_of(connection: Connection, sender_id: UUID, most: int) -> dict[UUID, str]:
    """Outreaches of a sender that are in doubt, with their Message-IDs."""
    found = rows(
        connection,
        """SELECT outreach_id, message_id FROM sends JOIN outreach USING (workspace_id, outreach_id)
           WHERE sends.sender_id = :sender AND stage = 'in_doubt' ORDER BY outreach_id LIMIT :most""",
        sender=sender_id,
        most=most,
    )
    return {row.outreach_id: row.message_id for row in found}
