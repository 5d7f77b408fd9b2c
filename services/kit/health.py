"""Whether a service is alive, ready and at rest: asked by the supervisor, the doctor, and whoever waits for quiet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from services.kit.database import rows
from services.kit.errors import Unavailable

if TYPE_CHECKING:
    from services.kit.service import Context


class RelayState(Protocol):
    leading: bool
    trouble: str | None
    published: int


class StreamState(Protocol):
    def health(self) -> dict[str, Any]:
        """{"ready": bool, "why": str | None, "partitions": [{topic, partition, position, end, lag, paused}], "parked": int}"""


@dataclass
class Health:
    """Looks at the parts that run in this process. `busy` counts what the service still has to do at this time of its clock."""

    context: "Context"
    busy: Callable[["Context"], int]
    relay: RelayState | None = None
    stream: StreamState | None = None

    def report(self) -> dict[str, Any]:
        """`ready` is False when any part cannot do its work; each part says why in words."""
        parts: dict[str, Any] = {"database": self._database()}
        if self.relay:
            parts["relay"] = {
                "ready": self.relay.trouble is None,
                "why": self.relay.trouble,
                "leading": self.relay.leading,
            }
        if self.stream:
            parts["stream"] = self.stream.health()
        return {
            "service": self.context.name,
            "ready": all(part["ready"] for part in parts.values()),
            "now": self.context.clock().isoformat(),
            **parts,
        }

    def _database(self) -> dict[str, Any]:
        database = self.context.worker if (self.relay or self.stream) else None
        try:
            if database is None:
                return {"ready": True, "why": None}
            with database.transaction() as connection:
                [waiting] = rows(connection, "SELECT count(*) AS n FROM outbox") if self.relay else [None]
            return {"ready": True, "why": None, "outbox": waiting.n if waiting else 0, "busy": self.busy(self.context)}
        except Unavailable as error:
            return {"ready": False, "why": error.reason}
