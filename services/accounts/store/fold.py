"""Folds the events into the tables that are read, in the transaction that stores them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from schemas.accounts import (
    ApiKeyIssued,
    ApiKeyRevoked,
    ClientCreated,
    LicenceGranted,
    LicenceReturned,
    PlanChanged,
    RoleGranted,
    RoleRevoked,
    UserCreated,
    UserDisabled,
    WorkspaceCreated,
)
from schemas.body import PROVIDER, Body
from services.accounts.domain.rules import RuleBroken
from services.kit.database import run

Whose = UUID | Literal["*"]


def see(connection: Connection, whose: Whose) -> Connection:
    """Until its end, this transaction sees the rows of one client (the Provider's reserved id: its own), or with "*" of all."""
    run(connection, "SELECT set_config('app.client', :whose, true)", whose=str(whose))
    return connection


def address(email: str) -> str:
    """The form in which addresses are stored and looked up."""
    return email.strip().casefold()


STATEMENTS: dict[type[Body], str] = {
    ClientCreated: """INSERT INTO clients (client_id, name, plan, licences, created_at)
                      VALUES (:client_id, :name, :plan, :licences, :now)""",
    PlanChanged: "UPDATE clients SET plan = :plan, licences = :licences WHERE client_id = :client_id",
    WorkspaceCreated: """INSERT INTO workspaces (workspace_id, client_id, name, time_zone, created_at)
                         VALUES (:workspace_id, :client_id, :name, :time_zone, :now)""",
    UserCreated: """INSERT INTO users (user_id, client_id, name, email, created_at)
                    VALUES (:user_id, :client_id, :name, :email, :now) ON CONFLICT (email) DO NOTHING""",
    UserDisabled: "UPDATE users SET disabled = true WHERE user_id = :user_id",
    LicenceGranted: "UPDATE users SET licensed = true WHERE user_id = :user_id",
    LicenceReturned: "UPDATE users SET licensed = false WHERE user_id = :user_id",
    RoleGranted: """INSERT INTO roles (user_id, client_id, role, workspace_id)
                    VALUES (:user_id, :client_id, :role, :workspace_id)""",
    RoleRevoked: """DELETE FROM roles
                    WHERE user_id = :user_id AND role = :role AND workspace_id IS NOT DISTINCT FROM :workspace_id""",
    ApiKeyIssued: """INSERT INTO api_keys (key_id, client_id, workspace_id, role, name, created_at, expires_at)
                     VALUES (:key_id, :client_id, :workspace_id, :role, :name, :now, :expires_at)""",
    ApiKeyRevoked: "UPDATE api_keys SET revoked_at = :now WHERE key_id = :key_id",
}


def fold(connection: Connection, bodies: Iterable[Body], now: datetime) -> None:
    """Requests bring a handful of events, so each is a statement of its own. Raises RuleBroken if an address is taken."""
    for body in bodies:
        values = body.model_dump() | {"now": now}
        values["client_id"] = values["client_id"] or PROVIDER
        if isinstance(body, UserCreated):
            values["email"] = address(body.email or "")
        if not run(connection, STATEMENTS[type(body)], **values) and isinstance(body, UserCreated):
            raise RuleBroken("a user with this e-mail address exists already: use another address")
