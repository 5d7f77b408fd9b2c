"""SMTP by aiosmtplib, with the one distinction that the send protocol rests on: whether the server may have the mail."""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from services.sender.domain.account import Account, Security, Server, may_connect
from services.sender.domain.answers import Answer, Never, NoAnswer, NotNow, Taken
from services.sender.domain.errors import Refused
from services.sender.domain.message import stuffed
from services.sender.ports import AccountTrouble, Session

START_INPUT = 354
CLOSING = 421
LONGEST_REASON = 500


def said(error: SMTPResponseException) -> str:
    """The server's words, which may hold anything."""
    return f"{error.code} {' '.join(str(error.message).split())}"[:LONGEST_REASON]


def is_final(code: int) -> bool:
    """All else may pass, an answer that SMTP does not have included."""
    return 500 <= code < 600


@dataclass(frozen=True)
class SmtpCarrier:
    """`connect_seconds` for a connection, `answer_seconds` for each answer."""

    local_only: bool
    connect_seconds: float
    answer_seconds: float

    async def open(self, account: Account) -> Session:
        server = account.smtp
        if server is None:
            raise AccountTrouble("this sender has no server for sending", lasting=True)
        smtp = SMTP(
            hostname=server.host,
            sock=await self._connect(server),
            username=server.username,
            password=server.password,
            local_hostname=account.domain or "localhost",
            timeout=self.connect_seconds,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
        )
        try:
            await smtp.connect()
        except SMTPAuthenticationError as error:
            smtp.close()
            raise AccountTrouble(f"the mail server refused the log-in: {said(error)}", lasting=is_final(error.code)) from error
        except SMTPResponseException as error:
            smtp.close()
            raise AccountTrouble(f"the mail server said {said(error)}") from error
        except (SMTPException, OSError) as error:
            smtp.close()
            raise AccountTrouble(f"no connection to {server.host}:{server.port}: {error}"[:LONGEST_REASON]) from error
        return SmtpSession(smtp, self.answer_seconds)

    async def _connect(self, server: Server) -> socket.socket:
        """To an address that was checked: what a name stands for can change between two looks."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
            may_connect(server, [str(address[0]) for *_, address in found], local_only=self.local_only)
            return await asyncio.wait_for(connected_to_one(found), self.connect_seconds)
        except Refused as refused:
            raise AccountTrouble(refused.reason, lasting=True) from refused
        except (OSError, TimeoutError) as error:
            reason = f"no connection to {server.host}:{server.port}: {str(error) or 'it does not answer'}"
            raise AccountTrouble(reason[:LONGEST_REASON]) from error


async def connected_to_one(found: Sequence[tuple[Any, ...]]) -> socket.socket:
    """Of these answers of getaddrinfo. Raises the last one's OSError."""
    failure: OSError = OSError("it has no address")
    for family, kind, protocol, _, address in found:
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(made, address)
        except OSError as error:
            made.close()
            failure = error
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise failure


class SmtpSession:
    def __init__(self, smtp: SMTP, answer_seconds: float) -> None:
        self._smtp, self._seconds = smtp, answer_seconds

    @property
    def usable(self) -> bool:
        return self._smtp.is_connected

    async def offer(self, sender: str, recipient: str) -> NotNow | Never | None:
        try:
            await self._smtp.mail(sender, timeout=self._seconds)
            await self._smtp.rcpt(recipient, timeout=self._seconds)
        except SMTPSenderRefused as error:
            self._smtp.close()
            # No mail of this account would fare better.
            reason = f"the mail server takes nothing from {sender}: {said(error)}"
            raise AccountTrouble(reason, lasting=is_final(error.code)) from error
        except SMTPRecipientRefused as error:
            return await self._refused(error)
        except (SMTPException, OSError) as error:
            self._smtp.close()
            raise AccountTrouble(f"the connection was lost: {error}"[:LONGEST_REASON]) from error
        return None

    async def _refused(self, error: SMTPResponseException) -> NotNow | Never:
        if error.code == CLOSING:
            self._smtp.close()
            raise AccountTrouble(f"the mail server said {said(error)}") from error
        await self.forget()
        return Never(said(error)) if is_final(error.code) else NotNow(said(error))

    async def deliver(self, content: bytes) -> Answer:
        try:
            begun = await self._smtp.execute_command(b"DATA", timeout=self._seconds)
        except (SMTPException, OSError) as error:
            self._smtp.close()
            return NotNow(f"the connection was lost before the mail was written: {error}"[:LONGEST_REASON])
        if begun.code != START_INPUT:
            return self._answer(begun.code, begun.message)
        return await self._write(content)

    async def _write(self, content: bytes) -> Answer:
        """From the write on the server may have it, whatever happens."""
        protocol = self._smtp.protocol
        try:
            if protocol is None:
                return NotNow("the connection was lost before the mail was written")
            protocol.write(stuffed(content))
        except SMTPException as error:
            return NotNow(f"the connection was lost before the mail was written: {error}")
        try:
            answer = await protocol.read_response(timeout=self._seconds)
        except (SMTPException, OSError):
            self._smtp.close()
            return NoAnswer()
        return self._answer(answer.code, answer.message)

    def _answer(self, code: int, message: str) -> Answer:
        words = f"{code} {' '.join(message.split())}"[:LONGEST_REASON]
        if code == CLOSING:
            self._smtp.close()
        if 200 <= code < 300:
            return Taken()
        if is_final(code):
            return Never(words)
        if 400 <= code < 500:
            return NotNow(words)
        # An answer that SMTP does not have says nothing.
        self._smtp.close()
        return NoAnswer()

    async def forget(self) -> None:
        try:
            await self._smtp.rset(timeout=self._seconds)
        except (SMTPException, OSError) as error:
            self._smtp.close()
            raise AccountTrouble(f"the connection was lost: {error}"[:LONGEST_REASON]) from error

    async def close(self) -> None:
        with contextlib.suppress(SMTPException, OSError):
            if self._smtp.is_connected:
                await self._smtp.quit(timeout=2)
        self._smtp.close()
