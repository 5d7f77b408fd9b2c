"""Processes that a supervisor left behind when it was killed itself: known by the mark in their environment."""

import signal
from pathlib import Path

import psutil

from deploy.local.supervision import MARK

_GENTLY = {"postgres": signal.SIGINT}


def end_leftovers(home: Path) -> list[str]:
    """End what bears this stack's mark, when its supervisor is gone; returns their names with pids."""
    found = [process for process in psutil.process_iter() if stack_of(process) == str(home)]
    said = [f"{process.name()} (pid {process.pid})" for process in found]
    for process in found:
        process.send_signal(_GENTLY.get(process.name(), signal.SIGTERM))
    _, alive = psutil.wait_procs(found, timeout=20)
    for process in alive:
        process.kill()
    return said


def stack_of(process: psutil.Process | None) -> str | None:
    """The folder of the stack that the process belongs to, if it does to one."""
    try:
        return process.environ().get(MARK) if process else None
    except (psutil.Error, OSError):  # another user's, or gone meanwhile
        return None
