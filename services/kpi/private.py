"""Where kpi keeps in the clear what identifies a person, and how it forgets it. (Topics are unreadable once the subject's key is gone.)"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import run

CLEAR: dict[tuple[str, str], str] = {
    ("contacts", "name"): "contact",
    ("contacts", "title"): "contact",
    ("contacts", "company"): "contact",
    ("entries", "text"): "contact",
}
"""Table and column → whose data. Besides, answers kept for an Idempotency-Key hold a lead's card until they expire (kit.http)."""


def when_subject_is_erased(connection: Connection, contact_ids: Iterable[UUID]) -> int:
    """Blank what is known of these contacts; they stay in numbers and lists, as erased. Returns how many there were."""
    wanted = [str(contact_id) for contact_id in contact_ids]
    run(connection, "UPDATE entries SET text = NULL WHERE contact_id = ANY(CAST(:ids AS uuid[]))", ids=wanted)
    return run(
        connection,
        """UPDATE contacts SET name = NULL, title = NULL, company = NULL, erased = true
           WHERE contact_id = ANY(CAST(:ids AS uuid[]))""",
        ids=wanted,
    )
