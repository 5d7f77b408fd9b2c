"""What people are shown: their tasks, mails in doubt, and where one outreach stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import rows


@dataclass(frozen=True, slots=True)
class Task:
    """`done`: it is; else it is open. `missed`: its day is over."""

    outreach_id: UUID
    sender_id: UUID
    campaign_id: UUID
    campaign: str
    recipient_id: UUID
    contact_id: UUID
    step_id: str
    channel: str
    act: str
    due_on: date
    done: bool
    missed: bool
    to_name: str | None
    address: str | None
    subject: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Doubt:
    outreach_id: UUID
    sender_id: UUID
    campaign_id: UUID
    campaign: str
    contact_id: UUID
    step_id: str
    message_id: str
    to_name: str | None
    address: str | None
    subject: str | None
    handed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    outreach_id: UUID
    sender_id: UUID
    campaign_id: UUID
    contact_id: UUID
    step_id: str
    channel: str
    act: str
    stage: str
    attempts: int
    reason: str | None
    """What the server said last, or why it was withdrawn."""
    next_at: datetime | None
    """Real time."""
    handed_at: datetime | None
    message_id: str | None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    today: date
    """In the workspace's zone."""
    day: date | None = None
    sender_id: UUID | None = None
    user_id: UUID | None = None
    done: bool = False


TASKS = """
SELECT o.outreach_id, o.sender_id, o.campaign_id, coalesce(c.name, '') AS campaign, o.recipient_id, o.contact_id, o.step_id, o.channel,
       o.act, o.due_on, s.stage = 'accepted' AS done, s.stage = 'open' AND o.due_on < :today AS missed, o.to_name, o.address, o.subject,
       o.text
FROM sends s JOIN outreach o USING (workspace_id, outreach_id)
     JOIN senders a ON a.sender_id = o.sender_id
     LEFT JOIN campaigns c ON c.campaign_id = o.campaign_id
WHERE o.channel <> 'email' AND s.stage = :stage
      AND (CAST(:day AS date) IS NULL OR o.due_on = CAST(:day AS date))
      AND (CAST(:sender AS uuid) IS NULL OR o.sender_id = CAST(:sender AS uuid))
      AND (CAST(:user AS uuid) IS NULL OR a.user_id = CAST(:user AS uuid))
      AND (CAST(:after_day AS date) IS NULL OR (o.due_on, o.outreach_id) > (CAST(:after_day AS date), CAST(:after AS uuid)))
ORDER BY o.due_on, o.outreach_id LIMIT :most
"""


def tasks(connection: Connection, wanted: TaskFilter, after: tuple[date, UUID] | None, most: int) -> Sequence[Task]:
    """By day. Of the workspace that the transaction sees."""
    found = rows(
        connection,
        TASKS,
        today=wanted.today,
        stage="accepted" if wanted.done else "open",
        day=wanted.day,
        sender=wanted.sender_id,
        user=wanted.user_id,
        after_day=after and after[0],
        after=after and after[1],
        most=most,
    )
    return [Task(**row._asdict()) for row in found]


def doubts(connection: Connection, after: UUID | None, most: int) -> Sequence[Doubt]:
    found = rows(
        connection,
        """SELECT o.outreach_id, o.sender_id, o.campaign_id, coalesce(c.name, '') AS campaign, o.contact_id, o.step_id, o.message_id,
                  o.to_name, o.address, o.subject, s.handed_at
           FROM sends s JOIN outreach o USING (workspace_id, outreach_id) LEFT JOIN campaigns c ON c.campaign_id = o.campaign_id
           WHERE s.stage = 'in_doubt' AND (CAST(:after AS uuid) IS NULL OR o.outreach_id > CAST(:after AS uuid))
           ORDER BY o.outreach_id LIMIT :most""",
        after=after,
        most=most,
    )
    return [Doubt(**row._asdict()) for row in found]


def progress(connection: Connection, outreach_id: UUID) -> Progress | None:
    found = rows(
        connection,
        """SELECT o.outreach_id, o.sender_id, o.campaign_id, o.contact_id, o.step_id, o.channel, o.act, s.stage, s.attempts,
                  coalesce(s.reason, s.unwanted) AS reason, s.next_at, s.handed_at,
                  CASE WHEN o.channel = 'email' THEN o.message_id END AS message_id
           FROM sends s JOIN outreach o USING (workspace_id, outreach_id) WHERE o.outreach_id = :id""",
        id=outreach_id,
    )
    return Progress(**found[0]._asdict()) if found else None
