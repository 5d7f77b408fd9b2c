"""One program as data, and its process: started, waited for, stopped by its own pid."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.errors import StackError


@dataclass(frozen=True)
class Program:
    """What to run, in `folder`. `prepare` makes what it needs on disk; `hint` is what to do when it dies while starting."""

    title: str
    argv: tuple[str, ...]
    folder: Path
    hint: str
    prepare: Callable[[], None] = lambda: None
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM


def last_lines(log: Path, count: int = 12, start: int = 0) -> tuple[str, ...]:
    """The last `count` lines that were written to the log behind byte `start`."""
    if not log.exists():
        return ()
    with log.open("rb") as file:
        file.seek(max(start, log.stat().st_size - 65_536))
        return tuple(file.read().decode(errors="replace").splitlines()[-count:])


class Running:
    """A program's process. Not shared between threads."""

    def __init__(self, program: Program, log: Path) -> None:
        """Start it, its output appended to `log`; `wait_until` tells whether it lives."""
        program.prepare()
        self.program = program
        self._log = log
        self._log_start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            # A session of its own: Ctrl-C reaches the launcher alone, which then stops its programs in order.
            self._process = subprocess.Popen(
                program.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=program.folder,
                env={**os.environ, **program.env},
                start_new_session=True,
                **credentials(program.user),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def died(self) -> StackError | None:
        """Why it ended, if it did."""
        code = self._process.poll()
        return None if code is None else self._error(f"ended with exit code {code}")

    def wait_until(self, ready: Callable[[], bool], within: float = 60.0) -> None:
        """Return when `ready`; a StackError when it died or took longer than so many seconds."""
        deadline = time.monotonic() + within
        while not ready():
            if error := self.died():
                raise error
            if time.monotonic() > deadline:
                raise self._error(f"did not answer within {within:.0f} s")
            time.sleep(0.1)

    def stop(self, within: float = 20.0) -> None:
        """Ask it to end, and end it if it does not within so many seconds."""
        if self._process.poll() is None:
            self._process.send_signal(self.program.stop_signal)
            try:
                self._process.wait(within)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _error(self, what: str) -> StackError:
        return StackError(f"{self.program.title} {what}.", self.program.hint, last_lines(self._log, start=self._log_start))


def credentials(user: str | None) -> dict[str, Any]:
    """Arguments of `subprocess` that make a child run as a system user and nothing more; none for None."""
    return {} if user is None else {"user": user, "group": group_of(user), "extra_groups": []}


def group_of(user: str) -> int:
    """The primary group of a system user."""
    import pwd  # noqa: PLC0415  absent on Windows, where nobody is root

    return pwd.getpwnam(user).pw_gid
