"""The sender's tables as its loops use them: each call is one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.kit.clock import Clock, system_clock
from services.kit.codec import Codec
from services.kit.database import Database
from services.kit.events import Work
from services.kit.secrets import Secrets
from services.sender.domain.account import Account, Server
from services.sender.domain.send import Patience
from services.sender.handlers import protocol
from services.sender.handlers.accounts import pause_sender
from services.sender.handlers.protocol import Claim, Wanted
from services.sender.store import queue, senders

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
MOST_CLAIMS = 400


def password_of(sender_id: UUID, server: str) -> str:
    """What a stored password is about: it opens nowhere else. `server` is `smtp` or `imap`."""
    return f"sender:{sender_id}/{server}"


@dataclass(frozen=True)
class Passwords:
    """Seals and opens the passwords of accounts."""

    secrets: Secrets

    def seal(self, account: Account) -> Account:
        return self._changed(account, self.secrets.encrypt)

    def open(self, account: Account) -> Account:
        return self._changed(account, self.secrets.decrypt)

    def _changed(self, account: Account, change: Callable[[str, str], str]) -> Account:
        def server(name: str, known: Server | None) -> Server | None:
            if known is None or known.password is None:
                return known
            return replace(known, password=change(known.password, password_of(account.sender_id, name)))

        return replace(account, smtp=server("smtp", account.smtp), imap=server("imap", account.imap))


@dataclass(frozen=True)
class Books:
    database: Database
    codec: Codec
    clock: Clock
    passwords: Passwords
    patience: Patience
    claims_each: int
    real: Clock = system_clock

    def work(self, connection: Connection) -> Work:
        return Work(connection, self.codec, self.clock(), "service:sender", f"sending-{uuid4()}")

    def claim(self, busy: Collection[UUID]) -> tuple[list[Claim], dict[UUID, Account]]:
        """Mails to send now and the accounts that they are of; and what is overdue falls into doubt."""
        with self.database.transaction() as connection:
            work = self.work(connection)
            now = self.real()
            work.append(protocol.doubt_what_is_overdue(work, now, self.patience))
            claims = protocol.claim_due(work, now, self.patience, busy=busy, each=self.claims_each, most=MOST_CLAIMS)
            accounts = senders.accounts(connection, {claim.sender_id for claim in claims}) if claims else {}
        return claims, {key: self.passwords.open(account) for key, account in accounts.items()}

    def store(self, wanted: Sequence[Wanted]) -> Sequence[bool]:
        with self.database.transaction() as connection:
            work = self.work(connection)
            may, told = protocol.store_steps(wanted, work, self.real(), self.patience)
            work.append(told)
        return may

    def cool(self, account: Account, trouble: str) -> None:
        """Leave its server alone for a while, longer each time."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(account.failures, 10))
        with self.database.transaction() as connection:
            senders.cool(connection, account.sender_id, trouble, self.real() + pause)

    def pause(self, account: Account, reason: str) -> None:
        """Until a person lets it go on."""
        with self.database.transaction() as connection:
            work = self.work(connection)
            work.append(pause_sender(account.sender_id, account.workspace_id, reason, work))

    def recovered(self, account: Account) -> None:
        with self.database.transaction() as connection:
            senders.recovered(connection, account.sender_id)

    def waiting(self) -> int:
        with self.database.transaction() as connection:
            return queue.waiting(connection, self.real())
