"""The outermost layer of every app: a correlation id for each request, and its count and duration."""

import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit import log, metrics

CORRELATION_HEADER = "X-Correlation-Id"
_plain = re.compile(r"[A-Za-z0-9._:\-]{1,128}")


class Edge:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["correlation_id"] = correlation_id = correlation_of(Headers(scope=scope).get(CORRELATION_HEADER))
        started, status = time.perf_counter(), 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[CORRELATION_HEADER] = correlation_id
            await send(message)

        with log.correlated(correlation_id):
            try:
                await self._app(scope, receive, send_on)
            finally:
                count(scope, status, time.perf_counter() - started)


def correlation_of(sent: str | None) -> str:
    """What the caller sent, if it is fit to stand in a log and an event; else a new one."""
    return sent if sent and _plain.fullmatch(sent) else str(uuid4())


def count(scope: Scope, status: int, seconds: float) -> None:
    # By the route's template: a path holds ids, and each would make a series of its own.
    route = getattr(scope.get("route"), "path", "none")
    metrics.HTTP_REQUESTS.labels(scope["method"], route, str(status)).inc()
    metrics.HTTP_SECONDS.labels(scope["method"], route).observe(seconds)
