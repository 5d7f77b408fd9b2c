"""Where a request's work is done: reads and changes, each in one transaction that sees only the request's workspace."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from secrets import SystemRandom
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import Connection

from schemas.body import PROVIDER
from services.kit.errors import Unavailable
from services.kit.events import Told, Work
from services.kit.http.gate import Gate, workspace_of
from services.kit.http.idempotency import Once, once_of
from services.kit.http.tokens import Caller

if TYPE_CHECKING:
    from services.kit.service import Context

T = TypeVar("T")
PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Seconds between tries; with the tries themselves never much over `PATIENCE`."""
PATIENCE = 3.0


@dataclass(frozen=True)
class Desk:
    caller: Caller
    workspace_id: UUID
    """Of the path; the Provider's reserved id where it names none."""
    context: "Context"
    correlation_id: str
    once: Once | None = None

    def read(self, look: Callable[[Connection], T]) -> T:
        """What `look` finds. It may run again, so it only looks."""

        def transaction() -> T:
            with self.context.api.transaction(self.workspace_id) as connection:
                return look(connection)

        return until_available(transaction)

    def do(self, handler: Callable[[Work], tuple[T, Iterable[Told]]]) -> T:
        """Run `handler` on a unit of work, store the events that it returns, commit, and give its answer.

        With an Idempotency-Key the answer is kept, and given again, without calling the handler, when the same request comes
        again. So a route calls this once, and adds to the answer only what must not be kept (a secret shown once).
        """

        def transaction() -> T:
            with self.context.api.transaction(self.workspace_id) as connection:
                if self.once:
                    self.once.claim(connection)
                work = Work(connection, self.context.codec, self.context.clock(), self.caller.actor, self.correlation_id)
                answer, told = handler(work)
                work.append(told)
                if self.once:
                    self.once.keep(connection, answer)
                return answer

        return until_available(transaction)

    def at_provider(self) -> "Desk":
        """The same desk over what belongs to no workspace, for a service that settles itself what of it the caller may see."""
        once = self.once and replace(self.once, workspace_id=PROVIDER)
        return replace(self, workspace_id=PROVIDER, once=once)


def until_available(transaction: Callable[[], T]) -> T:
    """Repeat what the database could not do just now; after some tries, Unavailable goes to the caller (503, Retry-After)."""
    started = time.monotonic()
    for pause in PAUSES:
        try:
            return transaction()
        except Unavailable:
            if time.monotonic() - started > PATIENCE:
                raise
            # Those that collided must not collide again.
            time.sleep(pause * SystemRandom().uniform(0.5, 1.5))
    return transaction()


def may(permission: str) -> Any:
    """A desk for a caller who has the permission where the path goes.

    On a route's parameter: `desk: Annotated[Desk, may("campaign.edit")]`.
    """
    gate = Gate(permission)

    async def desk(request: Request, caller: Annotated[Caller, Depends(gate)]) -> Desk:
        workspace_id = workspace_of(request)
        once = await once_of(request, caller.actor, workspace_id)
        return Desk(caller, workspace_id, request.app.state.context, request.scope["correlation_id"], once)

    return Depends(desk)
