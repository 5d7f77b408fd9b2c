"""What one idle worker costs: CPU of a process that hears five topics on which nothing happens, as a share of one core.

`python -m bench.idle [runs]`; each run looks for 20 seconds.
"""

import asyncio
import logging
import sys
import time

from bench.place import place
from bench.report import report, tell
from schemas.topics import heard_by
from services.kit.database import Database
from services.kit.settings import Settings
from services.kit.stream import Hears
from tests.chaos.bed import lay_bed, topics, until, worker_over, write_down

SECONDS = 20.0
HEARD = heard_by("publish")


async def measure(settings: Settings, database: Database, times: int) -> list[float]:
    worker = worker_over(settings, database, *(Hears(topic, write_down) for topic in HEARD))
    await worker.start()
    await until(lambda: worker.health()["ready"], "the worker to be ready")
    shares = []
    for _ in range(times):
        cpu, clock = time.process_time(), time.perf_counter()
        await asyncio.sleep(SECONDS)
        shares.append(100 * (time.process_time() - cpu) / (time.perf_counter() - clock))
    await worker.stop()
    return shares


def main(times: int) -> None:
    logging.disable(logging.WARNING)
    with place() as settings, topics(settings, *HEARD):
        database = lay_bed(settings)
        shares = asyncio.run(measure(settings, database, times))
        database.close()
    tell(
        report(
            "idle",
            f"CPU of one idle worker that hears {len(HEARD)} topics",
            "% of a core",
            {"worker": shares},
            packages=("faust-streaming", "aiokafka"),
            figures={"goal": 1.0},
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
