"""Every route of every service, as FastAPI knows it, against the one matrix. A new service or route is included by itself."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import SecretStr

from schemas.accounts import Role
from schemas.body import PROVIDER
from schemas.permissions import IN_WORKSPACE, LADDER, OF_CLIENT, holds, is_internal, is_public
from schemas.topics import SERVICES
from services.kit.clock import system_clock
from services.kit.http import Caller, create_app
from services.kit.http.gate import permissions_of
from services.kit.http.tokens import Signer, new_key_pair
from services.kit.service import Context, Service

PRIVATE, PUBLIC_KEY = new_key_pair()
HERE, CLIENT = uuid4(), uuid4()


@dataclass(frozen=True)
class Route:
    service: str
    method: str
    path: str
    permissions: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def url(self) -> str:
        known = {"workspace_id": HERE, "client_id": CLIENT}
        return re.sub(r"{(\w+)(?::\w+)?}", lambda found: str(known.get(found[1], 1)), self.path)


class Healthy:
    def report(self) -> dict[str, Any]:
        return {"ready": True}


@cache
def app_of(service: str) -> FastAPI:
    main = import_module(f"services.{service}.__main__")
    [made] = [value for value in vars(main).values() if isinstance(value, Service)]
    settings = made.settings(
        token_private_key=SecretStr(PRIVATE),
        token_public_key=PUBLIC_KEY,
        master_key=SecretStr("A" * 43 + "="),
        http_burst=100_000,
    )
    context = Context(service, settings, system_clock)
    return create_app(context, made.routers(context), Healthy())


def routes() -> Iterator[Route]:
    for service in SERVICES:
        if find_spec(f"services.{service}") and find_spec(f"services.{service}.__main__"):
            for each in iter_route_contexts(app_of(service).routes):
                if isinstance(each.original_route, APIRoute):
                    needs = tuple(sorted(set(permissions_of(each.original_route.dependant))))
                    for method in sorted(each.original_route.methods or ()):
                        yield Route(service, method, str(each.path), needs)


ROUTES = list(routes())
GUARDED = [route for route in ROUTES if route.permissions]
OPEN = [route for route in ROUTES if not route.permissions]


def answered(route: Route, caller: Caller | None) -> tuple[int, str]:
    async def ask() -> httpx.Response:
        app = app_of(route.service)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        settings = app.state.context.settings
        headers = {"Authorization": f"Bearer {Signer(settings).sign(caller)}"} if caller else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            return await http.request(route.method, route.url, headers=headers)

    answer = asyncio.run(ask())
    return answer.status_code, answer.headers.get("content-type", "")


REFUSED, UNKNOWN = (403, "application/problem+json"), (401, "application/problem+json")


def caller(role: Role, **where: Any) -> Caller:
    client_id = None if role == Role.OPERATOR else CLIENT
    return Caller(f"user:{uuid4()}", role, **{"workspace_id": HERE, "client_id": client_id, **where})


def lacks(route: Route, role: Role) -> bool:
    """Where the path names no workspace, the Provider's own data is meant, which is the operators'."""
    [permission] = route.permissions
    providers = permission in IN_WORKSPACE and "{workspace_id}" not in route.path
    return not holds(role, permission) or (providers and role != Role.OPERATOR)


def test_there_are_routes_to_be_looked_at() -> None:
    assert {"accounts"} <= {route.service for route in GUARDED}


@pytest.mark.parametrize("route", OPEN, ids=str)
def test_a_route_without_a_permission_is_public_or_inner(route: Route) -> None:
    assert is_public(route.path) or is_internal(route.path)


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_a_guarded_route_names_one_permission_and_stands_behind_the_gate(route: Route) -> None:
    assert len(route.permissions) == 1
    assert not is_public(route.path)
    assert route.path.startswith(f"/api/{route.service}/")


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_the_path_says_where_a_route_goes(route: Route) -> None:
    # The gateway's check looks for a workspace behind this word alone.
    assert ("/workspaces/{workspace_id}" in route.path) == ("{workspace_id}" in route.path)
    [permission] = route.permissions
    assert permission not in OF_CLIENT or "/clients/{client_id}" in route.path


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_nobody_comes_in_without_a_token(route: Route) -> None:
    assert answered(route, None) == UNKNOWN


@pytest.mark.parametrize("role", LADDER)
@pytest.mark.parametrize("route", [route for route in GUARDED if "{workspace_id}" in route.path], ids=str)
def test_a_token_of_another_workspace_opens_no_route(route: Route, role: Role) -> None:
    for workspace_id in (uuid4(), PROVIDER, None):
        assert answered(route, caller(role, workspace_id=workspace_id)) == REFUSED


@pytest.mark.parametrize("role", [role for role in LADDER if role != Role.OPERATOR])
@pytest.mark.parametrize("route", [route for route in GUARDED if "{client_id}" in route.path], ids=str)
def test_a_token_of_another_client_opens_no_route(route: Route, role: Role) -> None:
    for client_id in (uuid4(), PROVIDER, None):
        assert answered(route, caller(role, client_id=client_id)) == REFUSED


@pytest.mark.parametrize(("route", "role"), [(route, role) for route in GUARDED for role in LADDER if lacks(route, role)], ids=str)
def test_a_role_without_the_permission_is_refused(route: Route, role: Role) -> None:
    assert answered(route, caller(role)) == REFUSED


@pytest.mark.parametrize("service", sorted({route.service for route in ROUTES}))
def test_the_description_has_the_routes_and_their_permissions(service: str) -> None:
    document = app_of(service).openapi()
    described = {
        (method.upper(), path, operation.get("x-permission"))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    guarded = {(route.method, route.path, *route.permissions) for route in GUARDED if route.service == service}
    assert guarded <= described
    assert {(method, path) for method, path, needs in described if needs} == {(method, path) for method, path, _ in guarded}
