"""What looking ahead reads: nothing is locked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from schemas.details import PersonDetails
from services.campaign.domain.recipient import Progress
from services.campaign.store.streams import RECIPIENT
from services.kit.database import rows

ON_THE_WAY = """
SELECT r.workspace_id, r.recipient_id, r.campaign_id, r.contact_id, r.sender_id, d.step_id, d.due_at, d.since, st.state::text AS state
FROM recipients r
JOIN streams st ON st.workspace_id = r.workspace_id AND st.stream = 'recipient:' || r.recipient_id
LEFT JOIN due d ON d.workspace_id = r.workspace_id AND d.recipient_id = r.recipient_id
WHERE r.campaign_id = :campaign AND r.exit IS NULL AND NOT r.paused AND r.stage NOT IN ('blocked', 'in_doubt')
ORDER BY r.recipient_id LIMIT :most
"""


def on_the_way(connection: Connection, campaign_id: UUID, most: int) -> Sequence[Row[Any]]:
    """Who goes on without help: (workspace_id, recipient_id, campaign_id, contact_id, sender_id, step_id, due_at, since, state)."""
    return rows(connection, ON_THE_WAY, campaign=campaign_id, most=most)


def progress_of(state: str) -> Progress:
    progress: Progress = RECIPIENT.stored.validate_json(state)
    return progress


def recipient(connection: Connection, workspace_id: UUID, key: UUID) -> Progress | None:
    found = rows(
        connection,
        "SELECT state::text AS state FROM streams WHERE workspace_id = :w AND stream = :s AND state IS NOT NULL",
        w=workspace_id, s=RECIPIENT.stream(key),
    )  # fmt: skip
    return progress_of(found[0].state) if found else None


def details_of(connection: Connection, contact_id: UUID) -> PersonDetails | None:
    found = rows(connection, "SELECT details FROM contacts WHERE contact_id = :c", c=contact_id)
    return PersonDetails.model_validate(found[0].details) if found else None


def name_of_sender(connection: Connection, sender_id: UUID) -> str | None:
    found = rows(connection, "SELECT name FROM senders WHERE sender_id = :s", s=sender_id)
    return found[0].name if found else None
