"""The directory's streams, and how a handler loads from and tells into them."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from schemas.body import PROVIDER, Body
from services.accounts.domain import client, key, user, workspace
from services.accounts.domain.rules import AboveOneself, RuleBroken
from services.accounts.store.fold import fold
from services.kit.errors import Conflict, Forbidden, NotFound
from services.kit.events import Kind, Told, Work

T = TypeVar("T")
CLIENT: Kind[client.Client] = Kind("client", client.Client, client.evolve)
WORKSPACE: Kind[workspace.Workspace] = Kind("workspace", workspace.Workspace, workspace.evolve)
USER: Kind[user.User] = Kind("user", user.User, user.evolve)
KEY: Kind[key.Key] = Kind("key", key.Key, key.evolve)


@contextmanager
def by_the_rules() -> Iterator[None]:
    """What the domain's rules forbid, in the words of the HTTP edge."""
    try:
        yield
    except AboveOneself as broken:
        raise Forbidden(str(broken)) from broken
    except RuleBroken as broken:
        raise Conflict(str(broken)) from broken


def tell(work: Work, kind: Kind[Any], key: UUID, bodies: Sequence[Body]) -> list[Told]:
    """Fold into the tables what is to be told. All of the directory belongs to the Provider, and to no workspace."""
    fold(work.connection, bodies, work.now)
    return [Told(kind, key, body, PROVIDER) for body in bodies]


def the_client(work: Work, client_id: UUID) -> client.Client:
    return found(work.load(CLIENT, [client_id], PROVIDER)[client_id], "client")


def the_user(work: Work, client_id: UUID, user_id: UUID) -> user.User:
    """A user of this client; one of another is not found."""
    known = found(work.load(USER, [user_id], PROVIDER)[user_id], "user")
    return found(known if known.client_id == none_for_provider(client_id) else None, "user")


def the_key(work: Work, client_id: UUID, key_id: UUID) -> key.Key:
    known = found(work.load(KEY, [key_id], PROVIDER)[key_id], "API key")
    return found(known if known.client_id == none_for_provider(client_id) else None, "API key")


def check_workspaces(work: Work, client_id: UUID, workspaces: Collection[UUID]) -> None:
    """Raises NotFound unless all are this client's."""
    for known in work.load(WORKSPACE, workspaces, PROVIDER).values():
        found(known if known and known.client_id == client_id else None, "workspace")


def found(what: T | None, name: str) -> T:
    if what is None:
        raise NotFound(f"there is no such {name} here")
    return what


def none_for_provider(client_id: UUID) -> UUID | None:
    """Events say None where paths and tables have the Provider's reserved id."""
    return None if client_id == PROVIDER else client_id
