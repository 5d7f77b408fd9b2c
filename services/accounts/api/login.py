"""Logging in and out. Whether an address is known can be told neither by the answer nor by its time."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection

from services.accounts import passwords
from services.accounts.api.common import Email, Password, settings_of, unasked
from services.accounts.api.session import COOKIE, clear_cookie, set_cookie
from services.accounts.known import KNOWN
from services.accounts.store import secrets
from services.accounts.store.fold import address
from services.accounts.store.secrets import Login
from services.accounts.tokens import new_session_secret
from services.kit.errors import Unauthenticated
from services.kit.http import Ask
from services.kit.http.limits import Buckets
from services.kit.http.origin import check_origin

router = APIRouter(prefix="/api/accounts", tags=["log-in"])
TRIES = Buckets(rate=0.2, burst=10)
"""By address: ten wrong passwords at once, then one in five seconds."""


class LogIn(Ask):
    email: Email
    password: Password


class LoggedIn(BaseModel):
    seconds: int
    """For so long the session, whose cookie comes with this answer, lasts."""


async def form_or_json(request: Request) -> LogIn:
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            return LogIn.model_validate_json(await request.body())
        return LogIn.model_validate(dict(await request.form()))
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False, include_url=False)) from error


BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": LogIn.model_json_schema()} for kind in ("application/json", "application/x-www-form-urlencoded")},
    }
}


@router.post("/login", openapi_extra=BODY)
def log_in(ask: Annotated[LogIn, Depends(form_or_json)], request: Request, response: Response) -> LoggedIn:
    settings = settings_of(request)
    check_origin("POST", request.headers, settings.gateway_url)
    TRIES.take(address(ask.email))
    login = unasked(request, lambda connection: secrets.login_of(connection, ask.email))
    fits = passwords.matches(login.password_hash if login else None, ask.password)
    if login is None or not fits:
        raise Unauthenticated("the address or the password is wrong")
    TRIES.give_back(address(ask.email))
    secret = new_session_secret()
    unasked(request, lambda connection: begin_session(connection, login, secret, settings.session_hours, ask.password))
    set_cookie(request, response, secret)
    return LoggedIn(seconds=int(settings.session_hours * 3600))


def begin_session(connection: Connection, login: Login, secret: str, hours: float, password: str) -> None:
    secrets.begin_session(connection, login, secret, hours)
    if passwords.is_outdated(login.password_hash):
        secrets.rehash(connection, login, passwords.hashed(password))


@router.post("/logout", status_code=204)
def log_out(request: Request, response: Response) -> None:
    check_origin("POST", request.headers, settings_of(request).gateway_url)
    secret = request.cookies.get(COOKIE)
    if secret:
        unasked(request, lambda connection: secrets.end_session(connection, secret))
        KNOWN.forget()
    clear_cookie(request, response)
