"""Who is let through where."""

from dataclasses import replace
from itertools import pairwise
from uuid import uuid4

import pytest

from schemas.accounts import Role
from schemas.body import PROVIDER
from schemas.permissions import (
    IN_WORKSPACE,
    LADDER,
    MATRIX,
    OF_CLIENT,
    OF_PROVIDER,
    OWN,
    highest,
    holds,
    is_internal,
    is_public,
)
from services.kit.errors import Forbidden
from services.kit.http.gate import allowed, authorise
from services.kit.http.tokens import Caller

HERE, CLIENT = uuid4(), uuid4()


def caller(role: Role) -> Caller:
    return Caller(f"user:{uuid4()}", role, HERE, None if role == Role.OPERATOR else CLIENT)


def passes(who: Caller, permission: str, **where: object) -> bool:
    try:
        authorise(who, permission, where.get("workspace"), where.get("client"))  # type: ignore[arg-type]
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("permission", sorted(IN_WORKSPACE))
@pytest.mark.parametrize("role", LADDER)
def test_in_its_workspace_a_role_has_what_the_matrix_gives_it(permission: str, role: Role) -> None:
    assert passes(caller(role), permission, workspace=HERE) == holds(role, permission)


@pytest.mark.parametrize("permission", sorted(MATRIX))
@pytest.mark.parametrize("role", LADDER)
def test_a_token_opens_no_workspace_but_its_own(permission: str, role: Role) -> None:
    assert not passes(caller(role), permission, workspace=uuid4())
    assert not passes(caller(role), permission, workspace=PROVIDER)
    assert not passes(replace(caller(role), workspace_id=None), permission, workspace=HERE)


@pytest.mark.parametrize("permission", sorted(OF_CLIENT))
@pytest.mark.parametrize("role", LADDER)
def test_only_operators_cross_clients(permission: str, role: Role) -> None:
    assert passes(caller(role), permission, client=CLIENT) == holds(role, permission)
    assert passes(caller(role), permission, client=uuid4()) == (role == Role.OPERATOR)
    assert passes(caller(role), permission, client=PROVIDER) == (role == Role.OPERATOR)


@pytest.mark.parametrize("permission", sorted(MATRIX.keys() - OWN.keys()))
def test_without_a_place_in_the_path_only_operators_pass(permission: str) -> None:
    assert [role for role in LADDER if passes(caller(role), permission)] == [Role.OPERATOR]


@pytest.mark.parametrize("permission", sorted(OF_PROVIDER))
def test_what_is_the_providers_is_for_operators(permission: str) -> None:
    assert [role for role in LADDER if passes(caller(role), permission, workspace=HERE)] == [Role.OPERATOR]


def test_everybody_may_look_at_themselves() -> None:
    assert all(passes(caller(role), permission) for role in LADDER for permission in OWN)


def test_a_higher_rung_has_all_that_a_lower_one_has() -> None:
    for lower, higher in pairwise(LADDER):
        assert {p for p in MATRIX if holds(lower, p)} <= {p for p in MATRIX if holds(higher, p)}


def test_of_several_roles_the_highest_counts() -> None:
    assert highest(frozenset({Role.MEMBER, Role.ADMIN, Role.MANAGER})) == Role.ADMIN
    assert highest(frozenset()) is None


def test_an_unknown_permission_is_a_programming_error() -> None:
    with pytest.raises(KeyError, match="no permission"):
        allowed("campaign.delte")


@pytest.mark.parametrize(
    "path", ["/login", "/api/accounts/login", "/api/kpi/openapi.json", "/static/app.css", "/", "/workspaces/1/leads", "/u/abc", "/apis"]
)
def test_public_paths(path: str) -> None:
    assert is_public(path)
    assert not is_internal(path)


@pytest.mark.parametrize("path", ["/api/accounts/users", "/api/accounts/login/x", "/api/kpi/openapi.json/x", "/api", "/api/", "/internal"])
def test_paths_that_are_not_public(path: str) -> None:
    assert not is_public(path)


@pytest.mark.parametrize("path", ["/internal/check", "/metrics", "/health/ready", "/health/live"])
def test_internal_paths(path: str) -> None:
    assert is_internal(path)
    assert not is_public(path)
