"""Work that goes on by itself beside the stream: a planner, a sender, a mailbox reader."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from services.kit import log
from services.kit.errors import Unavailable

MOST_SECONDS_BETWEEN_TRIES = 30.0


@dataclass(frozen=True)
class Loop:
    """`step` does what there is to do now, in a thread, and returns how much that was; after nothing, it waits `idle` seconds."""

    name: str
    step: Callable[[], int]
    idle: float = 0.5
    close: Callable[[], None] | None = None
    """After the last step, in the same thread: ends what it holds open."""


async def run(loop: Loop, stopping: asyncio.Event) -> None:
    """Until stopping. Unavailable is waited out; any other error is a bug, ends the process, and the supervisor starts it anew."""
    logger, failures = log.get(__name__), 0
    with ThreadPoolExecutor(1, thread_name_prefix=loop.name) as thread:
        while not stopping.is_set():
            try:
                done = await asyncio.get_running_loop().run_in_executor(thread, loop.step)
                pause, failures = (0.0 if done else loop.idle), 0
            except Unavailable as error:
                failures += 1
                pause = min(MOST_SECONDS_BETWEEN_TRIES, error.retry_after * 2 ** (failures - 1))
                logger.warning("loop will try again", loop=loop.name, why=error.reason, seconds=pause)
            await wait(stopping, pause)
        if loop.close is not None:
            await asyncio.get_running_loop().run_in_executor(thread, loop.close)


async def wait(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
