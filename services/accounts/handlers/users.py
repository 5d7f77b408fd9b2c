"""Users, their roles and their licences. In the place of a client the Provider's reserved id means its own operators."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from schemas.accounts import Role, UserCreated
from schemas.body import PROVIDER
from services.accounts.domain import client, user
from services.accounts.domain.roles import Post
from services.accounts.domain.rules import check_not_above
from services.accounts.handlers.directory import (
    CLIENT,
    USER,
    by_the_rules,
    check_workspaces,
    found,
    none_for_provider,
    tell,
    the_client,
    the_user,
)
from services.accounts.store import lists, secrets
from services.accounts.views import UserView
from services.kit.errors import Conflict
from services.kit.events import Told, Work
from services.kit.http import Caller


@dataclass(frozen=True)
class NewUser:
    user_id: UUID
    client_id: UUID
    name: str
    email: str
    password_hash: str
    posts: Sequence[Post]
    licence: bool = False


def create_user(work: Work, new: NewUser, by: Role) -> tuple[UserView, list[Told]]:
    check_workspaces(work, new.client_id, [post.workspace_id for post in new.posts if post.workspace_id])
    if new.client_id != PROVIDER:
        the_client(work, new.client_id)
    created = UserCreated(user_id=new.user_id, client_id=none_for_provider(new.client_id), name=new.name, email=new.email)
    with by_the_rules():
        told = tell(work, USER, new.user_id, user.create(created, new.posts, by))
    if new.licence:
        told += give_licence(work, new.client_id, new.user_id)
    secrets.set_password(work.connection, new.user_id, new.client_id, new.password_hash)
    return shown(work, new.user_id), told


def grant_role(work: Work, client_id: UUID, user_id: UUID, post: Post, by: Role) -> tuple[UserView, list[Told]]:
    check_workspaces(work, client_id, [post.workspace_id] if post.workspace_id else [])
    return change(work, client_id, user_id, lambda known: user.grant_role(known, post, by))


def revoke_role(work: Work, client_id: UUID, user_id: UUID, post: Post, by: Caller) -> tuple[UserView, list[Told]]:
    return change(work, client_id, user_id, lambda known: user.revoke_role(known, post, by.role, by.user_id))


def disable(work: Work, client_id: UUID, user_id: UUID, by: Caller) -> tuple[UserView, list[Told]]:
    """Ends the user's sessions and returns their licence."""
    _, told = change(work, client_id, user_id, lambda known: user.disable(known, by.role, by.user_id))
    if client_id != PROVIDER:
        told += take_licence(work, client_id, user_id)
    return shown(work, user_id), told


def grant_licence(work: Work, client_id: UUID, user_id: UUID) -> tuple[UserView, list[Told]]:
    if the_user(work, client_id, user_id).disabled:
        raise Conflict("the user is disabled and needs no licence")
    told = give_licence(work, client_id, user_id)
    return shown(work, user_id), told


def return_licence(work: Work, client_id: UUID, user_id: UUID) -> tuple[UserView, list[Told]]:
    the_user(work, client_id, user_id)
    told = take_licence(work, client_id, user_id)
    return shown(work, user_id), told


def reset_password(work: Work, client_id: UUID, user_id: UUID, password_hash: str, by: Role) -> tuple[UserView, list[Told]]:
    """Ends the user's sessions. No event: nothing of a password leaves this service."""
    with by_the_rules():
        check_not_above(by, the_user(work, client_id, user_id).highest)
    secrets.set_password(work.connection, user_id, client_id, password_hash)
    return shown(work, user_id), []


def change(work: Work, client_id: UUID, user_id: UUID, decide: Callable[[user.User], list[user.UserEvent]]) -> tuple[UserView, list[Told]]:
    with by_the_rules():
        told = tell(work, USER, user_id, decide(the_user(work, client_id, user_id)))
    return shown(work, user_id), told


def give_licence(work: Work, client_id: UUID, user_id: UUID) -> list[Told]:
    with by_the_rules():
        return tell(work, CLIENT, client_id, client.grant_licence(the_client(work, client_id), user_id))


def take_licence(work: Work, client_id: UUID, user_id: UUID) -> list[Told]:
    return tell(work, CLIENT, client_id, client.return_licence(the_client(work, client_id), user_id))


def shown(work: Work, user_id: UUID) -> UserView:
    return found(lists.user(work.connection, user_id), "user")
