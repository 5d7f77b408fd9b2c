"""Groups what the sessions want stored: while one transaction runs, the next one fills."""

import asyncio
from collections.abc import Callable, Sequence

from services.kit import log
from services.kit.errors import Unavailable
from services.sender.domain.answers import Answer
from services.sender.handlers.protocol import Claim, GoAhead, Result, Wanted

Store = Callable[[Sequence[Wanted]], Sequence[bool]]
"""Stores these in one transaction; for each, whether it may go on. Raises Unavailable to be called again."""

MOST_SECONDS_BETWEEN_TRIES = 5.0


class Ledger:
    """Used from one event loop; `store` runs in a thread. Storing the same again, after a commit of unknown outcome, is safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Wanted, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def may_hand_over(self, claim: Claim) -> bool:
        """Returns once *handing over* is committed, or found not to be."""
        return await self._write(GoAhead(claim.letter.outreach_id, claim.token))

    async def record(self, claim: Claim, answer: Answer) -> None:
        await self._write(Result(claim.letter.outreach_id, claim.token, answer))

    def _write(self, wanted: Wanted) -> "asyncio.Future[bool]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((wanted, future))
        if self._writer is None or self._writer.done():
            self._writer = loop.create_task(self._write_all())
        return future

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            for (_, future), may in zip(group, await self._stored([wanted for wanted, _ in group]), strict=True):
                if not future.done():
                    future.set_result(may)

    async def _stored(self, group: Sequence[Wanted]) -> Sequence[bool]:
        """Tried until the database takes it: the sessions wait, and what they know is kept as long as this process lives."""
        failures = 0
        while True:
            try:
                return await asyncio.to_thread(self._store, group)
            except Unavailable as error:
                failures += 1
                pause = min(MOST_SECONDS_BETWEEN_TRIES, 0.05 * 2**failures)
                log.get(__name__).warning("ledger will try again", why=error.reason, mails=len(group), seconds=pause)
                await asyncio.sleep(pause)
