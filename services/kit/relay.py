"""The relay: what stands in the outbox is published in order, and taken out when the broker has it. One leader per service.

It may publish an event twice (a crash between the ack and the delete), never out of order within a stream, and loses none;
readers drop what they have heard by stream and version.
"""

import random
import select
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class that psycopg2 names in lower case
from psycopg2.extras import NamedTupleCursor

from schemas.topics import TOPIC_OF
from services.kit import log
from services.kit.codec import encode
from services.kit.errors import Unavailable
from services.kit.events import OUTBOX_CHANNEL, Meta, stored_envelope
from services.kit.publisher import Publisher, Record
from services.kit.settings import Settings

RELAY_LOCK = 7_105_002
BATCH = 4000
IDLE_SECONDS = 2.0
MOST_SECONDS_BETWEEN_TRIES = 10.0

FETCH = """
SELECT position, workspace_id, stream, version, type, key, event_id, body::text AS body, meta::text AS meta, occurred_at, recorded_at
FROM (SELECT position FROM outbox ORDER BY position LIMIT %s) AS waiting JOIN events USING (position) ORDER BY position
"""

_metas = msgspec.json.Decoder(Meta)


class Relay:
    """Runs in a thread of its own from `start` to `stop`; standing by while another process leads."""

    def __init__(self, settings: Settings, service: str, make_publisher: Callable[[Settings, str], Publisher] = Publisher) -> None:
        self._settings, self._service, self._make_publisher = settings, service, make_publisher
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"relay-{service}", daemon=True)
        self._log = log.get(__name__)
        self._topic_names = {body.__name__: settings.topic_name(topic.name) for body, topic in TOPIC_OF.items()}
        self.published = 0
        self.leading = False
        self.trouble: str | None = None
        """Why nothing is being published just now, or None."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=20)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self._lead()
                failures = 0
            except (psycopg2.Error, Unavailable) as error:
                failures += 1
                self.trouble = str(error).strip().split("\n", 1)[0]
                pause = min(MOST_SECONDS_BETWEEN_TRIES, 0.2 * 2**failures) * random.uniform(0.5, 1)  # noqa: S311 - jitter
                self._log.warning("relay will try again", why=self.trouble, seconds=round(pause, 1))
                self._stopping.wait(pause)
            finally:
                self.leading = False

    def _lead(self) -> None:
        """Publish for as long as nothing fails; returns when stopping, or when another leads and it is time to ask again."""
        connection = self.connect()
        try:
            if not self._take_lead(connection):
                self._stopping.wait(IDLE_SECONDS)
                return
            with self._make_publisher(self._settings, f"{self._service}-relay") as publisher:
                self.leading = True
                while not self._stopping.is_set():
                    if not self.publish_once(connection, publisher):
                        self.trouble = None
                        wait_for_news(connection, IDLE_SECONDS, self._stopping)
        finally:
            connection.close()

    def connect(self) -> Connection:
        url = self._settings.role_url(self._service, "worker")
        return psycopg2.connect(
            host=url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            dbname=url.database,
            application_name=f"{self._service}-relay",
            options=f"-c search_path={self._service} -c timezone=UTC",
            connect_timeout=5,
            cursor_factory=NamedTupleCursor,
        )

    def _take_lead(self, connection: Connection) -> bool:
        with connection.cursor() as cursor:
            # The lock is the session's: it goes when the connection does, and the work below goes over the same connection.
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (RELAY_LOCK, self._service))
            [(leads,)] = cursor.fetchall()
            cursor.execute(f"LISTEN {OUTBOX_CHANNEL}")
        connection.commit()
        return bool(leads)

    def publish_once(self, connection: Connection, publisher: Publisher) -> int:
        """Publish the oldest batch that waits; returns how many. Raises Unavailable if the broker may not have all."""
        with connection.cursor() as cursor:
            cursor.execute(FETCH, (BATCH,))
            waiting: Sequence[Any] = cursor.fetchall()
            if waiting:
                publisher.publish([self._record(row) for row in waiting])
                cursor.execute("DELETE FROM outbox WHERE position = ANY(%s)", ([row.position for row in waiting],))
        connection.commit()
        self.published += len(waiting)
        return len(waiting)

    def _record(self, row: Any) -> Record:
        envelope = stored_envelope(row, _metas.decode(row.meta))
        return Record(self._topic_names[row.type], row.key.encode(), encode(envelope))


def wait_for_news(connection: Connection, seconds: float, stopping: threading.Event) -> None:
    """Return when somebody says that the outbox has something, when stopping, or after `seconds`."""
    until = time.monotonic() + seconds
    while not stopping.is_set() and time.monotonic() < until:
        ready, _, _ = select.select([connection], [], [], min(0.5, max(0.0, until - time.monotonic())))
        if ready:
            connection.poll()
            connection.notifies.clear()
            return
