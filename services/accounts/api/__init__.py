"""The routes of accounts; with kit.http, the only code here that knows FastAPI."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.accounts import passwords
from services.accounts.api import check, clients, keys, login, me, users
from services.kit.http.tokens import Signer
from services.kit.service import Context


def routers(context: Context) -> Sequence[APIRouter]:
    passwords.nobodys()
    return (
        check.routes(Signer(context.settings)),
        login.router,
        me.router,
        clients.router,
        users.router,
        keys.router,
    )
