"""The FastAPI app that every service is served by."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.kit.http import idempotency, problems
from services.kit.http.edge import Edge
from services.kit.http.limits import Buckets
from services.kit.http.openapi import describe
from services.kit.http.origin import from_our_pages
from services.kit.http.tokens import Verifier

if TYPE_CHECKING:
    from services.kit.service import Context

MOST_BYTES = 1024 * 1024
"""Of a request's body, where a route does not set its own `max_body_size`."""


class Reports(Protocol):
    def report(self) -> dict[str, Any]:
        """{"ready": bool, …}: what kit.health says."""


def create_app(context: "Context", routers: Sequence[APIRouter], health: Reports) -> FastAPI:
    """The routers' paths begin with /api/<service> (or are pages); beside them stand health, metrics and the OpenAPI description.

    There is no page of documentation: its scripts would have to come from another machine.
    """
    app = FastAPI(
        title=f"SmartLeads {context.name}",
        openapi_url=f"/api/{context.name}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=MOST_BYTES,
        dependencies=[Depends(from_our_pages)],
    )
    app.state.context = context
    app.state.verifier = Verifier(context.settings)
    app.state.buckets = Buckets(context.settings.http_rate, context.settings.http_burst)
    app.add_middleware(Edge)
    app.add_exception_handler(idempotency.Replayed, idempotency.replay)
    problems.install(app)
    app.include_router(watching(health))
    for router in routers:
        app.include_router(router)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    return app


def watching(health: Reports) -> APIRouter:
    """What the supervisor, the doctor and Prometheus ask. The gateway serves these to nobody."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    def live() -> dict[str, bool]:
        return {"live": True}

    @router.get("/health/ready")
    def ready() -> JSONResponse:
        report = health.report()
        return JSONResponse(report, 200 if report["ready"] else 503)

    @router.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
