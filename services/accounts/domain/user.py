"""A user: whose, in which roles. Name and address are not part of this state: they identify a person."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from schemas.accounts import Role, RoleGranted, RoleRevoked, UserCreated, UserDisabled
from schemas.permissions import highest
from services.accounts.domain.roles import Held, Post
from services.accounts.domain.rules import RuleBroken, check_not_above, check_place

UserEvent = UserCreated | UserDisabled | RoleGranted | RoleRevoked


@dataclass(frozen=True)
class User:
    user_id: UUID
    client_id: UUID | None
    """None for the Provider's own."""
    roles: frozenset[Held] = field(default_factory=frozenset)
    disabled: bool = False

    @property
    def highest(self) -> Role | None:
        return highest(frozenset(held.role for held in self.roles))


def create(created: UserCreated, posts: Iterable[Post], by: Role) -> list[UserEvent]:
    """A new user, with these roles."""
    events: list[UserEvent] = [created]
    user = evolve(None, created)
    for post in posts:
        for event in grant_role(user, post, by):
            user = evolve(user, event)
            events.append(event)
    return events


def grant_role(user: User, post: Post, by: Role) -> list[UserEvent]:
    """A manager or member without a workspace is one in every workspace of the client."""
    check_place(post.role, of_provider=user.client_id is None, in_workspace=post.workspace_id is not None)
    check_not_above(by, post.role)
    if user.disabled:
        raise RuleBroken("the user is disabled: create a new one")
    if held(user, post) in user.roles:
        return []
    return [RoleGranted(user_id=user.user_id, role=post.role, client_id=user.client_id, workspace_id=post.workspace_id)]


def revoke_role(user: User, post: Post, by: Role, by_user: UUID | None) -> list[UserEvent]:
    check_not_above(by, post.role)
    check_not_oneself(user, by_user)
    if held(user, post) not in user.roles:
        return []
    return [RoleRevoked(user_id=user.user_id, role=post.role, client_id=user.client_id, workspace_id=post.workspace_id)]


def disable(user: User, by: Role, by_user: UUID | None) -> list[UserEvent]:
    check_not_above(by, user.highest)
    check_not_oneself(user, by_user)
    if user.disabled:
        return []
    return [UserDisabled(user_id=user.user_id, client_id=user.client_id)]


def check_not_oneself(user: User, by_user: UUID | None) -> None:
    # So that a client, or the Provider, cannot be left without anybody who may let others in.
    if user.user_id == by_user:
        raise RuleBroken("nobody takes a role from themselves: ask somebody else who may")


def evolve(user: User | None, event: UserEvent) -> User:
    match event:
        case UserCreated():
            return User(event.user_id, event.client_id)
        case UserDisabled():
            return replace(known(user), disabled=True)
        case RoleGranted():
            return replace(known(user), roles=known(user).roles | {Held(event.role, event.client_id, event.workspace_id)})
        case RoleRevoked():
            return replace(known(user), roles=known(user).roles - {Held(event.role, event.client_id, event.workspace_id)})


def held(user: User, post: Post) -> Held:
    return Held(post.role, user.client_id, post.workspace_id)


def known(user: User | None) -> User:
    if user is None:
        raise LookupError("a user's stream begins with UserCreated")
    return user
