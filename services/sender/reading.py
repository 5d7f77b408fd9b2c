"""The mailbox loop: keeps a connection to each mailbox, looks into it again and again, and leaves those in trouble alone for a while."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from services.kit import log
from services.sender.domain.account import Account
from services.sender.ports import AccountTrouble, Mailbox
from services.sender.postbox import Postbox

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
DOUBT_SECONDS = 60.0

OpenMailbox = Callable[[Account], Mailbox]
"""Raises AccountTrouble."""


@dataclass
class Watched:
    """A mailbox that is looked into: with which account's settings, over which connection, and when again."""

    account: Account
    mailbox: Mailbox | None = None
    failures: int = 0
    not_before: float = 0.0
    doubts_at: float = 0.0

    def close(self) -> None:
        if self.mailbox is not None:
            self.mailbox.close()
            self.mailbox = None


@dataclass
class Reading:
    """`step` and `close` are called from one thread."""

    postbox: Postbox
    open_mailbox: OpenMailbox
    readers: int
    _watched: dict[UUID, Watched] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.readers, thread_name_prefix="mailbox")

    def step(self) -> int:
        """Look into every mailbox once; returns how many new mails there were."""
        self._watch(self.postbox.accounts())
        due = [watched for watched in self._watched.values() if watched.not_before <= time.monotonic()]
        return sum(self._pool.map(self._look, due))

    def close(self) -> None:
        self._pool.shutdown()
        self._watch([])

    def _watch(self, accounts: Sequence[Account]) -> None:
        known = {account.sender_id: account for account in accounts}
        for key, watched in list(self._watched.items()):
            if known.get(key) != watched.account:
                watched.close()
                del self._watched[key]
        for key, account in known.items():
            self._watched.setdefault(key, Watched(account))

    def _look(self, watched: Watched) -> int:
        try:
            if watched.mailbox is None:
                watched.mailbox = self.open_mailbox(watched.account)
            found = self.postbox.take_in(watched.account, watched.mailbox)
            self._settle(watched, watched.mailbox)
        except AccountTrouble as trouble:
            self._leave_alone(watched, trouble)
            return 0
        watched.failures = 0
        return found.total()

    def _settle(self, watched: Watched, mailbox: Mailbox) -> None:
        if time.monotonic() >= watched.doubts_at:
            self.postbox.settle_from_sent(watched.account, mailbox)
            watched.doubts_at = time.monotonic() + DOUBT_SECONDS

    def _leave_alone(self, watched: Watched, trouble: AccountTrouble) -> None:
        watched.close()
        pause = LONGEST_PAUSE if trouble.lasting else min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**watched.failures)
        watched.failures += 1
        watched.not_before = time.monotonic() + pause
        log.get(__name__).warning("mailbox in trouble", sender_id=str(watched.account.sender_id), why=trouble.reason, seconds=pause)
        self.postbox.note_trouble(watched.account, trouble.reason)


def read_once(postbox: Postbox, open_mailbox: OpenMailbox) -> tuple[int, Counter[str]]:
    """Read all mailboxes to their end now; returns how many there are and what new mails meant. Raises AccountTrouble."""
    accounts, counts = postbox.accounts(), Counter[str]()
    for account in accounts:
        mailbox = open_mailbox(account)
        try:
            counts += postbox.take_in(account, mailbox)
            postbox.settle_from_sent(account, mailbox)
        finally:
            mailbox.close()
    return len(accounts), counts
