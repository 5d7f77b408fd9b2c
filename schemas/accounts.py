"""Events of clients, workspaces, users, licences and API keys. A `client_id` of None means the Provider itself."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from schemas.body import Body, Private


class Role(StrEnum):
    """Who somebody is (DOMAIN.md): across all clients, across one client, or in one workspace."""

    OPERATOR = "operator"
    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    MEMBER = "member"


class ClientCreated(Body):
    client_id: UUID
    name: str
    plan: str
    licences: int
    """How many users may hold a licence."""


class PlanChanged(Body):
    client_id: UUID
    plan: str
    licences: int


class WorkspaceCreated(Body):
    workspace_id: UUID
    client_id: UUID
    name: str
    time_zone: str
    """IANA name: days and weeks of this workspace begin there."""


class UserCreated(Body):
    SUBJECT: ClassVar[str | None] = "user_id"

    user_id: UUID
    client_id: UUID | None = None
    name: Private[str | None] = None
    email: Private[str | None] = None


class UserDisabled(Body):
    """Can no longer log in; what they did stays theirs."""

    user_id: UUID
    client_id: UUID | None = None


class RoleGranted(Body):
    user_id: UUID
    role: Role
    client_id: UUID | None = None
    workspace_id: UUID | None = None
    """None: across the client."""


class RoleRevoked(Body):
    user_id: UUID
    role: Role
    client_id: UUID | None = None
    workspace_id: UUID | None = None


class LicenceGranted(Body):
    user_id: UUID
    client_id: UUID


class LicenceReturned(Body):
    user_id: UUID
    client_id: UUID


class ApiKeyIssued(Body):
    key_id: UUID
    client_id: UUID | None = None
    workspace_id: UUID | None = None
    """None: every workspace of the client."""
    role: Role
    name: str
    expires_at: datetime | None = None


class ApiKeyRevoked(Body):
    key_id: UUID
    client_id: UUID | None = None
