"""What the gateway asks about each call: who is it, and in which role where the call goes? The answer is a token for 60 s."""

import re
from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request, Response

from schemas.accounts import Role
from schemas.body import PROVIDER
from schemas.permissions import is_internal, is_public
from services.accounts.api.common import settings_of, unasked
from services.accounts.api.session import COOKIE
from services.accounts.domain.roles import role_at_large, role_in
from services.accounts.known import KNOWN
from services.accounts.store import secrets
from services.accounts.store.secrets import Known, digest_of
from services.accounts.tokens import is_key
from services.kit.errors import Forbidden, NotFound, Unauthenticated
from services.kit.http import Caller
from services.kit.http.origin import check_origin
from services.kit.http.tokens import Signer

WORKSPACE = re.compile(r"/workspaces/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?:/|$)")


def routes(signer: Signer) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/internal/check")
    def check(request: Request) -> Response:
        path = request.headers.get("x-forwarded-uri", "/").partition("?")[0]
        if is_internal(path):
            raise NotFound("this is not for callers from outside")
        if is_public(path):
            return Response()
        return Response(headers={"Authorization": f"Bearer {signer.sign(caller_of(request, path))}"})

    return router


def caller_of(request: Request, path: str) -> Caller:
    """By API key, else by session; raises Unauthenticated for neither, Forbidden for no role where the call goes."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    session = request.cookies.get(COOKIE)
    if scheme.lower() == "bearer" and is_key(key):
        secret, find = key, secrets.known_by_key
    elif session:
        method = request.headers.get("x-forwarded-method", "POST")
        check_origin(method, request.headers, settings_of(request).gateway_url)
        secret, find = session, secrets.known_by_session
    else:
        raise Unauthenticated("log in, or give an API key as `Authorization: Bearer sl_…`")
    named = WORKSPACE.search(path)
    workspace_id = UUID(named[1]) if named else None

    def ask() -> Caller:
        known = unasked(request, partial(find, secret=secret, workspace_id=workspace_id))
        if known is None:
            raise Unauthenticated("the session is over or the API key is not valid: log in again, or ask for a new key")
        return caller_at(known, workspace_id)

    return KNOWN.get((digest_of(secret), workspace_id), ask)


def caller_at(known: Known, workspace_id: UUID | None) -> Caller:
    """The caller in the highest role that counts in this workspace, or with None at large."""
    if workspace_id is None:
        return in_role(known, role_at_large(known.held), None, known.client_id)
    if known.place:
        return in_role(known, role_in(known.held, known.place), workspace_id, known.place.client_id)
    operator = role_at_large(known.held) == Role.OPERATOR
    if operator and workspace_id != PROVIDER:
        raise NotFound("there is no such workspace")
    return in_role(known, Role.OPERATOR if operator else None, workspace_id, None)


def in_role(known: Known, role: Role | None, workspace_id: UUID | None, client_id: UUID | None) -> Caller:
    if role is None:
        # The same whether the workspace exists or not: that is nobody else's business.
        raise Forbidden("you have no role here: ask an admin of the client for one")
    return Caller(known.actor, role, workspace_id, client_id, known.zone)
