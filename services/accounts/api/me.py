"""What callers see of themselves and of where they may go; and their password."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from schemas.accounts import Role
from services.accounts import passwords
from services.accounts.api.common import Password, client_of, hash_of, look, settings_of, unasked
from services.accounts.api.session import set_cookie
from services.accounts.domain.roles import Held
from services.accounts.handlers.directory import found, none_for_provider
from services.accounts.known import KNOWN
from services.accounts.store import lists, secrets
from services.accounts.store.fold import Whose
from services.accounts.store.lists import Stretch
from services.accounts.tokens import new_session_secret
from services.accounts.views import KeyView, MeView, RoleView, UserView, WorkspaceView
from services.kit.errors import Conflict, Forbidden
from services.kit.http import Ask, Caller, Desk, Page, Part, may

router = APIRouter(prefix="/api/accounts", tags=["me"])
FIRST = Stretch(None, 500)


class ChangePassword(Ask):
    current: Password
    new: Password


@router.get("/me")
def me(desk: Annotated[Desk, may("self.view")]) -> MeView:
    def read(connection: Connection) -> MeView:
        mine = myself(connection, desk.caller)
        return me_view(mine, desk.caller, lists.workspaces_open_to(connection, held_by(mine), FIRST))

    return look(desk, own(desk.caller), read)


@router.get("/workspaces")
def my_workspaces(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("self.view")]) -> Page[WorkspaceView]:
    """The workspaces in which the caller has a role, in order of name."""
    stretch = Stretch(part.after(str, UUID), part.limit + 1)

    def read(connection: Connection) -> list[WorkspaceView]:
        return lists.workspaces_open_to(connection, held_by(myself(connection, desk.caller)), stretch)

    return part.page(look(desk, own(desk.caller), read), lambda view: (view.name, view.workspace_id))


@router.put("/me/password", status_code=204)
def change_password(ask: ChangePassword, desk: Annotated[Desk, may("self.edit")], request: Request, response: Response) -> None:
    """Ends all sessions of the user; the answer brings the cookie of a new one."""
    user_id = desk.caller.user_id
    if user_id is None:
        raise Forbidden("an API key has no password")
    login = unasked(request, lambda connection: secrets.login_of_user(connection, user_id))
    if login is None or not passwords.matches(login.password_hash, ask.current):
        raise Conflict("the current password is wrong")
    new_hash, secret = hash_of(ask.new), new_session_secret()

    def renew(connection: Connection) -> None:
        secrets.set_password(connection, user_id, login.client_id, new_hash)
        renewed = found(secrets.login_of_user(connection, user_id), "user")
        secrets.begin_session(connection, renewed, secret, settings_of(request).session_hours)

    unasked(request, renew)
    KNOWN.forget()
    set_cookie(request, response, secret)


def own(caller: Caller) -> Whose:
    return "*" if caller.role == Role.OPERATOR else client_of(caller.client_id)


def myself(connection: Connection, caller: Caller) -> UserView | KeyView:
    kind, _, key = caller.actor.partition(":")
    if kind == "user":
        return found(lists.user(connection, UUID(key)), "user")
    return found(lists.key(connection, UUID(key)), "API key")


def me_view(mine: UserView | KeyView, caller: Caller, workspaces: list[WorkspaceView]) -> MeView:
    return MeView(
        actor=caller.actor,
        user_id=caller.user_id,
        name=mine.name,
        email=mine.email if isinstance(mine, UserView) else None,
        role=caller.role,
        client_id=mine.client_id,
        roles=roles_of(mine),
        workspaces=workspaces,
    )


def roles_of(mine: UserView | KeyView) -> list[RoleView]:
    if isinstance(mine, UserView):
        return mine.roles
    return [RoleView(role=mine.role, workspace_id=mine.workspace_id)]


def held_by(mine: UserView | KeyView) -> list[Held]:
    return [Held(each.role, none_for_provider(mine.client_id), each.workspace_id) for each in roles_of(mine)]
