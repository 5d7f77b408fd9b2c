"""The secrets of webhooks, encrypted: one that holds, and one that held before and does so for a while yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.kit.database import rows, run
from services.kit.secrets import Secrets


@dataclass(frozen=True)
class Hook:
    """A webhook and the secrets that hold now."""

    workspace_id: UUID
    source_id: UUID
    secrets: Sequence[str]


def about(workspace_id: UUID, source_id: UUID) -> str:
    """What a secret belongs to: one that is moved to another row does not open."""
    return f"{workspace_id}/{source_id}/webhook"


def add(connection: Connection, secrets: Secrets, workspace_id: UUID, source_id: UUID, secret: str) -> bool:
    """False if the webhook has a secret already, which stays."""
    return bool(
        run(
            connection,
            "INSERT INTO hooks (workspace_id, source_id, secret) VALUES (:w, :s, :secret) ON CONFLICT DO NOTHING",
            w=workspace_id, s=source_id, secret=secrets.encrypt(secret, about(workspace_id, source_id)),
        )
    )  # fmt: skip


def rotate(
    connection: Connection, secrets: Secrets, workspace_id: UUID, source_id: UUID, secret: str, *, overlap: float
) -> datetime | None:
    """The new secret holds at once. Returns until when the one before it does too, `overlap` seconds long (None: there was none)."""
    [row] = rows(
        connection,
        """INSERT INTO hooks (workspace_id, source_id, secret) VALUES (:w, :s, :secret)
           ON CONFLICT (workspace_id, source_id) DO UPDATE
           SET secret = EXCLUDED.secret, made_at = EXCLUDED.made_at, former = hooks.secret,
               former_until = clock_timestamp() + make_interval(secs => :overlap)
           RETURNING former_until""",
        w=workspace_id, s=source_id, secret=secrets.encrypt(secret, about(workspace_id, source_id)), overlap=overlap,
    )  # fmt: skip
    until: datetime | None = row.former_until
    return until


def find(connection: Connection, secrets: Secrets, source_id: UUID) -> Hook | None:
    """By its source alone, in a transaction that names no workspace: row-level security shows this one row of the table."""
    run(connection, "SELECT set_config('app.source', :s, true)", s=str(source_id))
    found = rows(
        connection,
        """SELECT workspace_id, secret, CASE WHEN former_until > clock_timestamp() THEN former END AS former
           FROM hooks WHERE source_id = :s""",
        s=source_id,
    )
    if not found:
        return None
    [row] = found
    held = [each for each in (row.secret, row.former) if each is not None]
    return Hook(row.workspace_id, source_id, [secrets.decrypt(each, about(row.workspace_id, source_id)) for each in held])
