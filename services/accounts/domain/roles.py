"""Roles as they are held, and which of them counts where a call goes."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from schemas.accounts import Role
from schemas.permissions import highest


@dataclass(frozen=True)
class Held:
    """A role, across all clients (no client), across one (no workspace), or in one workspace."""

    role: Role
    client_id: UUID | None = None
    workspace_id: UUID | None = None


class Post(NamedTuple):
    """A role as it is given or taken: in a workspace, or (None) across the client; operators' across all."""

    role: Role
    workspace_id: UUID | None = None


@dataclass(frozen=True)
class Place:
    """A workspace and whose it is."""

    workspace_id: UUID
    client_id: UUID


def role_in(held: Collection[Held], place: Place) -> Role | None:
    """The highest of the roles that hold in this workspace; None if none does."""
    return highest(frozenset(each.role for each in held if counts_in(each, place)))


def counts_in(held: Held, place: Place) -> bool:
    if held.role == Role.OPERATOR:
        return True
    return held.client_id == place.client_id and held.workspace_id in {None, place.workspace_id}


def role_at_large(held: Collection[Held]) -> Role | None:
    """The highest of the roles that are not bound to a workspace; else a member's, who may at least look at themselves."""
    at_large = highest(frozenset(each.role for each in held if each.workspace_id is None))
    return at_large or (Role.MEMBER if held else None)
