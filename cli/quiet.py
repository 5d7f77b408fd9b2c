"""Waits until the whole system is at rest: nothing in an outbox, nothing unread, nothing due at this time of the clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from schemas.topics import SERVICES
from services.kit.errors import Unavailable
from services.kit.settings import Settings

IN_A_ROW = 2
"""Quiet twice: what one service published may still be on its way when another looks at rest."""
PAUSE = 0.15


@dataclass(frozen=True)
class Unrest:
    """What keeps one service busy; all zero when it is at rest."""

    service: str
    outbox: int
    lag: int
    busy: int
    parked: int

    def __bool__(self) -> bool:
        return bool(self.outbox or self.lag or self.busy)

    def __str__(self) -> str:
        parts = {"in its outbox": self.outbox, "unread": self.lag, "due": self.busy}
        return f"{self.service}: " + ", ".join(f"{count} {what}" for what, count in parts.items() if count)


def unrest_of(service: str, report: dict[str, Any]) -> Unrest:
    database, stream = report["database"], report.get("stream", {})
    lag = sum(partition["lag"] for partition in stream.get("partitions", ()))
    return Unrest(service, database.get("outbox", 0), lag, database.get("busy", 0), stream.get("parked", 0))


def look(settings: Settings, http: httpx.Client) -> list[Unrest]:
    """One look at every service."""
    found = []
    for service in SERVICES:
        try:
            answer = http.get(f"{settings.url_of(service)}/health/ready")
        except httpx.TransportError as error:
            raise Unavailable(f"{service} does not answer: `smartleads doctor` tells why") from error
        found.append(unrest_of(service, answer.json()))
    return found


def wait_until_quiet(settings: Settings, seconds: float = 180, watch: Callable[[list[Unrest]], None] = lambda _: None) -> list[Unrest]:
    """Return the last look once all services are at rest. Raises Unavailable, naming who is not, after `seconds` without it."""
    until, quiet = time.monotonic() + seconds, 0
    with httpx.Client(timeout=30) as http:
        while True:
            found = look(settings, http)
            watch(found)
            quiet = 0 if any(found) else quiet + 1
            if quiet == IN_A_ROW:
                return found
            if time.monotonic() > until:
                raise Unavailable(f"not at rest after {seconds:.0f} s: " + "; ".join(str(each) for each in found if each))
            time.sleep(PAUSE)
