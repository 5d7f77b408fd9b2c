"""`python -m tests.chaos.service [relay]`: the test service's worker, or its relay, as a process of its own, to be ended by force.

Settings come by the environment. `CRASH_AT` names a point of a batch's way at which it ends itself, without a word, when it gets
there for the `CRASH_AFTER`th time; the relay does so between the broker's ack and the emptying of the outbox.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from services.kit import log, relay
from services.kit.database import Database
from services.kit.publisher import Publisher
from services.kit.relay import Relay
from services.kit.settings import Settings
from services.kit.stream import Hears, Shell, positions
from tests.builders import BED
from tests.chaos.bed import TOPIC, worker_over, write_down

POINTS = ("before the position moves", "after the position moved", "after the effects", "before the commit", "after the commit")


def dying(work: Callable[..., Any], *, first: bool) -> Callable[..., Any]:
    """`work`, but when its time has come, this process ends before it (`first`) or after it."""
    left = [int(os.environ["CRASH_AFTER"])]

    def step(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if first and not left[0]:
            os._exit(9)
        result = work(*arguments, **named)
        if not left[0]:
            os._exit(9)
        return result

    return step


async def main(point: str) -> None:
    settings = Settings()
    log.configure("test", settings)
    database, handler = Database(settings, BED), write_down
    match point:
        case "before the position moves":
            positions.move = dying(positions.move, first=True)
        case "after the position moved":
            positions.move = dying(positions.move, first=False)
        case "after the effects":
            handler = dying(write_down, first=False)
        case "before the commit":
            event.listen(database.engine, "commit", dying(lambda _: None, first=True))
        case "after the commit":
            Shell._store = dying(Shell._store, first=False)  # type: ignore[method-assign]
    options = {"batch_records": int(os.environ["BATCH"]), "group": os.environ.get("GROUP")}
    worker = worker_over(settings, database, Hears(TOPIC, handler), **options)
    await worker.start()
    await worker.wait(asyncio.Event())


def relay_until_dead() -> None:
    settings = Settings()
    relay.BATCH = int(os.environ["BATCH"])
    Publisher.publish = dying(Publisher.publish, first=False)  # type: ignore[method-assign]
    running = Relay(settings, BED)
    running.start()
    threading.Event().wait()


if __name__ == "__main__":
    if sys.argv[1:] == ["relay"]:
        relay_until_dead()
    else:
        asyncio.run(main(os.environ.get("CRASH_AT", "")))
