"""The sending loop: claims mails, and carries those of each account over a few sessions of its own.

Accounts do not wait for one another: a slow server holds up its own mails alone.
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from services.kit import log
from services.kit.clock import Clock
from services.sender.books import Books
from services.sender.domain.account import Account
from services.sender.domain.answers import Answer, Never, NotNow, NotTried
from services.sender.domain.compose import Composer
from services.sender.domain.errors import Refused
from services.sender.handlers.protocol import Claim
from services.sender.ledger import Ledger
from services.sender.ports import AccountTrouble, Carrier, Session

ROUND_SECONDS = 1.0
"""So often at least the loop comes up for air, to be told to stop."""
CLAIM_SECONDS = 0.05
"""Between two looks for more mails while some are on their way."""
SECONDS_TO_STOP = 10.0


@dataclass
class Round:
    """Mails of one account that are being sent, and the sessions at it."""

    account: Account
    claims: deque[Claim]
    sessions: int = 0


@dataclass
class Sending:
    """`step` and `close` are called from one thread. `sessions_each` is of one account, `sessions` of all together."""

    books: Books
    carrier: Carrier
    composer: Composer
    clock: Clock
    sessions: int
    sessions_each: int
    sent: int = 0
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    _rounds: dict[UUID, "asyncio.Task[None]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ledger = Ledger(self.books.store)
        self._free = asyncio.Semaphore(self.sessions)
        self._stopping = False

    def step(self) -> int:
        """Work for about a second; returns how much there was to do."""
        return self._runner.run(self._work())

    def close(self) -> None:
        """Let what is being handed over end, and give back the rest. What does not end in time is in doubt once its lease is over."""
        self._stopping = True
        self._runner.run(self._end())
        self._runner.close()

    async def _work(self) -> int:
        until, before = time.monotonic() + ROUND_SECONDS, self.sent
        while time.monotonic() < until:
            await self._claim()
            if not self._rounds:
                break
            await asyncio.wait(self._rounds.values(), timeout=CLAIM_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            self._reap()
        return self.sent - before + len(self._rounds)

    async def _end(self) -> None:
        if self._rounds:
            await asyncio.wait(self._rounds.values(), timeout=SECONDS_TO_STOP)

    def _reap(self) -> None:
        for key in [key for key, task in self._rounds.items() if task.done()]:
            # Raises what was a bug; trouble with servers ends in the books.
            self._rounds.pop(key).result()

    async def _claim(self) -> None:
        claims, accounts = await asyncio.to_thread(self.books.claim, list(self._rounds))
        for key, account in accounts.items():
            own = deque(claim for claim in claims if claim.sender_id == key)
            self._rounds[key] = asyncio.create_task(self._serve(Round(account, own)))

    async def _serve(self, work: Round) -> None:
        async with asyncio.TaskGroup() as sessions:
            for _ in range(min(self.sessions_each, len(work.claims))):
                sessions.create_task(self._carry_all(work))
        await asyncio.gather(*(self._ledger.record(claim, NotTried()) for claim in work.claims))

    async def _carry_all(self, work: Round) -> None:
        """One session's share. After a loss of the connection it opens another, for as long as the server answers at all."""
        async with self._free:
            work.sessions += 1
            try:
                while self._has_more(work):
                    session = await self.carrier.open(work.account)
                    if work.account.failures:
                        await asyncio.to_thread(self.books.recovered, work.account)
                    try:
                        while self._has_more(work) and session.usable:
                            await self._carry(session, work.account, work.claims.popleft())
                    finally:
                        await session.close()
            except AccountTrouble as trouble:
                await self._give_up(work, trouble)
            finally:
                work.sessions -= 1

    def _has_more(self, work: Round) -> bool:
        return bool(work.claims) and not self._stopping

    async def _give_up(self, work: Round, trouble: AccountTrouble) -> None:
        """The last session that fails leaves the account alone for a while; one among others just ends."""
        if work.sessions > 1 and not trouble.lasting:
            return
        log.get(__name__).warning("account in trouble", sender_id=str(work.account.sender_id), why=trouble.reason)
        if trouble.lasting:
            await asyncio.to_thread(self.books.pause, work.account, trouble.reason)
        else:
            await asyncio.to_thread(self.books.cool, work.account, trouble.reason)

    async def _carry(self, session: Session, account: Account, claim: Claim) -> None:
        """One mail through the protocol. Raises AccountTrouble when the session is over."""
        try:
            content = self.composer.compose(claim.letter, account, self.clock())
            refusal = await session.offer(account.email or "", claim.letter.address)
        except Refused as refused:
            refusal = Never(refused.reason)
        except AccountTrouble as trouble:
            await self._record(claim, NotTried() if trouble.lasting else NotNow(trouble.reason))
            raise
        if refusal is not None:
            await self._record(claim, refusal)
        elif await self._ledger.may_hand_over(claim):
            await self._record(claim, await session.deliver(content))
        else:
            await session.forget()

    async def _record(self, claim: Claim, answer: Answer) -> None:
        await self._ledger.record(claim, answer)
        self.sent += 1
