"""Users, their roles and licences. With the Provider's reserved id as the client: its operators."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends

from schemas.accounts import Role
from services.accounts.api.common import Email, Name, Password, change, hash_of, look
from services.accounts.domain.roles import Post
from services.accounts.handlers import users
from services.accounts.handlers.users import NewUser
from services.accounts.store import lists
from services.accounts.store.lists import Stretch
from services.accounts.tokens import new_password
from services.accounts.views import UserView
from services.kit.http import Ask, Desk, Page, Part, may

router = APIRouter(prefix="/api/accounts/clients/{client_id}/users", tags=["users"])


class GrantRole(Ask):
    role: Role
    workspace_id: UUID | None = None
    """None: across the client, for a manager or member in each of its workspaces."""

    @property
    def post(self) -> Post:
        return Post(self.role, self.workspace_id)


class CreateUser(Ask):
    name: Name
    email: Email
    roles: tuple[GrantRole, ...] = ()
    licence: bool = False
    password: Password | None = None
    """None: the server chooses one, and shows it in its answer once."""


class ResetPassword(Ask):
    password: Password | None = None
    """None: as above."""


@router.get("")
def users_of_client(client_id: UUID, part: Annotated[Part, Depends()], desk: Annotated[Desk, may("user.view")]) -> Page[UserView]:
    stretch = Stretch(part.after(str, UUID), part.limit + 1)
    seen = look(desk, client_id, lambda c: lists.users(c, client_id, stretch))
    return part.page(seen, lambda view: (view.name, view.user_id))


@router.post("", status_code=201)
def create_user(client_id: UUID, ask: CreateUser, desk: Annotated[Desk, may("user.edit")]) -> UserView:
    chosen = None if ask.password else new_password()
    new = NewUser(
        user_id=uuid4(),
        client_id=client_id,
        name=ask.name,
        email=ask.email,
        password_hash=hash_of(chosen or ask.password or ""),
        posts=[each.post for each in ask.roles],
        licence=ask.licence,
    )
    view = change(desk, client_id, lambda work: users.create_user(work, new, desk.caller.role))
    return view.model_copy(update={"password": chosen})


@router.post("/{user_id}/roles")
def grant_role(client_id: UUID, user_id: UUID, ask: GrantRole, desk: Annotated[Desk, may("user.edit")]) -> UserView:
    return change(desk, client_id, lambda work: users.grant_role(work, client_id, user_id, ask.post, desk.caller.role))


@router.delete("/{user_id}/roles/{role}")
def revoke_role(
    client_id: UUID, user_id: UUID, role: Role, desk: Annotated[Desk, may("user.edit")], workspace_id: UUID | None = None
) -> UserView:
    post = Post(role, workspace_id)
    return change(desk, client_id, lambda work: users.revoke_role(work, client_id, user_id, post, desk.caller))


@router.put("/{user_id}/licence")
def grant_licence(client_id: UUID, user_id: UUID, desk: Annotated[Desk, may("licence.edit")]) -> UserView:
    return change(desk, client_id, lambda work: users.grant_licence(work, client_id, user_id))


@router.delete("/{user_id}/licence")
def return_licence(client_id: UUID, user_id: UUID, desk: Annotated[Desk, may("licence.edit")]) -> UserView:
    return change(desk, client_id, lambda work: users.return_licence(work, client_id, user_id))


@router.put("/{user_id}/password")
def reset_password(client_id: UUID, user_id: UUID, ask: ResetPassword, desk: Annotated[Desk, may("user.edit")]) -> UserView:
    """Ends the user's sessions."""
    chosen = None if ask.password else new_password()
    new_hash = hash_of(chosen or ask.password or "")
    view = change(desk, client_id, lambda work: users.reset_password(work, client_id, user_id, new_hash, desk.caller.role))
    return view.model_copy(update={"password": chosen})


@router.post("/{user_id}/disable")
def disable(client_id: UUID, user_id: UUID, desk: Annotated[Desk, may("user.edit")]) -> UserView:
    """The user can no longer log in, and their licence is free again."""
    return change(desk, client_id, lambda work: users.disable(work, client_id, user_id, desk.caller))
