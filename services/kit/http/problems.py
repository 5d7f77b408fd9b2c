"""Errors at the HTTP edge: RFC 9457 problem+json, with a stable `type` by kind and a detail that says what to do."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from services.kit import log
from services.kit.errors import Rejected, Unauthenticated, Unavailable
from services.kit.http.limits import TooMany

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:smartleads:problem:"


def problem(
    request: Request,
    status: int,
    kind: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> JSONResponse:
    """`kind` names the problem for programs, `detail` explains it to people; `errors` are {"at": place in the request, "why": …}."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "correlation_id": request.scope.get("correlation_id"),
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    app.add_exception_handler(Rejected, rejected)
    app.add_exception_handler(Unavailable, unavailable)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(Exception, bug)


# Starlette types a handler's error as Exception; each of these is registered for the type it names.
async def rejected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Rejected)  # noqa: S101
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    return problem(request, error.status, error.kind, error.reason, headers=headers)


async def unavailable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Unavailable)  # noqa: S101
    return problem(request, error.status, error.kind, error.reason, headers={"Retry-After": str(math.ceil(error.retry_after))})


async def malformed(request: Request, error: Exception) -> JSONResponse:
    """Says where and why, never what was sent: it may be a password."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = [{"at": ".".join(map(str, each["loc"])), "why": str(each["msg"])} for each in error.errors()]
    detail = f"the request does not have the form that this route takes; first: {errors[0]['at']}: {errors[0]['why']}"
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed", detail, errors=errors)


async def by_status(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: no such path, method not allowed, body too large."""
    assert isinstance(error, HTTPException)  # noqa: S101
    status = HTTPStatus(error.status_code)
    kind = status.phrase.lower().replace(" ", "-")
    return problem(request, status, kind, str(error.detail), headers=error.headers)


async def bug(request: Request, error: Exception) -> JSONResponse:
    """Nothing of the error goes out; the log has it, by the correlation id."""
    correlation_id = request.scope.get("correlation_id")
    log.get(__name__).error("request failed", path=request.url.path, correlation_id=correlation_id, exc_info=error)
    detail = "this is a fault of ours; tell the Provider the correlation id"
    headers = {"X-Correlation-Id": str(correlation_id)}
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "bug", detail, headers=headers)
