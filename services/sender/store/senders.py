"""Sender accounts. Passwords come in and go out encrypted; who opens them is the caller."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from services.kit.database import rows, run
from services.sender.domain.account import Account, Security, Server

ACCOUNTS = "SELECT workspace_id, sender_id, user_id, name, email, smtp, imap, sent_folder, tracking, failures FROM senders"


@dataclass(frozen=True, slots=True)
class Registration:
    """An account as it is registered; `channels`, `daily_cap` and `linkedin` are for the planner and for people."""

    account: Account
    channels: tuple[str, ...]
    daily_cap: int
    linkedin: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as people see it: without its servers' log-ins."""

    sender_id: UUID
    user_id: UUID
    name: str
    email: str | None
    linkedin: str | None
    channels: Sequence[str]
    daily_cap: int
    paused: str | None
    trouble: str | None
    mailbox_trouble: str | None
    mailbox_read_at: datetime | None


def register(connection: Connection, registration: Registration) -> None:
    account = registration.account
    run(
        connection,
        """INSERT INTO senders (workspace_id, sender_id, user_id, name, email, linkedin, channels, daily_cap, smtp, imap,
                                sent_folder, tracking)
           VALUES (:workspace_id, :sender_id, :user_id, :name, :email, :linkedin, CAST(:channels AS text[]), :daily_cap,
                   CAST(:smtp AS jsonb), CAST(:imap AS jsonb), :sent_folder, :tracking)
           ON CONFLICT (sender_id) DO UPDATE SET
               name = EXCLUDED.name, email = EXCLUDED.email, linkedin = EXCLUDED.linkedin, channels = EXCLUDED.channels,
               daily_cap = EXCLUDED.daily_cap, smtp = EXCLUDED.smtp, imap = EXCLUDED.imap, sent_folder = EXCLUDED.sent_folder,
               tracking = EXCLUDED.tracking, paused = NULL, failures = 0, trouble = NULL, cooling_until = NULL""",
        workspace_id=account.workspace_id,
        sender_id=account.sender_id,
        user_id=account.user_id,
        name=account.name,
        email=account.email,
        linkedin=registration.linkedin,
        channels=list(registration.channels),
        daily_cap=registration.daily_cap,
        smtp=server_json(account.smtp),
        imap=server_json(account.imap),
        sent_folder=account.sent_folder,
        tracking=account.tracking,
    )
    if account.imap:
        run(
            connection,
            "INSERT INTO mailboxes (workspace_id, sender_id) VALUES (:w, :s) ON CONFLICT DO NOTHING",
            w=account.workspace_id,
            s=account.sender_id,
        )


def server_json(server: Server | None) -> str | None:
    return None if server is None else msgspec.json.encode(server).decode()


def server_of(stored: Any) -> Server | None:
    return None if stored is None else Server(**{**stored, "security": Security(stored["security"])})


def account_of(row: Any) -> Account:
    return Account(
        sender_id=row.sender_id,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        name=row.name,
        email=row.email,
        smtp=server_of(row.smtp),
        imap=server_of(row.imap),
        sent_folder=row.sent_folder,
        tracking=row.tracking,
        failures=row.failures,
    )


def accounts(connection: Connection, sender_ids: Iterable[UUID]) -> dict[UUID, Account]:
    found = rows(
        connection,
        ACCOUNTS + " WHERE sender_id = ANY(CAST(:ids AS uuid[]))",
        ids=[str(sender) for sender in sender_ids],
    )
    return {row.sender_id: account_of(row) for row in found}


def with_mailbox(connection: Connection) -> list[Account]:
    """All that the transaction sees, paused or not: answers come in long after the last mail went out."""
    return [account_of(row) for row in rows(connection, ACCOUNTS + " WHERE imap IS NOT NULL ORDER BY sender_id")]


def listed(connection: Connection, after: UUID | None, most: int) -> Sequence[Listed]:
    found = rows(
        connection,
        """SELECT sender_id, user_id, name, email, linkedin, channels, daily_cap, paused, senders.trouble,
                  mailboxes.trouble AS mailbox_trouble, mailboxes.read_at AS mailbox_read_at
           FROM senders LEFT JOIN mailboxes USING (workspace_id, sender_id)
           WHERE CAST(:after AS uuid) IS NULL OR sender_id > CAST(:after AS uuid) ORDER BY sender_id LIMIT :most""",
        after=None if after is None else str(after),
        most=most,
    )
    return [Listed(**row._asdict()) for row in found]


def pause(connection: Connection, sender_id: UUID, reason: str | None) -> bool:
    """None: let it go on. Returns whether there is such a sender and this changes anything."""
    return bool(
        run(
            connection,
            """UPDATE senders SET paused = :reason, failures = 0, trouble = NULL, cooling_until = NULL
               WHERE sender_id = :id AND (paused IS NULL) = CAST(:pausing AS boolean)""",
            id=sender_id,
            reason=reason,
            pausing=reason is not None,
        )
    )


def is_known(connection: Connection, sender_id: UUID) -> bool:
    return bool(rows(connection, "SELECT 1 FROM senders WHERE sender_id = :id", id=sender_id))


def cool(connection: Connection, sender_id: UUID, trouble: str, until: datetime) -> None:
    run(
        connection,
        "UPDATE senders SET failures = failures + 1, trouble = :trouble, cooling_until = :until WHERE sender_id = :id",
        id=sender_id,
        trouble=trouble,
        until=until,
    )


def recovered(connection: Connection, sender_id: UUID) -> None:
    run(connection, "UPDATE senders SET failures = 0, trouble = NULL, cooling_until = NULL WHERE sender_id = :id", id=sender_id)


def name_of_writer(connection: Connection, outreach_id: UUID) -> str | None:
    """Who wrote this; None for an outreach that the transaction's workspace does not have."""
    found = rows(
        connection,
        "SELECT name FROM outreach JOIN senders USING (workspace_id, sender_id) WHERE outreach_id = :id",
        id=outreach_id,
    )
    return str(found[0].name) if found else None
