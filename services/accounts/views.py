"""What the API shows of the directory."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from schemas.accounts import Role


class ClientView(BaseModel):
    client_id: UUID
    name: str
    plan: str
    licences: int
    licences_held: int


class WorkspaceView(BaseModel):
    workspace_id: UUID
    name: str
    time_zone: str
    client_id: UUID
    client_name: str


class RoleView(BaseModel):
    role: Role
    workspace_id: UUID | None = None
    """None: across the client, or for operators across all."""


class UserView(BaseModel):
    user_id: UUID
    client_id: UUID
    name: str
    email: str
    roles: list[RoleView]
    licensed: bool
    disabled: bool
    password: str | None = None
    """Shown once, when the server chose it."""


class ColleagueView(BaseModel):
    """A user as those see them who work in the same workspace."""

    user_id: UUID
    name: str
    email: str
    licensed: bool


class KeyView(BaseModel):
    key_id: UUID
    client_id: UUID
    workspace_id: UUID | None
    role: Role
    name: str
    prefix: str
    """The beginning of the secret, by which people tell keys apart."""
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""
    secret: str | None = None
    """Shown once, in the answer that issues the key."""


class MeView(BaseModel):
    """Who calls, and where they may go."""

    actor: str
    user_id: UUID | None
    name: str
    email: str | None
    role: Role
    """The highest that is not bound to a workspace."""
    client_id: UUID
    roles: list[RoleView]
    workspaces: list[WorkspaceView]
    """In order of name, the first 500; `GET /api/accounts/workspaces` has them all."""
