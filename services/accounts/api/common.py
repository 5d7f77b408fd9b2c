"""How the routes reach the directory, all of which belongs to the Provider; and what they share."""

from collections.abc import Callable, Iterable
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Request
from pydantic import Field, StringConstraints
from sqlalchemy import Connection

from schemas.body import PROVIDER
from services.accounts.domain.rules import RuleBroken
from services.accounts.known import KNOWN
from services.accounts.passwords import hashed
from services.accounts.settings import AccountsSettings
from services.accounts.store.fold import Whose, see
from services.kit.database import Database
from services.kit.errors import Invalid
from services.kit.events import Told, Work
from services.kit.http import Desk
from services.kit.http.desk import until_available

T = TypeVar("T")
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Password = Annotated[str, Field(max_length=1000)]
"""Its length is the domain's rule; this bounds only what is looked at."""


def look(desk: Desk, whose: Whose, read: Callable[[Connection], T]) -> T:
    return desk.at_provider().read(lambda connection: read(see(connection, whose)))


def change(desk: Desk, whose: Whose, handler: Callable[[Work], tuple[T, Iterable[Told]]]) -> T:
    def seeing(work: Work) -> tuple[T, Iterable[Told]]:
        see(work.connection, whose)
        return handler(work)

    answer = desk.at_provider().do(seeing)
    KNOWN.forget()
    return answer


def unasked(request: Request, look: Callable[[Connection], T]) -> T:
    """For who has no token yet: a transaction that sees all clients' rows."""
    database: Database = request.app.state.context.api

    def transaction() -> T:
        with database.transaction(PROVIDER) as connection:
            return look(see(connection, "*"))

    return until_available(transaction)


def settings_of(request: Request) -> AccountsSettings:
    settings: AccountsSettings = request.app.state.context.settings
    return settings


def hash_of(password: str) -> str:
    try:
        return hashed(password)
    except RuleBroken as broken:
        raise Invalid(str(broken)) from broken


def client_of(client_id: UUID | None) -> UUID:
    return client_id or PROVIDER
