"""What the planner takes, so that several planners take different things, and what it needs to decide on a whole batch at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from schemas.campaign import ExitReason, OutreachAsked
from schemas.details import PersonDetails
from services.campaign.domain.enrolment import Standing
from services.campaign.domain.plan import ROLLING, Book
from services.campaign.store.suppressions import suppressed_of
from services.kit.database import as_json, rows, run

# Of a running campaign, and of a sender who is known and not paused. A recipient whose stream somebody works on is left for later,
# so that nobody ever waits here; and who pauses the campaign waits until those taken are done with.
DUE = """
FROM due d
JOIN campaigns c ON c.workspace_id = d.workspace_id AND c.campaign_id = d.campaign_id AND c.status = 'running'
JOIN senders s ON s.workspace_id = d.workspace_id AND s.sender_id = d.sender_id AND s.cap IS NOT NULL AND NOT s.paused
"""
CLAIM_DUE = f"""
SELECT d.workspace_id, d.recipient_id, d.campaign_id, d.sender_id, d.step_id, d.since
{DUE} JOIN streams st ON st.workspace_id = d.workspace_id AND st.stream = 'recipient:' || d.recipient_id
WHERE d.due_at <= :now ORDER BY d.due_at, d.recipient_id LIMIT :most
FOR UPDATE OF d, st SKIP LOCKED FOR SHARE OF c SKIP LOCKED
"""
CLAIM_LEAVING = """
SELECT l.workspace_id, l.recipient_id, r.campaign_id, l.reason
FROM leaving l
JOIN recipients r USING (workspace_id, recipient_id)
JOIN streams st ON st.workspace_id = l.workspace_id AND st.stream = 'recipient:' || l.recipient_id
LIMIT :most FOR UPDATE OF l, st SKIP LOCKED
"""
COUNT = f"""
SELECT (SELECT count(*) {DUE} WHERE d.due_at <= :now) + (SELECT count(*) FROM leaving) AS n
"""  # noqa: S608 - the texts of this module
TIMES = """
SELECT sender_id, what, array_agg(ceil(extract(epoch FROM at))::bigint ORDER BY at) AS seconds
FROM (SELECT sender_id, 'planned' AS what, slot_at AS at FROM due WHERE sender_id = ANY(:s) AND slot_at > :after
      UNION ALL SELECT sender_id, 'planned', slot_at FROM asked WHERE sender_id = ANY(:s) AND slot_at > :after
      UNION ALL SELECT sender_id, 'asked', asked_at FROM asked WHERE sender_id = ANY(:s) AND asked_at > :after) AS times
GROUP BY sender_id, what
"""
DAY = timedelta(seconds=ROLLING)
KEPT = timedelta(days=3)


@dataclass(frozen=True)
class Reach:
    """What is known of a recipient's contact: enough to write to it, or not to."""

    details: PersonDetails
    digests: tuple[str, ...]
    excluded: bool
    suppressed: bool
    withdrawn: bool

    @property
    def barred(self) -> ExitReason | None:
        """Why it is not to be written to, if so."""
        if self.excluded:
            return ExitReason.EXCLUDED
        if self.withdrawn:
            return ExitReason.SOURCE_WITHDRAWN
        return ExitReason.SUPPRESSED if self.suppressed else None


def claim_due(connection: Connection, now: datetime, most: int) -> list[Row[Any]]:
    """Rows (workspace_id, recipient_id, campaign_id, sender_id, step_id, since), locked with the recipients' streams."""
    return list(rows(connection, CLAIM_DUE, now=now, most=most))


def claim_leaving(connection: Connection, most: int) -> list[Row[Any]]:
    return list(rows(connection, CLAIM_LEAVING, most=most))


def left(connection: Connection, recipients: Collection[UUID]) -> None:
    run(connection, "DELETE FROM leaving WHERE recipient_id = ANY(:r)", r=list(recipients))


def waiting(connection: Connection, now: datetime) -> int:
    """How many recipients are to be dealt with at this time of the clock."""
    return int(rows(connection, COUNT, now=now)[0].n)


def reach_of(connection: Connection, claimed: Collection[Row[Any]], contacts: dict[UUID, UUID]) -> dict[UUID, Reach]:
    """By recipient; `contacts` gives the contact of each."""
    wanted = as_json(
        {
            "workspace_id": row.workspace_id,
            "recipient_id": row.recipient_id,
            "campaign_id": row.campaign_id,
            "contact_id": contacts[row.recipient_id],
        }
        for row in claimed
    )
    suppressed = suppressed_of(connection, wanted)
    found = rows(
        connection,
        """SELECT wanted.recipient_id, c.details, c.digests, c.standing, c.withdrawn IS TRUE AS withdrawn
           FROM json_to_recordset(:wanted) AS wanted (workspace_id uuid, recipient_id uuid, contact_id uuid)
           JOIN contacts c USING (workspace_id, contact_id)""",
        wanted=wanted,
    )
    return {
        row.recipient_id: Reach(
            PersonDetails.model_validate(row.details),
            tuple(row.digests),
            row.standing == Standing.EXCLUDED,
            row.recipient_id in suppressed,
            row.withdrawn,
        )
        for row in found
    }


@dataclass(frozen=True)
class Desk:
    """A sender as the planner needs it: its name, and the book of its e-mails."""

    name: str | None
    book: Book


def desks_of(connection: Connection, senders: Collection[UUID], now: datetime, *, lock: bool = True) -> dict[UUID, Desk]:
    """Locked in order of id: two planners never fill one book at once, nor lock each other out."""
    wanted = sorted(senders)
    select = "SELECT sender_id, coalesce(cap, 0) AS cap, name FROM senders WHERE sender_id = ANY(:s) ORDER BY sender_id"
    known = rows(connection, select + (" FOR UPDATE" if lock else ""), s=wanted)
    # Read after the lock, and as one array for each sender: a busy one has thousands.
    found = rows(connection, TIMES, s=wanted, after=now - DAY)
    times = {(row.sender_id, row.what): row.seconds for row in found}
    return {
        row.sender_id: Desk(row.name, Book(row.cap, times.get((row.sender_id, "planned"), []), times.get((row.sender_id, "asked"), [])))
        for row in known
    }


def note_asked(connection: Connection, asked: Collection[tuple[UUID, datetime, OutreachAsked]], now: datetime) -> None:
    """`asked`: workspace and planned time of each e-mail that was asked for. What counts no more is forgotten."""
    run(
        connection,
        """INSERT INTO asked (workspace_id, outreach_id, sender_id, slot_at, asked_at)
           SELECT workspace_id, outreach_id, sender_id, slot_at, :now
           FROM json_to_recordset(:rows) AS new (workspace_id uuid, outreach_id uuid, sender_id uuid, slot_at timestamptz)
           ON CONFLICT (workspace_id, outreach_id) DO UPDATE SET slot_at = excluded.slot_at, asked_at = excluded.asked_at""",
        rows=as_json(
            {"workspace_id": workspace_id, "outreach_id": body.outreach_id, "sender_id": body.sender_id, "slot_at": slot_at}
            for workspace_id, slot_at, body in asked
        ),
        now=now,
    )  # fmt: skip
    senders = sorted({body.sender_id for _, _, body in asked})
    run(connection, "DELETE FROM asked WHERE sender_id = ANY(:s) AND asked_at < :before", s=senders, before=now - KEPT)
