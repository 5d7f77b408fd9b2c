"""Whether a service is alive, ready and at rest: asked by the supervisor, the doctor, and whoever waits for quiet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from services.kit.database import Database, rows
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
    database: Database | None = None
    """The one that this process works with; None for a service that keeps nothing."""
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
        if self.database is None:
            return {"ready": True, "why": None}
        try:
            with self.database.transaction() as connection:
                # Only workers see the whole outbox; the API's role sees a workspace at a time.
                asked = "SELECT count(*) AS n FROM outbox" if self.relay else "SELECT 0 AS n"
                [waiting] = rows(connection, asked)
            busy = self.busy(self.context) if self.relay else 0
            return {"ready": True, "why": None, "outbox": waiting.n, "busy": busy}
        except Unavailable as error:
            return {"ready": False, "why": error.reason}
