"""One clock for all services, an argument to everything. Demo and flow tests step it; all others run on real time."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from services.kit.settings import Settings

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


class SteppedClock:
    """Reads the time, which stands still until it is stepped, from a file that all processes share."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self._path.read_text())

    def step_to(self, now: datetime) -> None:
        """Write the new time so that no reader sees half of it. Time never goes backwards."""
        if self._path.exists() and now < self():
            raise ValueError(f"the clock stands at {self().isoformat()} and cannot go back to {now.isoformat()}")
        part = self._path.with_suffix(".part")
        part.write_text(now.astimezone(UTC).isoformat())
        part.replace(self._path)


def clock_of(settings: Settings) -> Clock:
    """The stepped clock while its file exists (see `smartleads clock`), else real time: looked up at each call."""
    path = settings.clock_file
    if path is None:
        return system_clock
    stepped = SteppedClock(path)

    def now() -> datetime:
        try:
            return stepped()
        except FileNotFoundError:
            return system_clock()

    return now
