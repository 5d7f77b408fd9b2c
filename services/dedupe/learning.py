"""Learning from the records that are stored, in a process of its own: the worker goes on meanwhile, and forgets what it took in memory.

Only the Provider's records are learned from: what a workspace imported has no effect outside it.
"""

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from time import monotonic
from uuid import UUID

from sqlalchemy import Connection

from schemas.body import PROVIDER
from services.dedupe import handlers, models, store
from services.dedupe.domain.linkage import census, knowledge
from services.dedupe.domain.linkage.knowledge import Knowledge
from services.dedupe.domain.record import NormalRecord
from services.dedupe.models import Judges
from services.kit import log
from services.kit.clock import Clock
from services.kit.codec import Codec
from services.kit.database import Database, rows
from services.kit.events import Work
from services.kit.settings import Settings

LEAST_RECORDS = 2_000
"""Records that it takes to know better than the first knowledge does."""
GROWTH = 1.5
"""Times as many records as were learned from: then it is time to learn again. What all records are judged by follows their number."""
SECONDS_BETWEEN_LOOKS = 10.0
LEARNING_LOCK = 7_105_202
"""Held by whoever learns: several workers would learn the same."""
AT_ONCE = 10_000
"""Records that are read at a time."""


def is_due(connection: Connection, version: int) -> bool:
    known = rows(connection, "SELECT records FROM knowledge WHERE version = :version", version=version)
    return store.count_people(connection, PROVIDER) >= max(LEAST_RECORDS, GROWTH * (known[0].records if known else 0))


def learn(database: Database, version: int) -> Knowledge:
    """From what is stored at this moment."""
    with database.transaction() as connection:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        total = store.count_people(connection, PROVIDER)

        def read() -> Iterator[tuple[NormalRecord, UUID | None]]:
            for each in store.all_people(connection, PROVIDER, AT_ONCE):
                yield each.record, each.person_id

        return census.learn(read, total, version)


def learn_elsewhere(settings: Settings, version: int, out: Pipe) -> None:
    """What the process of its own does: sends what was learned, or nothing where another worker's is at it already."""
    database = Database(settings, "dedupe")
    try:
        with database.transaction() as connection:
            [row] = rows(connection, "SELECT pg_try_advisory_xact_lock(:lock) AS mine", lock=LEARNING_LOCK)
            out.send_bytes(knowledge.write(learn(database, version)) if row.mine else b"")
    finally:
        database.close()


@dataclass
class Learner:
    """A step of the worker's loop: judge again what waits for it, begin to learn when it is time, and take up what was learned."""

    database: Database
    codec: Codec
    clock: Clock
    judges: Judges
    settings: Settings
    batch: int = 500
    _ask_after: float = field(default=0.0, init=False)
    _learning: tuple[BaseProcess, Pipe] | None = field(default=None, init=False)

    def step(self) -> int:
        if self._learning is None:
            self._look_round()
        else:
            process, pipe = self._learning
            if pipe.poll() or not process.is_alive():
                return self._take_up(process, pipe)
        return self.look_again()

    def _look_round(self) -> None:
        """Now and then: for records that the version in use has missed, and for whether it is time to learn the next one."""
        if monotonic() < self._ask_after:
            return
        self._ask_after = monotonic() + SECONDS_BETWEEN_LOOKS
        with self.database.transaction() as connection:
            version = models.latest_version(connection)
            models.ask_for_late_ones(connection, version)
            due = is_due(connection, version)
        if due:
            apart = multiprocessing.get_context("spawn")
            here, there = apart.Pipe(duplex=False)
            process = apart.Process(target=learn_elsewhere, args=(self.settings, version + 1, there), name="dedupe learning", daemon=True)
            process.start()
            there.close()
            self._learning = process, here
            log.get(__name__).info("learning begins", version=version + 1)

    def look_again(self) -> int:
        with self.database.transaction() as connection:
            work = Work(connection, self.codec, self.clock(), "service:dedupe", f"again-{self.clock():%Y%m%dT%H%M%S}")
            many, told = handlers.look_again(work, self.judges, self.batch)
            work.append(told)
        return many

    def _take_up(self, process: BaseProcess, pipe: Pipe) -> int:
        """What was learned is in use from now on, unless another worker has been faster. If nothing came, it is tried again later."""
        try:
            sent = pipe.recv_bytes()
        except EOFError:
            sent = b""
            log.get(__name__).error("learning ended without a result", exit_code=process.exitcode)
        self.close()
        if not sent:
            return 0
        learned = knowledge.read(sent)
        with self.database.transaction() as connection:
            store.lock_scopes(connection, [PROVIDER])
            if models.latest_version(connection) < learned.version:
                models.keep(connection, learned)
                log.get(__name__).info("learned", version=learned.version, records=learned.records, prior=round(learned.model.prior, 2))
        return 1

    def close(self) -> None:
        """A learning that is not at its end is given up: it has changed nothing."""
        if self._learning:
            (process, pipe), self._learning = self._learning, None
            pipe.close()
            process.terminate()
            process.join()
