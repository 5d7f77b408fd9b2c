"""What no event holds: password hashes, sessions, digests of API keys; and whom a session or key stands for."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from schemas.accounts import Role
from schemas.body import PROVIDER
from services.accounts.domain.roles import Held, Place
from services.accounts.store.fold import address
from services.kit.database import rows, run


@dataclass(frozen=True)
class Known:
    """Whom a session or key stands for, and the workspace that was asked about, if it exists."""

    actor: str
    client_id: UUID | None
    held: tuple[Held, ...]
    place: Place | None
    zone: str | None


@dataclass(frozen=True)
class Login:
    user_id: UUID
    client_id: UUID
    password_hash: str
    version: int


def digest_of(secret: str) -> bytes:
    """Enough for secrets of 256 random bits; passwords need argon2."""
    return hashlib.sha256(secret.encode()).digest()


def login_of(connection: Connection, email: str) -> Login | None:
    return only_login(rows(connection, LOGINS + " WHERE u.email = :email AND NOT u.disabled", email=address(email)))


def login_of_user(connection: Connection, user_id: UUID) -> Login | None:
    return only_login(rows(connection, LOGINS + " WHERE l.user_id = :user AND NOT u.disabled", user=user_id))


LOGINS = "SELECT l.user_id, l.client_id, l.password_hash, l.version FROM logins l JOIN users u USING (user_id)"


def only_login(found: Sequence[Any]) -> Login | None:
    return Login(**found[0]._asdict()) if found else None


def set_password(connection: Connection, user_id: UUID, client_id: UUID, password_hash: str) -> None:
    """Ends the sessions that the user has."""
    run(
        connection,
        """INSERT INTO logins (user_id, client_id, password_hash) VALUES (:user, :client, :hash)
           ON CONFLICT (user_id) DO UPDATE SET password_hash = :hash, version = logins.version + 1""",
        user=user_id, client=client_id, hash=password_hash,
    )  # fmt: skip


def rehash(connection: Connection, login: Login, password_hash: str) -> None:
    """The same password, hashed by today's measure. Ends no session."""
    run(connection, "UPDATE logins SET password_hash = :hash WHERE user_id = :user", hash=password_hash, user=login.user_id)


def begin_session(connection: Connection, login: Login, secret: str, hours: float) -> None:
    run(connection, "DELETE FROM sessions WHERE expires_at < clock_timestamp()")
    run(
        connection,
        """INSERT INTO sessions (digest, user_id, client_id, version, expires_at)
           VALUES (:digest, :user, :client, :version, clock_timestamp() + make_interval(secs => :seconds))""",
        digest=digest_of(secret), user=login.user_id, client=login.client_id, version=login.version, seconds=hours * 3600,
    )  # fmt: skip


def end_session(connection: Connection, secret: str) -> None:
    run(connection, "DELETE FROM sessions WHERE digest = :digest", digest=digest_of(secret))


def keep_key(connection: Connection, key_id: UUID, client_id: UUID, secret: str, prefix: str) -> None:
    run(
        connection,
        "INSERT INTO key_secrets (digest, key_id, client_id, prefix) VALUES (:digest, :key, :client, :prefix)",
        digest=digest_of(secret), key=key_id, client=client_id, prefix=prefix,
    )  # fmt: skip


def known_by_session(connection: Connection, secret: str, workspace_id: UUID | None) -> Known | None:
    found = rows(connection, BY_SESSION, digest=digest_of(secret), workspace=workspace_id)
    return known_of(found[0]) if found else None


def known_by_key(connection: Connection, secret: str, workspace_id: UUID | None) -> Known | None:
    """Notes to the minute that the key was used."""
    found = rows(connection, BY_KEY, digest=digest_of(secret), workspace=workspace_id)
    if found and found[0].unnoted:
        run(connection, "UPDATE key_secrets SET last_used_at = clock_timestamp() WHERE digest = :d", d=digest_of(secret))
    return known_of(found[0]) if found else None


BY_SESSION = """
    SELECT 'user:' || u.user_id AS actor, u.client_id, w.workspace_id, w.client_id AS owner, w.time_zone AS zone,
           (SELECT coalesce(json_agg(json_build_array(r.role, r.workspace_id)), '[]') FROM roles r WHERE r.user_id = u.user_id)
               AS roles
    FROM sessions s
    JOIN logins l ON l.user_id = s.user_id AND l.version = s.version
    JOIN users u ON u.user_id = s.user_id AND NOT u.disabled
    LEFT JOIN workspaces w ON w.workspace_id = CAST(:workspace AS uuid)
    WHERE s.digest = :digest AND s.expires_at > clock_timestamp()"""
BY_KEY = """
    SELECT 'key:' || k.key_id AS actor, k.client_id, w.workspace_id, w.client_id AS owner, w.time_zone AS zone,
           json_build_array(json_build_array(k.role, k.workspace_id)) AS roles,
           s.last_used_at IS NULL OR s.last_used_at < clock_timestamp() - interval '1 minute' AS unnoted
    FROM key_secrets s
    JOIN api_keys k ON k.key_id = s.key_id AND k.revoked_at IS NULL
    LEFT JOIN workspaces w ON w.workspace_id = CAST(:workspace AS uuid)
    WHERE s.digest = :digest AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())"""


def known_of(row: Any) -> Known:
    client_id = None if row.client_id == PROVIDER else row.client_id
    held = tuple(Held(Role(role), client_id, UUID(where) if where else None) for role, where in row.roles)
    place = Place(row.workspace_id, row.owner) if row.workspace_id else None
    return Known(row.actor, client_id, held, place, row.zone)
