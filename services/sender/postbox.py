"""What mailboxes hold, taken into the sender's tables: each reading is one transaction with the place up to which it read."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from schemas.marks import Digest
from services.kit.clock import Clock, system_clock
from services.kit.codec import Codec
from services.kit.database import Database
from services.kit.events import Work
from services.sender.books import Passwords
from services.sender.domain.account import Account
from services.sender.domain.incoming import Mail
from services.sender.domain.send import settle
from services.sender.handlers.mail import when_mails_come_in_tell_what_they_say
from services.sender.handlers.telling import take
from services.sender.ports import Fetched, Mailbox
from services.sender.store import mails, outreach, queue, senders

MOST_DOUBTS = 50
"""Searched for in a Sent folder at a time."""


@dataclass(frozen=True)
class Postbox:
    """`workspace_id` is that of the transactions, for a database whose role sees one workspace only."""

    database: Database
    codec: Codec
    clock: Clock
    passwords: Passwords
    digest: Digest
    workspace_id: UUID | None = None
    real: Clock = system_clock

    @contextmanager
    def work(self) -> Iterator[Work]:
        with self.database.transaction(self.workspace_id) as connection:
            yield Work(connection, self.codec, self.clock(), "service:sender", f"mailbox-{uuid4()}")

    def accounts(self) -> list[Account]:
        """Those with a mailbox, their passwords opened; nothing of them says how sending goes."""
        with self.work() as work:
            return [replace(self.passwords.open(account), failures=0) for account in senders.with_mailbox(work.connection)]

    def take_in(self, account: Account, mailbox: Mailbox) -> Counter[str]:
        """Read to the end; returns how many new mails of each meaning there were. Raises AccountTrouble."""
        counts, more = Counter[str](), True
        while more:
            with self.work() as work:
                before = mails.place(work.connection, account.sender_id)
            reading = before and mailbox.read(before.uid_validity, before.next_uid, before.since)
            if not before or not reading:
                break
            with self.work() as work:
                # Where somebody else has read on meanwhile, it is looked at anew from where they are.
                more = not mails.move(work.connection, account.sender_id, before, reading.uid_validity, reading.next_uid)
                if not more:
                    found = [self.mail(fetched, work.now) for fetched in reading.mails]
                    seen, told = when_mails_come_in_tell_what_they_say(found, account, work, digest=self.digest)
                    work.append(told)
                    counts, more = counts + seen, reading.more
        return counts

    def mail(self, fetched: Fetched, now: datetime) -> Mail:
        """Received as long ago by the service's clock as it was in real time: the same where the clock is real."""
        age = self.real() - fetched.received
        return Mail(fetched.raw, fetched.size, now - max(age, timedelta()))

    def settle_from_sent(self, account: Account, mailbox: Mailbox) -> int:
        """Look for what is in doubt in the folder where the server keeps what was sent. Raises AccountTrouble."""
        if not account.sent_folder:
            return 0
        with self.work() as work:
            doubts = queue.in_doubt_of(work.connection, account.sender_id, MOST_DOUBTS)
        found = [key for key, message_id in doubts.items() if mailbox.has(account.sent_folder, message_id)]
        with self.work() as work:
            standings = outreach.lock(work.connection, found)
            work.append(take(work, [(s, settle(s.send, went_out=True, by="sent_folder")) for s in standings.values()]))
        return len(found)

    def note_trouble(self, account: Account, why: str) -> None:
        with self.work() as work:
            mails.note_trouble(work.connection, account.sender_id, why)
