"""`python -m tests.chaos.dedupe_worker`: dedupe's worker as a process of its own, to be killed: its stream and its loop, each record
by record far enough for a kill to hit.

Settings come by the environment; `GROUP` is the consumer's group, so that none waits for the death of the one before to be noticed.
"""

import asyncio
import os
import threading

from services.dedupe import agents
from services.dedupe.learning import Learner
from services.dedupe.models import JUDGES
from services.kit import log
from services.kit.clock import system_clock
from services.kit.database import Database
from services.kit.settings import Settings
from services.kit.stream import Worker
from tests.builders import codec_over

BATCH = 40


def look_again_for_ever(learner: Learner, stopped: threading.Event) -> None:
    while not stopped.is_set():
        if not learner.look_again():
            stopped.wait(0.05)


async def main() -> None:
    settings = Settings()
    log.configure("dedupe", settings)
    database = Database(settings, "dedupe")
    codec = codec_over(settings, database)
    learner = Learner(database, codec, system_clock, JUDGES, settings, batch=BATCH)
    threading.Thread(target=look_again_for_ever, args=(learner, threading.Event()), daemon=True).start()
    worker = Worker(settings, "dedupe", agents.hears(JUDGES), database, codec, system_clock, batch_records=BATCH, group=os.environ["GROUP"])
    await worker.start()
    await worker.wait(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
