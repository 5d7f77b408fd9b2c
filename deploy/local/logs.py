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
    """Show what is written from now on, until interrupted. Rotation begins a file anew."""
    places = {name: _size(file) for name, file in chosen.items()}
    while True:
        for name, file in chosen.items():
            places[name] = _show_new(name, file, places[name], show_line)
        time.sleep(every)


def _show_new(name: str, file: Path, place: int, show_line: Show) -> int:
    size = _size(file)
    if size <= place:
        return size
    with file.open("rb") as opened:
        opened.seek(place)
        written = opened.read()
    # A line that is still being written waits for its end.
    whole = written[: written.rfind(b"\n") + 1]
    for line in whole.decode(errors="replace").splitlines():
        show_line(name, line)
    return place + len(whole)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
