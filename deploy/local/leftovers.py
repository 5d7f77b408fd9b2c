"""Processes that a supervisor left behind when it was killed itself: known by the mark in their environment."""

import signal
from pathlib import Path

import psutil

from deploy.local.supervision import MARK

_GENTLY = {"postgres": signal.SIGINT}


def end_leftovers(home: Path, supervisor_pid: int = 0) -> list[str]:
    """End what bears this stack's mark and no longer has its supervisor; returns their names with pids."""
    if supervisor_pid:
        return []
    found = [process for process in psutil.process_iter() if _is_ours(process, home)]
    said = [f"{process.name()} (pid {process.pid})" for process in found]
    for process in found:
        process.send_signal(_GENTLY.get(process.name(), signal.SIGTERM))
    _, alive = psutil.wait_procs(found, timeout=20)
    for process in alive:
        process.kill()
    return said


def _is_ours(process: psutil.Process, home: Path) -> bool:
    try:
        return process.environ().get(MARK) == str(home)
    except (psutil.Error, OSError):  # another user's, or gone meanwhile
        return False
