"""What a route needs: a permission of the one matrix, held by the caller where the path says that the call goes."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from schemas.accounts import Role
from schemas.body import PROVIDER
from schemas.permissions import IN_WORKSPACE, MATRIX, OF_CLIENT, holds
from services.kit.errors import Forbidden, NotFound
from services.kit.http.tokens import Caller


class Gate:
    """Lets through who has the permission where the path goes."""

    def __init__(self, permission: str) -> None:
        if permission not in MATRIX:
            raise KeyError(f"{permission} is no permission of schemas/permissions.py")
        self.permission = permission

    async def __call__(self, request: Request) -> Caller:
        caller: Caller = request.app.state.verifier.read(request.headers.get("authorization"))
        request.app.state.buckets.take(caller.actor)
        authorise(caller, self.permission, id_in_path(request, "workspace_id"), id_in_path(request, "client_id"))
        return caller


def allowed(permission: str) -> Any:
    """For routes that need no database of their own.

    On a route's parameter: `caller: Annotated[Caller, allowed("kpi.view")]`.
    """
    return Depends(Gate(permission))


def authorise(caller: Caller, permission: str, workspace_id: UUID | None, client_id: UUID | None) -> None:
    """Raises Forbidden unless the caller has the permission in the workspace and client that the path names."""
    if workspace_id is not None and workspace_id != caller.workspace_id:
        raise Forbidden("the token is for another workspace than the path: call through the gateway")
    if caller.role == Role.OPERATOR:
        return
    if client_id is not None and client_id != caller.client_id:
        raise Forbidden("this belongs to another client")
    if (permission in IN_WORKSPACE and workspace_id is None) or (permission in OF_CLIENT and client_id is None):
        raise Forbidden("this is about all clients: only the Provider's operators may")
    if not holds(caller.role, permission):
        raise Forbidden(f"this takes the permission {permission}, which the role {caller.role} does not have here")


def workspace_of(request: Request) -> UUID:
    """The workspace whose rows a request sees: that of its path, else the Provider's."""
    return id_in_path(request, "workspace_id") or PROVIDER


def id_in_path(request: Request, name: str) -> UUID | None:
    value = request.path_params.get(name)
    try:
        return None if value is None else UUID(value)
    except ValueError as error:
        raise NotFound(f"{value} is no id") from error


def permissions_of(dependant: Dependant) -> Iterator[str]:
    """The permissions that a route declares, however deep in its dependencies."""
    if isinstance(dependant.call, Gate):
        yield dependant.call.permission
    for each in dependant.dependencies:
        yield from permissions_of(each)
