"""The Provider's page: each service's health, what the pipeline holds, and the workspaces of all clients."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from schemas.topics import SERVICES
from services.dashboard.frame import PageRoute, Visit, Visited
from services.dashboard.links import link
from services.dashboard.words import HOLDS

router = APIRouter(route_class=PageRoute)
MOST_IMPORTS = 12
SECONDS = 5
"""A service that takes longer to say how it is, is not well."""


@dataclass(frozen=True)
class Part:
    """One service as it says of itself; `why` tells what it lacks."""

    name: str
    ready: bool
    why: str | None
    outbox: int = 0
    unread: int = 0
    due: int = 0
    parked: int = 0
    now: str | None = None


@router.get("/provider")
async def provider(visit: Visited, cursor: str | None = None) -> Response:
    await visit.enter_as_operator()
    parts, held, found = await gather(
        gather(*(ask(visit, service) for service in SERVICES)),
        visit.apis.see("/api/kpi/operations"),
        visit.apis.see("/api/accounts/workspaces", cursor=cursor),
    )
    return visit.page(
        "provider.html",
        "provider",
        parts=parts,
        ill=sum(not part.ready for part in parts),
        now=max((part.now for part in parts if part.now), default=None),
        holds=stages(held["stages"]) if held else {},
        imports=held and held["imports"][:MOST_IMPORTS],
        workspaces=found and found["items"],
        more=found and found["next"] and link("/provider", {}, cursor=found["next"]),
    )


async def ask(visit: Visit, service: str) -> Part:
    """The gateway shows nobody how services are, so this asks them itself; who looks is known to be an operator."""
    settings = visit.request.app.state.context.settings
    http = httpx.AsyncClient(transport=visit.apis.transport, timeout=SECONDS, trust_env=False)
    try:
        return part_of(service, (await http.get(f"{settings.url_of(service)}/health/ready")).json())
    except (httpx.TransportError, ValueError):
        return Part(service, ready=False, why="It does not answer: is it running?")


def part_of(service: str, report: dict[str, Any]) -> Part:
    """`report` is what kit.health says."""
    parts = {name: part for name, part in report.items() if isinstance(part, dict)}
    database, stream = parts.get("database", {}), parts.get("stream", {})
    return Part(
        name=service,
        ready=report["ready"],
        why="; ".join(f"{name}: {part['why']}" for name, part in parts.items() if not part["ready"]) or None,
        outbox=database.get("outbox", 0),
        unread=sum(partition["lag"] for partition in stream.get("partitions", ())),
        due=database.get("busy", 0),
        parked=stream.get("parked", 0),
        now=report.get("now"),
    )


def stages(found: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """Service → what it holds: kind of thing, and how many are in which state. `found`: {kind, state, number} each."""
    holds: dict[str, dict[str, list[str]]] = {}
    for each in found:
        service, kind = HOLDS.get(each["kind"], ("kpi", each["kind"]))
        if each["number"]:
            holds.setdefault(service, {}).setdefault(kind, []).append(f"{each['number']:,} {each['state'].replace('_', ' ')}")
    return {service: [(kind, ", ".join(states)) for kind, states in kinds.items()] for service, kinds in holds.items()}
