"""Runs one service: its worker (stream, relay, loops), its API, or both in one process."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import APIRouter

from services.kit import log, loops, memory
from services.kit.clock import Clock, clock_of
from services.kit.codec import Codec
from services.kit.database import Database
from services.kit.errors import Unavailable
from services.kit.health import Health
from services.kit.http import create_app
from services.kit.loops import Loop
from services.kit.relay import Relay
from services.kit.secrets import Secrets
from services.kit.settings import Settings
from services.kit.stream import Diverged, Hears, Worker
from services.kit.vault import Vault


@dataclass(frozen=True)
class Context:
    """What a service's parts are made with."""

    name: str
    settings: Any
    clock: Clock

    @cached_property
    def worker(self) -> Database:
        return Database(self.settings, self.name, "worker")

    @cached_property
    def api(self) -> Database:
        return Database(self.settings, self.name, "api")

    @cached_property
    def codec(self) -> Codec:
        return Codec(Vault(self.worker, self.settings.master_key_bytes))

    @cached_property
    def secrets(self) -> Secrets:
        return Secrets(self.settings.master_key_bytes)


def nothing(_: Context) -> Sequence[Any]:
    return ()


def never_busy(_: Context) -> int:
    return 0


@dataclass(frozen=True)
class Service:
    """What a service is made of; `__main__` gives it to `main`.

    `busy` counts what is to be done at this very time of the clock (due steps, mails to send): 0 when the service is at rest.
    """

    name: str
    settings: type[Settings] = Settings
    hears: Callable[[Context], Sequence[Hears]] = nothing
    routers: Callable[[Context], Sequence[APIRouter]] = nothing
    loops: Callable[[Context], Sequence[Loop]] = nothing
    busy: Callable[[Context], int] = never_busy
    tells: bool = True
    """Whether it has an event store, and so a relay."""


@dataclass
class Running:
    """A service that runs in this process until `stopping` is set or one of its parts ends."""

    service: Service
    context: Context
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, *, worker: bool, api: bool) -> None:
        health = Health(self.context, self.service.busy, self._database(worker=worker))
        async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            if worker:
                await self._start_worker(stack, tasks, health)
            # Without the API's own routes, a worker still answers for its health and metrics.
            routers = self.service.routers(self.context) if api else ()
            server = self._server(health, routers)
            tasks.create_task(self._serve(server))
            memory.settle()
            log.get(__name__).info("service started", worker=worker, api=api)
            await self.stopping.wait()
            server.should_exit = True

    def _database(self, *, worker: bool) -> Database | None:
        if not self.service.tells:
            return None
        return self.context.worker if worker else self.context.api

    async def _start_worker(self, stack: contextlib.AsyncExitStack, tasks: asyncio.TaskGroup, health: Health) -> None:
        if self.service.tells:
            relay = Relay(self.context.settings, self.context.name)
            relay.start()
            stack.callback(relay.stop)
            health.relay = relay
        hears = self.service.hears(self.context)
        if hears:
            context = self.context
            stream = Worker(context.settings, context.name, hears, context.worker, context.codec, context.clock)
            await stream.start()
            stack.push_async_callback(stream.stop)
            tasks.create_task(stream.wait(self.stopping), name="stream")
            health.stream = stream
        for loop in self.service.loops(self.context):
            tasks.create_task(loops.run(loop, self.stopping), name=loop.name)

    def _server(self, health: Health, routers: Sequence[APIRouter]) -> "Server":
        address = urlsplit(self.context.settings.url_of(self.context.name))
        app = create_app(self.context, routers, health)
        return Server(
            uvicorn.Config(
                app,
                host=self.context.settings.listen_host,
                port=address.port or 80,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=5,
            )
        )

    async def _serve(self, server: "Server") -> None:
        await server.serve()
        if not self.stopping.is_set():
            raise Unavailable(f"the HTTP server of {self.context.name} ended: is its port taken?")


class Server(uvicorn.Server):
    """Leaves the signals to the service, which has more to stop than the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(service: Service, arguments: Sequence[str] = ()) -> int:
    """Run `worker`, `api`, or without an argument both, until SIGTERM or SIGINT. Returns the exit status."""
    roles = list(arguments) or ["worker", "api"]
    if not set(roles) <= {"worker", "api"}:
        sys.stderr.write(f"usage: python -m services.{service.name} [worker|api]\n")
        return 2
    settings = service.settings()
    log.configure(service.name, settings)
    context = Context(service.name, settings, clock_of(settings))
    return asyncio.run(until_signalled(Running(service, context), worker="worker" in roles, api="api" in roles))


async def until_signalled(running: Running, *, worker: bool, api: bool) -> int:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.stopping.set)
    status = 0
    try:
        await running.run(worker=worker, api=api)
    except* (Unavailable, Diverged) as errors:
        for error in errors.exceptions:
            log.get(__name__).error("service stopped", why=str(error))
        status = 1
    return status
