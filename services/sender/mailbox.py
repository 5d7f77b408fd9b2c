"""IMAP by IMAPClient: looks into mailboxes without touching a flag (EXAMINE, BODY.PEEK), with limits before anything is fetched."""

import contextlib
import imaplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError, ProtocolError

from services.sender.domain.account import Security, Server, may_connect
from services.sender.domain.errors import Refused
from services.sender.ports import AccountTrouble, Fetched, Reading

INBOX = "INBOX"
MOST_MAILS = 200
"""Of one reading."""
MOST_BYTES = 16 * 1024 * 1024
"""Of one reading."""
SURE = 3
"""So often nothing is found below a UIDNEXT until it is believed: some servers count a mail before they show it."""


@contextlib.contextmanager
def trouble(server: Server) -> Iterator[None]:
    """What a server or the way to it can do wrong, as AccountTrouble."""
    try:
        yield
    except LoginError as error:
        raise AccountTrouble(f"the mail server refused the log-in: {error}"[:500], lasting=True) from error
    # The last four are how imaplib and IMAPClient fail on answers that they do not expect.
    except (imaplib.IMAP4.error, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise AccountTrouble(f"{server.host}:{server.port}: {error}"[:500]) from error


class ImapMailbox:
    """Connects when it is made. Raises AccountTrouble, as all of its methods do; then make a new one."""

    def __init__(self, server: Server, *, local_only: bool, connect_seconds: float, answer_seconds: float, most_bytes: int) -> None:
        self._server, self._most_bytes = server, most_bytes
        self._nothing: tuple[int, int] = (0, 0)
        with trouble(server):
            check(server, addresses(server), local_only=local_only)
            self._client = IMAPClient(
                server.host,
                server.port,
                ssl=server.security is Security.TLS,
                ssl_context=ssl.create_default_context() if server.security is Security.TLS else None,
                timeout=SocketTimeout(connect_seconds, answer_seconds),
            )
            # The name may have been looked up anew: nothing is said to whom it must not be.
            check(server, [self._client.socket().getpeername()[0]], local_only=local_only)
            # Times as the server says them, with their zone.
            self._client.normalise_times = False
            if server.security is Security.STARTTLS:
                self._client.starttls(ssl.create_default_context())
            self._client.login(server.username or "", server.password or "")

    def read(self, uid_validity: int, next_uid: int, since: datetime) -> Reading | None:
        with trouble(self._server):
            status = self._client.folder_status(INBOX, ["UIDVALIDITY", "UIDNEXT"])
            validity, uid_next = int(status[b"UIDVALIDITY"]), int(status[b"UIDNEXT"])
            known = validity == uid_validity
            if known and (uid_next <= next_uid or self._nothing == (uid_next, SURE)):
                return None
            self._client.select_folder(INBOX, readonly=True)
            try:
                uids = self._uids(next_uid) if known else self._since(since)
                found = self._fetch(uids[:MOST_MAILS])
            finally:
                self._client.close_folder()
            if found:
                return Reading(validity, found[-1].uid + 1, found, more=found[-1].uid < uids[-1])
            self._nothing = (uid_next, self._nothing[1] + 1 if self._nothing[0] == uid_next else 1)
            return None if known else Reading(validity, uid_next, (), more=False)

    def _uids(self, first: int) -> list[int]:
        # `n:*` means the last mail at least, even where its UID is below n (RFC 3501, 6.4.8).
        return sorted(uid for uid in self._client.search(["UID", f"{first}:*"]) if uid >= first)

    def _since(self, since: datetime) -> list[int]:
        """A day earlier, as the server's days may begin elsewhere."""
        return sorted(self._client.search(["SINCE", (since - timedelta(days=1)).date()]))

    def _fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """In order; fewer than asked for when they are large. Mails that vanish meanwhile are left out."""
        about = self._client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"]) if uids else {}
        wanted, total = list[int](), 0
        for uid in sorted(about):
            total += min(int(about[uid][b"RFC822.SIZE"]), self._most_bytes)
            if wanted and total > MOST_BYTES:
                break
            wanted.append(uid)
        whole = [uid for uid in wanted if int(about[uid][b"RFC822.SIZE"]) <= self._most_bytes]
        bodies = self._client.fetch(whole, ["BODY.PEEK[]"]) if whole else {}
        for uid in set(wanted) - set(whole):
            bodies[uid] = self._beginning(uid)
        return [fetched(uid, about[uid], bodies[uid]) for uid in wanted if uid in bodies]

    def _beginning(self, uid: int) -> dict[bytes, Any]:
        """Of a large mail. Where the server's answer to that cannot be read (GreenMail leaves out a space), its headers alone."""
        try:
            found = self._client.fetch([uid], [f"BODY.PEEK[]<0.{self._most_bytes}>"])
        except ProtocolError:
            found = self._client.fetch([uid], ["BODY.PEEK[HEADER]"])
        return dict(found.get(uid, {}))

    def has(self, folder: str, message_id: str) -> bool:
        with trouble(self._server):
            self._client.select_folder(folder, readonly=True)
            try:
                return bool(self._client.search(["HEADER", "Message-ID", message_id]))
            finally:
                self._client.close_folder()

    def close(self) -> None:
        with contextlib.suppress(AccountTrouble), trouble(self._server):
            self._client.logout()


def fetched(uid: int, about: dict[bytes, Any], body: dict[bytes, Any]) -> Fetched:
    content = next((bytes(value) for name, value in body.items() if name.startswith(b"BODY[") and value is not None), b"")
    received = about[b"INTERNALDATE"]
    utc = received.astimezone(UTC) if received.tzinfo else received.replace(tzinfo=UTC)
    return Fetched(uid, int(about[b"RFC822.SIZE"]), utc, content)


def addresses(server: Server) -> list[str]:
    return [str(address[0]) for *_, address in socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)]


def check(server: Server, found: list[str], *, local_only: bool) -> None:
    try:
        may_connect(server, found, local_only=local_only)
    except Refused as refused:
        raise AccountTrouble(refused.reason, lasting=True) from refused
