"""The OpenAPI description of an app, with what each route needs and how it refuses."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from services.kit.http.gate import permissions_of
from services.kit.http.problems import MEDIA_TYPE

PROBLEM: dict[str, Any] = {
    "description": "A problem (RFC 9457): `type` is stable, `detail` says what to do.",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "instance": {"type": "string"},
                    "correlation_id": {"type": "string"},
                    "errors": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    },
}
SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key"},
    "session": {"type": "apiKey", "in": "cookie", "name": "smartleads_session"},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """FastAPI's description, and for each route `x-permission`, the security schemes and the shape of problems."""
    document = FastAPI.openapi(app)
    document.setdefault("components", {})["securitySchemes"] = SCHEMES
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            needs = sorted(permissions_of(route.original_route.dependant))
            for operation in operations(document, str(route.path), route.original_route.methods):
                operation["responses"]["default"] = PROBLEM
                if needs:
                    operation |= {"x-permission": needs[0], "security": [{"key": []}, {"session": []}]}
    return document


def operations(document: dict[str, Any], path: str, methods: set[str] | None) -> list[dict[str, Any]]:
    known = document["paths"].get(path, {})
    return [known[method.lower()] for method in methods or () if method.lower() in known]
