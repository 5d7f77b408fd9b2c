"""The services of the way as processes on a place of their own, and a look at how far each is."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from kafka import KafkaConsumer, TopicPartition
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine

from bench.place import place
from schemas.accounts import Role
from schemas.body import PROVIDER
from schemas.topics import heard_by
from services.kit import kafka
from services.kit.database import rows
from services.kit.http import Caller
from services.kit.http.tokens import Signer
from services.kit.settings import Settings

CHAIN = ("ingest", "dedupe", "publish")
PAUSE = 0.01
MOST_SECONDS = 300.0


class Operator(httpx.Auth):
    """Signs each call as the gateway would for one of the Provider's operators."""

    def __init__(self, settings: Settings) -> None:
        self._signer, self._actor = Signer(settings), f"user:{uuid4()}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        workspace_id = UUID(request.url.path.split("/")[4])
        request.headers["Authorization"] = f"Bearer {self._signer.sign(Caller(self._actor, Role.OPERATOR, workspace_id))}"
        yield request


@dataclass
class Way:
    """One walk over the way: the services that run for it, each as a process, and a look at how far they are."""

    settings: Settings
    workspace_id: UUID
    http: httpx.Client
    engine: Engine
    consumer: KafkaConsumer
    processes: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    def start(self, service: str, *roles: str) -> None:
        command = [sys.executable, "-m", f"services.{service}", *roles]
        self.processes[service] = subprocess.Popen(command, env=environment_of(self.settings))

    def stop(self, *services: str) -> None:
        ending = [self.processes.pop(name) for name in services]
        for process in ending:
            process.terminate()
        for process in ending:
            process.wait(timeout=60)

    def until(self, what: str, reached: Callable[[], bool]) -> None:
        """Raises RuntimeError when a service has ended, or after `MOST_SECONDS`."""
        stop = time.monotonic() + MOST_SECONDS
        while not reached():
            ended = [name for name, process in self.processes.items() if process.poll() is not None]
            if ended or time.monotonic() > stop:
                raise RuntimeError(
                    f"{what} was not reached" + (f": {', '.join(ended)} has ended" if ended else f" in {MOST_SECONDS:.0f} s")
                )
            time.sleep(PAUSE)

    def ready(self, service: str) -> None:
        self.until(f"readiness of {service}", partial(self._is_ready, service))

    def begun(self, service: str) -> None:
        """Return once a service holds the partitions that it reads, and so begins to."""
        self.until(f"the begin of {service}", partial(self._has_begun, service))

    def rest(self, *services: str) -> None:
        """Return once these services, in the order of the way, have read all that there is and told what comes of it."""
        for name in services:
            self.until(f"the end of {name}", partial(self._rests, name))

    def url(self, service: str, rest: str, workspace_id: UUID | None = None) -> str:
        return f"{self.settings.url_of(service)}/api/{service}/workspaces/{workspace_id or self.workspace_id}/{rest}"

    def define_segment(self, name: str, rule: dict[str, str]) -> None:
        self.http.post(self.url("publish", "segments"), json={"name": name, "rule": rule}).raise_for_status()

    def bring_in(self, files: Sequence[Path]) -> None:
        """Upload all files, and return when all their records are on the bus."""
        begun = [self._upload(file) for file in files]
        for import_id in begun:
            self.until("the end of an import", partial(self._imported, import_id))
        self.rest("ingest")

    def review(self) -> None:
        """The Provider publishes all, the manager approves all."""
        for act, state in (("publish", "proposed"), ("approve", "published")):
            self.http.post(self.url("publish", f"contacts/{act}"), json={"state": state}).raise_for_status()
        self.rest("publish")

    def approved(self) -> int:
        found = self.http.get(self.url("publish", "contacts/counts")).raise_for_status()
        return int(found.json().get("approved", 0))

    def _upload(self, file: Path) -> str:
        with file.open("rb") as content:
            answer = self.http.post(
                self.url("ingest", "imports", PROVIDER), files={"file": (file.name, content)}, data={"source": file.stem}
            )
        return str(answer.raise_for_status().json()["import_id"])

    def _imported(self, import_id: str) -> bool:
        found = self.http.get(self.url("ingest", f"imports/{import_id}", PROVIDER)).raise_for_status().json()
        if found["state"] == "failed":
            raise RuntimeError(f"{found['file_name']} could not be imported: {found['reason']}")
        return bool(found["state"] == "finished")

    def _is_ready(self, service: str) -> bool:
        try:
            return self.http.get(f"{self.settings.url_of(service)}/health/ready", auth=None).is_success
        except httpx.TransportError:
            return False

    def _has_begun(self, service: str) -> bool:
        return len(self._positions(service)) == len(inputs(service)) * self.settings.topic_partitions

    def _positions(self, service: str) -> dict[TopicPartition, int]:
        with self.engine.connect() as connection:
            found = rows(connection, f"SELECT topic, partition, next_offset FROM {service}.positions")
        heard = inputs(service)
        return {TopicPartition(self.settings.topic_name(r.topic), r.partition): r.next_offset for r in found if r.topic in heard}

    def _rests(self, service: str) -> bool:
        # What waits is asked after the positions, which are moved in the transaction that fills the outbox.
        positions = self._positions(service)
        if positions and self.consumer.end_offsets(list(positions)) != positions:
            return False
        waiting = [f"SELECT FROM {service}.outbox", *(["SELECT FROM publish.reviews"] if service == "publish" else [])]
        with self.engine.connect() as connection:
            return not rows(connection, f"{' UNION ALL '.join(waiting)} LIMIT 1")


def inputs(service: str) -> set[str]:
    """The topics that it hears of the services before it on the way."""
    return {topic.name for topic in heard_by(service) if topic.writer in CHAIN}


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables of this process, with these settings and no others."""
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    plain = {name: plain_of(value) for name, value in values.items() if value is not None}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SMARTLEADS_")}
    return kept | {f"SMARTLEADS_{name.upper()}": value for name, value in plain.items()}


def plain_of(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def way() -> Iterator[Way]:
    """On a place of its own, with topics; ends the services that were started."""
    with place() as placed:
        urls = {f"{name}_url": f"http://127.0.0.1:{free_port()}" for name in CHAIN}
        settings = placed.model_copy(update={**urls, "log_level": "WARNING"})
        kafka.make_topics(settings)
        engine, consumer = create_engine(settings.owner_url), KafkaConsumer(**kafka.connection(settings))
        with httpx.Client(auth=Operator(settings), timeout=MOST_SECONDS) as http:
            made = Way(settings, uuid4(), http, engine, consumer)
            try:
                yield made
            finally:
                made.stop(*made.processes)
                consumer.close()
                engine.dispose()
                kafka.delete_topics(settings)
