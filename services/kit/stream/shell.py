"""The shell around batches: one transaction for effects, position and what was heard; every failure has its place here.

Unavailable and Moved go up to the lane, which tries again from the stored position. Any other exception means that some event
cannot be handled: the batch is halved down to that one event, which is parked, and all others have their effect.
"""

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast
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
from services.kit.stream.batch import Batch, Record, halves
from services.kit.stream.letters import Fault, Letter, Sorted
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
        """Both steps."""
        self.store(batch, self.read(batch))

    def read(self, batch: Batch) -> Sequence[Letter]:
        """Open the records. Raises Unavailable; whatever else goes wrong is the fault of single records."""
        try:
            return post.read(self.codec, batch.partition.number, batch.records)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the one place that may (STYLE.md, house rule 4)
            if len(batch.records) == 1:
                return [Fault("bug", trace_of(error), None)]
            return [letter for half, _ in halves(batch) for letter in self.read(half)]

    def store(self, batch: Batch, letters: Sequence[Letter]) -> None:
        """Returns when all of the batch has its effect or is parked, and the position is stored.

        Raises Unavailable (a part may be stored; the position says which) or Moved.
        """
        started = time.perf_counter()
        self._settle(batch, letters)
        metrics.BATCH_SECONDS.labels(self.consumer, batch.partition.topic).observe(time.perf_counter() - started)

    def _settle(self, batch: Batch, letters: Sequence[Letter]) -> None:
        try:
            self._store(batch, letters)
        except (Unavailable, Moved):
            raise
        except Exception as error:  # noqa: BLE001 - the one place that may (STYLE.md, house rule 4)
            if len(letters) == 1:
                self._park(batch, fault_of(letters[0], error))
            else:
                for half, part in halves(batch):
                    self._settle(half, letters[part])

    def _store(self, batch: Batch, letters: Sequence[Letter]) -> None:
        """Effects, what was heard, what is parked, and the position: all or nothing."""
        partition = batch.partition
        with self.database.transaction() as connection:
            anything_parked = positions.move(connection, self.consumer, partition, batch.first, batch.next)
            keys = {record.key or b"" for record in batch.records} if anything_parked else ()
            waiting = deadletters.parked_keys(connection, self.consumer, partition.topic, keys)
            found = self.handle(connection, partition.topic, batch.records, letters, waiting)
            deadletters.park(connection, self.consumer, partition, found.parked)
        metrics.EVENTS_HANDLED.labels(self.consumer, partition.topic).inc(len(found.heard))
        for _, fault in found.parked:
            self._alarm(batch, fault)

    def handle(
        self, connection: Connection, topic: str, records: Sequence[Record], letters: Sequence[Letter], waiting: set[bytes]
    ) -> Sorted:
        """Let the handler decide on what is new and has no key that waits, append what it tells, and remember what it heard."""
        seen = post.survey(letters)
        clean = not waiting and not seen.faults
        last = (inbox.exchange if clean else inbox.last_versions)(connection, topic, seen.last)
        if clean and seen.rising and all(version < seen.first[stream] for stream, version in last.items()):
            found = Sorted(cast("Sequence[Heard]", letters), [])
        else:
            found = post.sort(records, letters, last, waiting)
        if found.heard:
            # An event's own correlation id goes on by `because`; this one is for what a batch tells of itself.
            work = Work(connection, self.codec, self._clock(), f"service:{self.consumer}", f"{self.consumer}-{uuid4()}")
            with log.correlated(found.heard[0].envelope.correlation_id if len(found.heard) == 1 else work.correlation_id):
                work.append(self._handlers[topic](found.heard, work))
        if not clean:
            inbox.remember(connection, topic, post.survey(found.heard).last)
        return found

    def _park(self, batch: Batch, fault: Fault) -> None:
        """Park the one event that fails, and step over it."""
        with self.database.transaction() as connection:
            positions.move(connection, self.consumer, batch.partition, batch.first, batch.next)
            deadletters.park(connection, self.consumer, batch.partition, [(batch.records[0], fault)])
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


def fault_of(letter: Letter, error: Exception) -> Fault:
    """What the one event's failure is called, with the reason for whoever reads the dead letters."""
    event_id = letter.envelope.event_id if isinstance(letter, Heard) else letter.event_id
    if isinstance(error, Rejected):
        return Fault("rejected", error.reason, event_id)
    return Fault("bug", trace_of(error), event_id)


def trace_of(error: Exception) -> str:
    return "".join(traceback.format_exception(error))
