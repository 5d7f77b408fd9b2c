"""What is read of the directory. Each list is in order of name, from after the given (name, id)."""

from collections.abc import Collection
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection

from schemas.accounts import Role
from services.accounts.domain.roles import Held
from services.accounts.views import ClientView, ColleagueView, KeyView, UserView, WorkspaceView
from services.kit.database import rows

V = TypeVar("V", bound=BaseModel)


class Stretch(NamedTuple):
    """A part of a list: at most `limit` of what comes after this name and id, or from the beginning."""

    after: tuple[Any, ...] | None
    limit: int


CLIENTS = """
    SELECT c.client_id, c.name, c.plan, c.licences, (SELECT count(*) FROM users u WHERE u.client_id = c.client_id AND u.licensed)
        AS licences_held
    FROM clients c"""
WORKSPACES = """
    SELECT w.workspace_id, w.name, w.time_zone, w.client_id, c.name AS client_name
    FROM workspaces w JOIN clients c USING (client_id)"""
USERS = """
    SELECT u.user_id, u.client_id, u.name, u.email, u.licensed, u.disabled, coalesce(held.roles, '[]') AS roles
    FROM users u LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('role', r.role, 'workspace_id', r.workspace_id) ORDER BY r.role, r.workspace_id) AS roles
        FROM roles r WHERE r.user_id = u.user_id) held ON true"""
KEYS = """
    SELECT k.key_id, k.client_id, k.workspace_id, k.role, k.name, s.prefix, k.created_at, k.expires_at, k.revoked_at, s.last_used_at
    FROM api_keys k JOIN key_secrets s USING (key_id)"""
COLLEAGUES = """
    SELECT u.user_id, u.name, u.email, u.licensed
    FROM workspaces w JOIN users u USING (client_id)
    WHERE w.workspace_id = :workspace AND NOT u.disabled AND EXISTS (
        SELECT FROM roles r WHERE r.user_id = u.user_id AND (r.workspace_id IS NULL OR r.workspace_id = w.workspace_id))"""


def listed(connection: Connection, view: type[V], select: str, key: str, stretch: Stretch, **where: Any) -> list[V]:
    """`key` is the column that tells two of one name apart; `select` filters by what `where` gives."""
    name, last = stretch.after or (None, None)
    found = rows(
        connection,
        f"""SELECT * FROM ({select}) AS listed
            WHERE CAST(:name AS text) IS NULL OR (name, {key}) > (CAST(:name AS text), CAST(:last AS uuid))
            ORDER BY name, {key} LIMIT :limit""",  # noqa: S608 - the texts of this module
        name=name, last=last, limit=stretch.limit, **where,
    )  # fmt: skip
    return [view.model_validate(row._asdict()) for row in found]


def clients(connection: Connection, stretch: Stretch) -> list[ClientView]:
    return listed(connection, ClientView, CLIENTS, "client_id", stretch)


def workspaces(connection: Connection, client_id: UUID, stretch: Stretch) -> list[WorkspaceView]:
    return listed(connection, WorkspaceView, WORKSPACES + " WHERE w.client_id = :client", "workspace_id", stretch, client=client_id)


def workspaces_open_to(connection: Connection, roles: Collection[Held], stretch: Stretch) -> list[WorkspaceView]:
    """Those in which somebody who holds these roles has one: operators everywhere, others as their roles say."""
    return listed(
        connection,
        WorkspaceView,
        WORKSPACES + " WHERE :all OR w.client_id = ANY(:clients) OR w.workspace_id = ANY(:own)",
        "workspace_id",
        stretch,
        all=any(held.role == Role.OPERATOR for held in roles),
        clients=[held.client_id for held in roles if held.client_id and held.workspace_id is None],
        own=[held.workspace_id for held in roles if held.workspace_id],
    )


def users(connection: Connection, client_id: UUID, stretch: Stretch) -> list[UserView]:
    return listed(connection, UserView, USERS + " WHERE u.client_id = :client", "user_id", stretch, client=client_id)


def colleagues(connection: Connection, workspace_id: UUID, stretch: Stretch) -> list[ColleagueView]:
    """The users of a workspace's client who have a role there."""
    return listed(connection, ColleagueView, COLLEAGUES, "user_id", stretch, workspace=workspace_id)


def keys(connection: Connection, client_id: UUID, stretch: Stretch) -> list[KeyView]:
    return listed(connection, KeyView, KEYS + " WHERE k.client_id = :client", "key_id", stretch, client=client_id)


def one(connection: Connection, view: type[V], select: str, where: str, key: UUID) -> V | None:
    found = rows(connection, f"{select} WHERE {where} = :key", key=key)
    return view.model_validate(found[0]._asdict()) if found else None


def client(connection: Connection, client_id: UUID) -> ClientView | None:
    return one(connection, ClientView, CLIENTS, "c.client_id", client_id)


def workspace(connection: Connection, workspace_id: UUID) -> WorkspaceView | None:
    return one(connection, WorkspaceView, WORKSPACES, "w.workspace_id", workspace_id)


def user(connection: Connection, user_id: UUID) -> UserView | None:
    return one(connection, UserView, USERS, "u.user_id", user_id)


def key(connection: Connection, key_id: UUID) -> KeyView | None:
    return one(connection, KeyView, KEYS, "k.key_id", key_id)
