"""One engine as data, and its process: started, waited for, stopped by its own pid."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.errors import StackError


@dataclass(frozen=True)
class Engine:
    """What to run. `ready` answers whether it serves; `hint` is what to do when it dies while starting."""

    name: str
    argv: tuple[str, ...]
    folder: Path
    ready: Callable[[], bool]
    hint: str
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    ready_within: float = 60.0

    @property
    def log(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.log")


def last_lines(log: Path, count: int = 12, start: int = 0) -> tuple[str, ...]:
    """The last `count` lines that were written to the log behind byte `start`."""
    if not log.exists():
        return ()
    with log.open("rb") as file:
        file.seek(max(start, log.stat().st_size - 65_536))
        return tuple(file.read().decode(errors="replace").splitlines()[-count:])


class Running:
    """An engine's process. Not shared between threads."""

    def __init__(self, engine: Engine) -> None:
        """Start it; `wait_until_ready` tells whether it lives."""
        self.engine = engine
        engine.log.parent.mkdir(parents=True, exist_ok=True)
        self._log_start = engine.log.stat().st_size if engine.log.exists() else 0
        with engine.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches the launcher alone, which then stops its engines in order.
            self._process = subprocess.Popen(
                engine.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=engine.folder,
                env={**os.environ, **engine.env},
                user=engine.user,
                group=None if engine.user is None else group_of(engine.user),
                extra_groups=None if engine.user is None else [],
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def died(self) -> StackError | None:
        """Why it ended, if it did."""
        code = self._process.poll()
        if code is None:
            return None
        lines = last_lines(self.engine.log, start=self._log_start)
        return StackError(f"{self.engine.name} ended with exit code {code}.", self.engine.hint, lines)

    def wait_until_ready(self) -> None:
        """Return when it serves; a StackError when it died or took longer than it may."""
        deadline = time.monotonic() + self.engine.ready_within
        while not self.engine.ready():
            if error := self.died():
                raise error
            if time.monotonic() > deadline:
                raise StackError(
                    f"{self.engine.name} did not answer within {self.engine.ready_within:.0f} s.",
                    self.engine.hint,
                    last_lines(self.engine.log, start=self._log_start),
                )
            time.sleep(0.1)

    def stop(self, within: float = 20.0) -> None:
        """Ask it to end, and end it if it does not within so many seconds."""
        if self._process.poll() is None:
            self._process.send_signal(self.engine.stop_signal)
            try:
                self._process.wait(within)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def group_of(user: str) -> int:
    """The primary group of a system user."""
    import pwd  # noqa: PLC0415  absent on Windows, where nobody is root

    return pwd.getpwnam(user).pw_gid
