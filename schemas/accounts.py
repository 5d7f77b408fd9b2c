"""Events of clients, workspaces, users, licences and API keys."""

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
    """None for the Provider's own operators."""
    name: Private[str | None] = None
    email: Private[str | None] = None


class RoleGranted(Body):
    user_id: UUID
    role: Role
    client_id: UUID | None = None
    workspace_id: UUID | None = None


class LicenceGranted(Body):
    user_id: UUID
    client_id: UUID


class ApiKeyIssued(Body):
    key_id: UUID
    client_id: UUID | None = None
    workspace_id: UUID | None = None
    role: Role
    name: str


class ApiKeyRevoked(Body):
    key_id: UUID
