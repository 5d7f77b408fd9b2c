"""The parts' logs: the last lines of one or of all, and following them."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.program import last_lines

Show = Callable[[str, str], None]
"""Called with a part's name and one line of its log."""


def files(folder: Path) -> dict[str, Path]:
    """Log files by the part's name."""
    return {file.stem: file for file in sorted(folder.glob("*.log"))}


def show(chosen: Mapping[str, Path], lines: int, show_line: Show) -> None:
    for name, file in chosen.items():
        for line in last_lines(file, lines):
            show_line(name, line)


def follow(chosen: Mapping[str, Path], show_line: Show, every: float = 0.3) -> None:
    """Show what is written from now on, until interrupted; a file put in the log's place is read from its beginning."""
    tails = [_Tail(name, file) for name, file in chosen.items()]
    while True:
        for tail in tails:
            tail.show_new(show_line)
        time.sleep(every)


class _Tail:
    """How far one log was shown."""

    def __init__(self, name: str, file: Path) -> None:
        self._name, self._file = name, file
        self._inode, self._place = self._now()

    def show_new(self, show_line: Show) -> None:
        inode, size = self._now()
        if inode != self._inode or size < self._place:
            self._inode, self._place = inode, 0
        if size > self._place:
            with self._file.open("rb") as opened:
                opened.seek(self._place)
                written = opened.read()
            # A line that is still being written waits for its end.
            whole = written[: written.rfind(b"\n") + 1]
            for line in whole.decode(errors="replace").splitlines():
                show_line(self._name, line)
            self._place += len(whole)

    def _now(self) -> tuple[int, int]:
        """Inode and size; while it is being rotated there may be none."""
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_ino, found.st_size
