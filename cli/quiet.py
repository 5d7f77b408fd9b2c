"""Waits until the whole system is at rest: nothing in an outbox, nothing unread, nothing due at this time of the clock.

One look takes all outboxes and positions in one statement, so from one moment of the database, and then the ends of the topics: if
the outboxes are empty and every reader stands at the ends, nothing is on its way. What is due is asked after that; a second look that
finds the same ends tells that it had not just been done.
"""

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from sqlalchemy import create_engine

from schemas.topics import SERVICES, TOPICS, heard_by
from services.kit import kafka
from services.kit.clock import clock_of
from services.kit.database import rows
from services.kit.errors import Unavailable
from services.kit.service import Context, Service
from services.kit.settings import Settings

PAUSE = 0.05
KEEPING = tuple(service for service in SERVICES if service != "dashboard")
"""Those that have a schema of their own."""

OUTBOXES = " UNION ALL ".join(f"SELECT '{s}', NULL, NULL, count(*) FROM {s}.outbox" for s in KEEPING)  # noqa: S608
POSITIONS = " UNION ALL ".join(f"SELECT '{s}' AS service, topic, partition, next_offset AS n FROM {s}.positions" for s in KEEPING)  # noqa: S608

Ends = Mapping[tuple[str, int], int]


@dataclass(frozen=True)
class Unrest:
    """What keeps one service busy; all zero when it is at rest."""

    service: str
    outbox: int
    unread: int
    busy: int

    def __bool__(self) -> bool:
        return bool(self.outbox or self.unread or self.busy)

    def __str__(self) -> str:
        parts = {"in its outbox": self.outbox, "unread": self.unread, "due": self.busy}
        return f"{self.service}: " + ", ".join(f"{count} {what}" for what, count in parts.items() if count)


class Quiet:
    """Looks at the stores themselves, by the settings of who owns the database; a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine = create_engine(settings.owner_url)
        self._services = {name: wired(name) for name in KEEPING}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._consumer.close()
        self._engine.dispose()
        for _, context in self._services.values():
            context.worker.close()

    def wait(self, seconds: float = 180) -> None:
        """Return once all services are at rest. Raises Unavailable, naming who is not, after `seconds` without it."""
        until, before = time.monotonic() + seconds, None
        while True:
            ends, unrest = self.look()
            if not unrest and ends == before:
                return
            before = None if unrest else ends
            if time.monotonic() > until:
                raise Unavailable(f"not at rest after {seconds:.0f} s: {'; '.join(map(str, unrest))}")
            if unrest:
                time.sleep(PAUSE)

    def look(self) -> tuple[Ends, list[Unrest]]:
        """The ends of all topics, and every service that is not at rest."""
        with self._engine.connect() as connection:
            found = rows(connection, f"{POSITIONS} UNION ALL {OUTBOXES}")
        ends = self._ends()
        outbox = {row.service: row.n for row in found if row.topic is None}
        positions = {(row.service, row.topic, row.partition): row.n for row in found if row.topic}
        unrest = []
        for name, (service, context) in self._services.items():
            heard = {topic.name for topic in heard_by(name)}
            unread = sum(end - positions.get((name, *place), 0) for place, end in ends.items() if place[0] in heard)
            unrest.append(Unrest(name, outbox[name], unread, service.busy(context)))
        return ends, [each for each in unrest if each]

    @cached_property
    def _consumer(self) -> Any:
        return KafkaConsumer(**kafka.connection(self._settings))

    def _ends(self) -> Ends:
        partitions = {
            TopicPartition(self._settings.topic_name(topic.name), number): (topic.name, number)
            for topic in TOPICS
            for number in range(self._settings.topic_partitions)
        }
        try:
            return {partitions[place]: end for place, end in self._consumer.end_offsets(list(partitions)).items()}
        except KafkaError as error:
            raise Unavailable(f"Kafka did not answer at {self._settings.kafka_bootstrap}: {error}") from error


def wired(name: str) -> tuple[Service, Context]:
    """A service's parts, as its own `__main__` wires them."""
    service: Service = importlib.import_module(f"services.{name}.__main__").SERVICE
    settings = service.settings()
    return service, Context(name, settings, clock_of(settings))
