"""What the sender needs of mail servers, in its own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.sender.domain.account import Account
from services.sender.domain.answers import Answer, Never, NotNow


class AccountTrouble(Exception):  # noqa: N818 - says what there is
    """The server cannot be used for this account just now; no mail is to blame.

    `lasting`: it will not pass by itself (a refused log-in), so that trying on could lock the account.
    """

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.lasting = reason, lasting


class Session(Protocol):
    """A connection over which mails go, one at a time: each is offered, and then delivered or forgotten."""

    async def offer(self, sender: str, recipient: str) -> NotNow | Never | None:
        """None: the server would take it. Raises AccountTrouble; nothing has gone out then."""

    async def deliver(self, content: bytes) -> Answer:
        """Hand over what was offered. Never raises: what is not known is NoAnswer, and then the session is over."""

    async def forget(self) -> None:
        """Take back what was offered. Raises AccountTrouble."""

    async def close(self) -> None:
        """Never raises."""

    @property
    def usable(self) -> bool:
        """Whether it can carry another mail."""


class Carrier(Protocol):
    """Carries mails from senders to their servers."""

    async def open(self, account: Account) -> Session:
        """Raises AccountTrouble."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail of a mailbox. `raw` is cut off at the reader's limit, `size` is what the server has."""

    uid: int
    size: int
    received: datetime
    """When the server got it; real time, UTC."""
    raw: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """New mails, and where to go on next time. `more`: there are others behind these."""

    uid_validity: int
    next_uid: int
    mails: Sequence[Fetched]
    more: bool


class Mailbox(Protocol):
    """A mailbox that is looked at and never changed: no flag of any mail is touched."""

    def read(self, uid_validity: int, next_uid: int, since: datetime) -> Reading | None:
        """From `next_uid` on, if the mailbox still has this UIDVALIDITY; else what has come since the day of `since`.

        None: nothing new, found out cheaply. Raises AccountTrouble.
        """

    def has(self, folder: str, message_id: str) -> bool:
        """Whether a mail with this Message-ID lies in the folder. Raises AccountTrouble."""

    def close(self) -> None:
        """Never raises."""
