"""A service's worker: hears its topics inside a loop that others share, begins anew when Kafka fails it, and watches itself."""

import asyncio
import functools
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from typing import Any

from aiokafka.errors import KafkaError as AioKafkaError

from services.kit import log
from services.kit.clock import Clock
from services.kit.codec import Codec
from services.kit.database import Database
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from services.kit.stream import deadletters, positions
from services.kit.stream.app import BatchApp
from services.kit.stream.batch import Partition
from services.kit.stream.compare import compare
from services.kit.stream.lanes import Lanes, pause_after
from services.kit.stream.positions import Identity
from services.kit.stream.shell import Hears, Shell
from services.kit.stream.transport import BATCH_RECORDS
from services.kit.stream.watch import Watch

MOST_THREADS = 4
"""Batches in work at once; each holds a connection to the database, and may ask the vault over another."""
SECONDS_TO_STOP = 30.0
WATCH_SECONDS = 15.0


class Worker:
    """Runs from `start` to `stop`, beside other workers of the same service on this or other machines.

    `stalled_after`: seconds that a partition may stand still with events before it, until the worker is not ready any more.
    `batch_records`: most events of a batch. `group`: the name under which workers share partitions, `smartleads.<service>`;
    what they heard is stored by service, whatever the group.
    """

    def __init__(  # noqa: PLR0917 - a worker needs no fewer
        self,
        settings: Settings,
        service: str,
        hears: Sequence[Hears],
        database: Database,
        codec: Codec,
        clock: Clock,
        *,
        stalled_after: float = 120.0,
        batch_records: int = BATCH_RECORDS,
        group: str | None = None,
    ) -> None:
        self._settings, self._service, self._database = settings, service, database
        self._topics = [h.topic for h in hears]
        self._shell = Shell(service, hears, database, codec, clock)
        self._batch_records = batch_records
        self._group = settings.kafka_topic_prefix + (group or f"smartleads.{service}")
        self._watch = Watch(service, stalled_after)
        self._log = log.get(__name__)
        self._why: str | None = "not started"
        self._app: BatchApp | None = None

    async def start(self) -> None:
        """Begin, in the background: it waits for Kafka and the database as long as it must."""
        self._loop = asyncio.get_running_loop()
        self._running = self._loop.create_task(self._run(), name=f"stream-{self._service}")

    async def wait(self, stopping: asyncio.Event) -> None:
        """Returns when `stopping` is set. Raises what ended the worker before: Diverged, or a bug."""
        stop = self._loop.create_task(stopping.wait())
        await asyncio.wait({stop, self._running}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if self._running.done():
            self._running.result()

    async def stop(self) -> None:
        """Leave the group at once; batches in work are finished first, whether stored or not."""
        self._running.cancel()
        await asyncio.wait({self._running})
        self._why = "stopped"

    async def _run(self) -> None:
        failures = 0
        while True:
            began = self._loop.time()
            try:
                identity = await asyncio.to_thread(compare, self._settings, self._service, self._database, self._topics)
                await self._live(identity)
            except (Unavailable, AioKafkaError) as error:
                failures = 1 if self._loop.time() - began > WATCH_SECONDS else failures + 1
                self._why = error.reason if isinstance(error, Unavailable) else f"Kafka failed: {error!r}"
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                self._why = str(error)
                self._log.error("stream ended", why=self._why)
                raise
            pause = pause_after(failures, 0.5)
            self._log.warning("stream will begin anew", why=self._why, seconds=round(pause, 1))
            await asyncio.sleep(pause)

    async def _live(self, identity: Identity) -> None:
        """Hear until cancelled. Raises what the app or a lane failed with."""
        lanes = Lanes(self._service, self._shell, functools.partial(self._stored, identity), min(MOST_THREADS, len(self._topics)))
        app = BatchApp(self._settings, self._group, lanes, self._batch_records)
        for topic in self._topics:
            app.hear(topic)
        parts = [self._loop.create_task(self._serve(app)), self._loop.create_task(self._fail(app)), lanes.broken]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            self._app = None
            for part in parts:
                part.cancel()
            await asyncio.wait(parts)
            await stop_app(app)
            await lanes.close()

    async def _fail(self, app: BatchApp) -> None:
        raise await app.failed()

    async def _serve(self, app: BatchApp) -> None:
        """Start the app, which takes until it has its partitions, and keep watch over it."""
        await app.start()
        self._app, self._why = app, None
        self._log.info("stream hears", topics=[topic.name for topic in self._topics])
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            # aiokafka would ask for a topic that is gone again and again without a pause; beginning anew waits for it in peace.
            if gone := [topic.name for topic in self._topics if not app.lanes.consumer.has_topic(topic.name)]:
                raise Unavailable(f"Kafka has no topic {', '.join(gone)} any more")
            try:
                await self._look(app.lanes)
            except (AioKafkaError, Unavailable) as error:
                self._log.warning("watch could not look", why=str(error))

    async def _look(self, lanes: Lanes) -> list[dict[str, Any]]:
        """Raises Unavailable or KafkaError."""
        ends = await lanes.consumer.ends()
        parked = await lanes.in_thread(self._count_parked)
        return self._watch.look(lanes.lanes, ends, parked, self._loop.time())

    def _stored(self, identity: Identity, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        with self._database.transaction() as connection:
            return positions.stored(connection, self._service, partitions, identity)

    def _count_parked(self) -> int:
        with self._database.transaction() as connection:
            return deadletters.count(connection, self._service)

    def health(self) -> dict[str, Any]:
        """What kit.health says it is, looked up now; from any thread but the loop's own."""
        app, why, found = self._app, self._why, []
        if app is not None and why is None:
            future = asyncio.run_coroutine_threadsafe(self._look(app.lanes), self._loop)
            try:
                found = future.result(5)
            except (AioKafkaError, Unavailable, TimeoutError, CancelledError) as error:
                why = f"Kafka or the database did not answer: {error!r}"
            else:
                why = self._watch.trouble or ("waiting for partitions" if app.rebalancing else None)
        return {"ready": why is None, "why": why, "partitions": found, "parked": self._watch.parked}


async def stop_app(app: BatchApp) -> None:
    """Stop what was started of it, and leave the group."""
    try:
        await asyncio.wait_for(app.stop(), SECONDS_TO_STOP)
    except TimeoutError:
        log.get(__name__).error("stream did not stop in time", seconds=SECONDS_TO_STOP)
