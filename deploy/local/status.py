"""What runs, as rows: state, process, memory, port, time since its start."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psutil
from rich.table import Table

from deploy.local.parts import Part
from deploy.local.settings import Ports
from deploy.local.supervision import Process, Supervisor

_WORDS = {
    "RUNNING": "running",
    "STARTING": "running",
    "BACKOFF": "restarting",
    "FATAL": "failed",
    "EXITED": "ended",
    "STOPPING": "stopping",
}


@dataclass(frozen=True)
class Row:
    name: str
    state: str
    pid: int | None
    rss_mb: float | None
    """Memory of the process and its children in 2^20 bytes; what they share counts once (PSS) where the system tells."""
    port: int
    uptime_s: int | None


def rows(supervisor: Supervisor, parts: Sequence[Part], ports: Ports) -> list[Row]:
    processes = supervisor.processes()
    return [_row(part, processes.get(part.name), ports.of(part.ports[0])) for part in parts]


def _row(part: Part, process: Process | None, port: int) -> Row:
    if process is None or not process.pid:
        state = "stopped" if process is None else _WORDS.get(process.state, "stopped")
        return Row(part.name, state, None, None, port, None)
    return Row(part.name, _WORDS.get(process.state, "stopped"), process.pid, memory_mb(process.pid), port, process.uptime)


def memory_mb(pid: int) -> float | None:
    """Of the process and its descendants; None when it has gone."""
    try:
        process = psutil.Process(pid)
        return round(sum(_bytes(each) for each in (process, *process.children(recursive=True))) / 2**20, 1)
    except psutil.NoSuchProcess:
        return None


def _bytes(process: psutil.Process) -> int:
    try:
        # PostgreSQL's processes share their buffers: adding up RSS would count these once for every connection.
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.uss))
    except psutil.AccessDenied:
        return int(process.memory_info().rss)


def as_json(found: Sequence[Row]) -> list[dict[str, Any]]:
    return [asdict(row) for row in found]


def as_table(found: Sequence[Row]) -> Table:
    table = Table("part", "state", "pid", "memory MB", "port", "up", box=None, header_style="bold")
    for row in found:
        colour = {"running": "green", "stopped": "dim"}.get(row.state, "red")
        memory = "" if row.rss_mb is None else f"{row.rss_mb:.0f}"
        table.add_row(row.name, f"[{colour}]{row.state}[/]", str(row.pid or ""), memory, str(row.port), _duration(row.uptime_s))
    total = sum(row.rss_mb or 0 for row in found)
    table.add_row("", "", "", f"[bold]{total:.0f}[/]", "", "")
    for name in ("pid", "memory MB", "port", "up"):
        next(column for column in table.columns if column.header == name).justify = "right"
    return table


def _duration(seconds: int | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
