"""Mailboxes, how far they were read, and the mails that came in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import rows, run
from services.sender.store.outreach import STANDING, STANDINGS, Standing, standing_of


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read: UIDs below `next_uid` are done, as long as its UIDVALIDITY is this. 0 and 0: never read."""

    uid_validity: int
    next_uid: int
    since: datetime
    """Real time: what came before need not be looked at."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail as it is kept. `raw` only where it concerns an outreach."""

    identity: str
    meaning: str
    classifier: int
    size: int
    received_at: datetime
    outreach_id: UUID | None = None
    contact_id: UUID | None = None
    raw: bytes | None = None


def place(connection: Connection, sender_id: UUID) -> Place | None:
    found = rows(
        connection,
        """SELECT uid_validity, next_uid, coalesce(read_at, registered_at) AS since
           FROM mailboxes JOIN senders USING (sender_id) WHERE sender_id = :id""",
        id=sender_id,
    )
    return Place(found[0].uid_validity, found[0].next_uid, found[0].since) if found else None


def move(connection: Connection, sender_id: UUID, before: Place, uid_validity: int, next_uid: int) -> bool:
    """False if somebody else has read on since: then what was read here is not stored."""
    return bool(
        run(
            connection,
            """UPDATE mailboxes SET uid_validity = :validity, next_uid = :next, read_at = clock_timestamp(), trouble = NULL
               WHERE sender_id = :id AND uid_validity = :known AND next_uid = :known_next""",
            id=sender_id,
            validity=uid_validity,
            next=next_uid,
            known=before.uid_validity,
            known_next=before.next_uid,
        )
    )


def note_trouble(connection: Connection, sender_id: UUID, trouble: str) -> None:
    run(connection, "UPDATE mailboxes SET trouble = :trouble WHERE sender_id = :id", id=sender_id, trouble=trouble)


def unknown_among(connection: Connection, sender_id: UUID, identities: Iterable[str]) -> set[str]:
    """Of these mails, those never seen in this mailbox."""
    wanted = set(identities)
    found = rows(
        connection,
        "SELECT identity FROM mails WHERE sender_id = :id AND identity = ANY(CAST(:identities AS text[]))",
        id=sender_id,
        identities=list(wanted),
    )
    return wanted - {row.identity for row in found}


def keep(connection: Connection, workspace_id: UUID, sender_id: UUID, mails: Sequence[Kept]) -> None:
    # Arrays, not JSON: raw mails are bytes.
    run(
        connection,
        """INSERT INTO mails (workspace_id, sender_id, identity, outreach_id, contact_id, meaning, classifier, size, received_at, raw)
           SELECT CAST(:w AS uuid), CAST(:s AS uuid), * FROM unnest(CAST(:identities AS text[]), CAST(:outreach AS uuid[]),
               CAST(:contacts AS uuid[]), CAST(:meanings AS text[]), CAST(:classifiers AS int[]), CAST(:sizes AS int[]),
               CAST(:received AS timestamptz[]), CAST(:raws AS bytea[]))
           ON CONFLICT DO NOTHING""",
        w=workspace_id,
        s=sender_id,
        identities=[mail.identity for mail in mails],
        outreach=[mail.outreach_id for mail in mails],
        contacts=[mail.contact_id for mail in mails],
        meanings=[mail.meaning for mail in mails],
        classifiers=[mail.classifier for mail in mails],
        sizes=[mail.size for mail in mails],
        received=[mail.received_at for mail in mails],
        raws=[mail.raw for mail in mails],
    )


def by_message_id(connection: Connection, workspace_id: UUID, message_ids: Iterable[str]) -> dict[str, Standing]:
    found = rows(
        connection,
        STANDINGS + " WHERE o.workspace_id = :w AND o.message_id = ANY(CAST(:ids AS text[]))",
        w=workspace_id,
        ids=list(set(message_ids)),
    )
    return {row.message_id: standing_of(row) for row in found}


LATEST_TO = """ FROM outreach o JOIN sends s USING (workspace_id, outreach_id)
WHERE o.sender_id = :s AND o.address = ANY(CAST(:addresses AS text[])) AND s.stage IN ('handing_over', 'accepted', 'in_doubt')
      AND o.channel = 'email'
ORDER BY s.handed_at NULLS FIRST
"""


def by_address(connection: Connection, sender_id: UUID, addresses: Iterable[str]) -> dict[str, Standing]:
    """The latest mail that this sender wrote to each of these."""
    found = rows(connection, STANDING + LATEST_TO, s=sender_id, addresses=list(set(addresses)))
    return {row.address: standing_of(row) for row in found}
