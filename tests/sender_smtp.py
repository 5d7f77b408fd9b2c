"""A small SMTP server that keeps what it takes and misbehaves on demand: by the recipient's name, or by how it was made."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

LATE_SECONDS = 3.0


@dataclass
class Sink:
    """`taken` are the mails for which it has answered 250, or would have if it had not dropped the line."""

    greeting: str = "220 sink"
    mail_answer: str = "250 ok"
    auth_answer: str = "235 welcome"
    starttls: bool = False
    think_seconds: float = 0.0
    """Between the mail's end and the answer."""
    keeps: bool = True
    most_mails: int | None = None
    """Per connection; then 421."""
    taken: list[bytes] = field(default_factory=list)
    offered: int = 0
    connections: int = 0
    port: int = 0

    def message_ids(self) -> list[str]:
        return [found[1].decode() for raw in self.taken if (found := re.search(rb"Message-ID: (<[^>]+>)", raw))]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await Talk(self, reader, writer).run()
        writer.close()


class Dropped(Exception):  # noqa: N818
    """The server hangs up."""


@dataclass
class Talk:
    """One connection."""

    sink: Sink
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    recipient: str = ""
    mails: int = 0

    async def run(self) -> None:
        with suppress(Dropped):
            await self.say(self.sink.greeting)
            while line := await self.reader.readline():
                await self.command(line.decode("latin-1").strip())

    async def say(self, *lines: str) -> None:
        self.writer.write("".join(line + "\r\n" for line in lines).encode())
        await self.writer.drain()

    async def command(self, line: str) -> None:
        verb = line.partition(" ")[0].upper()
        match verb:
            case "EHLO":
                await self.say("250-sink", *(["250-STARTTLS"] if self.sink.starttls else []), "250 AUTH PLAIN LOGIN")
            case "STARTTLS":
                # What follows is no TLS: the handshake fails.
                await self.say("220 go on", "this is no handshake")
                raise Dropped
            case "AUTH":
                await self.say(self.sink.auth_answer)
            case "MAIL":
                full = self.sink.most_mails is not None and self.mails >= self.sink.most_mails
                await self.say("421 enough for one connection" if full else self.sink.mail_answer)
                if full:
                    raise Dropped
            case "RCPT":
                await self.rcpt(line)
            case "DATA":
                await self.data()
            case "QUIT":
                await self.say("221 bye")
                raise Dropped
            case _:
                await self.say("250 ok")

    async def rcpt(self, line: str) -> None:
        found = re.search(r"<([^@>]*)@", line)
        self.recipient = found[1] if found else ""
        self.sink.offered += 1
        code = re.match(r"rcpt(\d{3})", self.recipient)
        await self.say(f"{code[1]} as you wish" if code else "250 ok")

    async def data(self) -> None:
        if self.recipient.startswith("cut-before-data"):
            raise Dropped
        if code := re.match(r"predata(\d{3})", self.recipient):
            await self.say(f"{code[1]} not now")
            return
        await self.say("354 go on")
        content = await self.reader.readuntil(b"\r\n.\r\n")
        self.mails += 1
        await self.answer(content[:-3].replace(b"\r\n..", b"\r\n."))

    async def answer(self, content: bytes) -> None:
        if self.recipient.startswith("drop-untaken"):
            raise Dropped
        code = re.match(r"data(\d{3})", self.recipient)
        if code is None and self.sink.keeps:
            self.sink.taken.append(content)
        if self.recipient.startswith("drop-taken"):
            raise Dropped
        if self.sink.think_seconds:
            await asyncio.sleep(self.sink.think_seconds)
        if self.recipient.startswith("late"):
            await asyncio.sleep(LATE_SECONDS)
        await self.say("nonsense" if self.recipient.startswith("nonsense") else f"{code[1]} no" if code else "250 taken")


@contextmanager
def serving(sink: Sink) -> Iterator[Sink]:
    """Serves on a port of 127.0.0.1, in a thread with a loop of its own."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(sink.serve, "127.0.0.1", 0, limit=2**24))
    sink.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def end(server: asyncio.Server) -> None:
    server.close()
    for task in asyncio.all_tasks():
        if task is not asyncio.current_task():
            task.cancel()
    await asyncio.sleep(0)
