"""The shell around batches: one transaction for effects, position and what was heard; every failure has its place here.

Unavailable and Moved go up to the lane, which tries again from the stored position. Any other exception means that some event
cannot be handled: the batch is halved down to that one event, which is parked, and all others have their effect.
"""

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection

from schemas.topics import Topic
from services.kit import log, metrics
from services.kit.clock import Clock
from services.kit.codec import Codec, Heard
from services.kit.database import Database
from services.kit.errors import Rejected, Unavailable
from services.kit.events import Told, Work
from services.kit.stream import deadletters, inbox, positions
from services.kit.stream import letters as post
from services.kit.stream.batch import Batch, halves
from services.kit.stream.letters import Fault, Letter
from services.kit.stream.positions import Moved

Handler = Callable[[Sequence[Heard], Work], Iterable[Told]]


@dataclass(frozen=True)
class Hears:
    """A service hears a topic: each batch of one partition, in order, goes to the handler."""

    topic: Topic
    handler: Handler


class Shell:
    """Takes batches for one consumer. Does nothing but database work and the handler's own: runs in a thread, not in the loop."""

    def __init__(self, consumer: str, hears: Sequence[Hears], database: Database, codec: Codec, clock: Clock) -> None:
        self.consumer, self.database, self.codec = consumer, database, codec
        self._handlers = {h.topic.name: h.handler for h in hears}
        self._clock = clock
        self._log = log.get(__name__)

    def take(self, batch: Batch) -> None:
        """Returns when all of the batch has its effect or is parked, and the position is stored.

        Raises Unavailable (a part may be stored; the position says which) or Moved.
        """
        started = time.perf_counter()
        self._settle(batch, self._read(batch))
        metrics.BATCH_SECONDS.labels(self.consumer, batch.partition.topic).observe(time.perf_counter() - started)

    def _read(self, batch: Batch) -> Sequence[Letter]:
        try:
            return post.read(self.codec, batch.partition.number, batch.records)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the one place that may (STYLE.md, house rule 4)
            if len(batch.records) == 1:
                return [(batch.records[0], Fault("bug", trace_of(error), None))]
            return [letter for half, _ in halves(batch, batch.records) for letter in self._read(half)]

    def _settle(self, batch: Batch, letters: Sequence[Letter]) -> None:
        try:
            self._store(batch, letters)
        except (Unavailable, Moved):
            raise
        except Exception as error:  # noqa: BLE001 - the one place that may (STYLE.md, house rule 4)
            if len(letters) > 1:
                for half, part in halves(batch, letters):
                    self._settle(half, letters[part])
            else:
                self._park(batch, letters[0], error)

    def _store(self, batch: Batch, letters: Sequence[Letter]) -> None:
        partition = batch.partition
        with self.database.transaction() as connection:
            stored, anything_parked = positions.lock(connection, self.consumer, partition)
            if stored != batch.first:
                raise Moved(partition, stored, batch.first)
            envelopes = [content.envelope for _, content in letters if isinstance(content, Heard)]
            last = inbox.last_versions(connection, partition.topic, envelopes)
            keys = (record.key or b"" for record, _ in letters) if anything_parked else ()
            waiting = deadletters.parked_keys(connection, self.consumer, partition.topic, keys) if anything_parked else set()
            found = post.sort(letters, last, waiting)
            self.handle(connection, partition.topic, found.heard)
            deadletters.park(connection, self.consumer, partition, found.parked)
            positions.move(connection, self.consumer, partition, batch.first, batch.next)
        metrics.EVENTS_HANDLED.labels(self.consumer, partition.topic).inc(len(found.heard))
        for _, fault in found.parked:
            self._alarm(batch, fault)

    def handle(self, connection: Connection, topic: str, heard: Sequence[Heard]) -> None:
        """Let the handler decide, append what it tells, and remember what it heard; all in the caller's transaction."""
        if not heard:
            return
        # An event's own correlation id goes on by `because`; this one is for what a batch tells of itself.
        work = Work(connection, self.codec, self._clock(), f"service:{self.consumer}", f"{self.consumer}-{uuid4()}")
        with log.correlated(heard[0].envelope.correlation_id if len(heard) == 1 else work.correlation_id):
            work.append(self._handlers[topic](heard, work))
        inbox.remember(connection, topic, (h.envelope for h in heard))

    def _park(self, batch: Batch, letter: Letter, error: Exception) -> None:
        """Park the one event that fails, and step over it."""
        record, content = letter
        fault = fault_of(content, error)
        with self.database.transaction() as connection:
            positions.lock(connection, self.consumer, batch.partition)
            positions.move(connection, self.consumer, batch.partition, batch.first, batch.next)
            deadletters.park(connection, self.consumer, batch.partition, [(record, fault)])
        self._alarm(batch, fault)

    def _alarm(self, batch: Batch, fault: Fault) -> None:
        metrics.EVENTS_PARKED.labels(self.consumer, batch.partition.topic, fault.kind).inc()
        tell = self._log.warning if fault.kind == "behind" else self._log.error
        tell(
            "event parked",
            kind=fault.kind,
            reason=fault.reason,
            event_id=str(fault.event_id),
            topic=batch.partition.topic,
            partition=batch.partition.number,
        )


def fault_of(content: Heard | Fault, error: Exception) -> Fault:
    """What the one event's failure is called, with the reason for whoever reads the dead letters."""
    event_id = content.envelope.event_id if isinstance(content, Heard) else content.event_id
    if isinstance(error, Rejected):
        return Fault("rejected", error.reason, event_id)
    return Fault("bug", trace_of(error), event_id)


def trace_of(error: Exception) -> str:
    return "".join(traceback.format_exception(error))
