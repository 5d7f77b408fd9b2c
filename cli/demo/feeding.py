"""The first half of the demo: files are imported, merged, held against two market segments, published and approved."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.progress import Progress as Bars

from cli.client import Client
from cli.demo.world import World
from schemas.body import PROVIDER
from services.kit.errors import Rejected, Unavailable

Progress = Callable[[str, dict[str, Any]], None]
"""Told of a file: its name, and what its import says of itself: its `progress` from 0 to 1, `rows`, `rejected`, …"""
MOST_WATCHED = 8
"""Imports that are watched at once; they all go on meanwhile."""
SECONDS_FOR_AN_IMPORT = 300
"""Without a row read."""

SEGMENTS: dict[str, dict[str, Any]] = {
    "DACH, technology and data": {
        "all": [
            {"field": "country", "is": "one_of", "value": ["DE", "AT", "CH"]},
            {"field": "title", "is": "known"},
        ]
    },
    "Nordics and Benelux": {"field": "country", "is": "one_of", "value": ["SE", "NO", "DK", "FI", "NL", "BE"]},
}


def tables_in(folder: Path) -> list[Path]:
    """The files of a folder that are sources; `truth.csv`, which tells who is who, is none. Raises Rejected for a folder without any."""
    files = sorted(file for file in folder.glob("*.csv") if file.stem != "truth")
    if not files:
        raise Rejected(f"{folder} has no CSV files to import: name another folder with --data")
    return files


def import_all(api: Client, files: Sequence[Path], progress: Progress, workspace_id: UUID = PROVIDER) -> list[dict[str, Any]]:
    """Upload all, then wait for all; a source is named after its file. Raises Rejected if an import fails."""
    base = f"/api/ingest/workspaces/{workspace_id}/imports"
    begun = [(file.name, f"{base}/{api.upload(base, file, source=file.stem)['import_id']}") for file in files]
    with ThreadPoolExecutor(MOST_WATCHED) as threads:
        return list(threads.map(lambda each: ended(api, each[0], each[1], progress), begun))


def ended(api: Client, name: str, path: str, progress: Progress) -> dict[str, Any]:
    """Watch one import to its end."""
    for now in states(api, path):
        progress(name, now)
        if now["state"] == "failed":
            raise Rejected(f"{name} could not be imported: {now['reason']}")
        if now["state"] == "finished":
            break
    done: dict[str, Any] = api.get(path)
    return done


def states(api: Client, path: str) -> Iterator[dict[str, Any]]:
    """How far an import is, as the service tells it; where no stream gets through, as it answers when it is asked again and again."""
    try:
        for _, now in api.events(f"{path}/progress"):
            yield now
    except (Rejected, Unavailable):
        # Some proxies hold streams back or cut them off.
        pass
    rows, until = -1, time.monotonic() + SECONDS_FOR_AN_IMPORT
    while time.monotonic() < until:
        now = api.get(path)
        if now["rows"] > rows:
            rows, until = now["rows"], time.monotonic() + SECONDS_FOR_AN_IMPORT
        yield now
        time.sleep(0.1)
    raise Unavailable(f"an import has not moved for {SECONDS_FOR_AN_IMPORT} s: `smartleads logs ingest` tells more")


def shown_on(bars: Bars, names: Iterable[str]) -> Progress:
    """Each name gets a bar of its own."""
    tasks = {name: bars.add_task(name, total=100) for name in names}

    def show(name: str, now: dict[str, Any]) -> None:
        bars.update(tasks[name], completed=int(100 * now["progress"]), description=described(name, now))

    return show


def described(name: str, now: dict[str, Any]) -> str:
    """A bar's words. (How fast it goes only the stream says.)"""
    speed, refused = now.get("rows_per_second"), now["rejected"]
    words = [f"{now['rows']:,} rows", f"{speed:,.0f} rows/s" if speed else "", f"{refused:,} rejected" if refused else ""]
    return f"{name}: {', '.join(filter(None, words))}"


def define_segments(api: Client, world: World) -> None:
    for name, rule in SEGMENTS.items():
        api.post(world.path("publish", "segments"), {"name": name, "rule": rule})


def publish_and_review(api: Client, world: World) -> dict[str, Any]:
    """The Provider publishes what matches; the customer's manager excludes the students and approves the others. Returns the counts."""
    api.post(world.path("publish", "contacts/publish"), {"state": "proposed"})
    unfit = [contact["contact_id"] for contact in api.every(world.path("publish", "contacts"), state="published", q="intern")]
    if unfit:
        api.post(world.path("publish", "contacts/exclude"), {"ids": unfit, "reason": "no decision to make"})
    api.post(world.path("publish", "contacts/approve"), {"state": "published"})
    counts: dict[str, Any] = api.get(world.path("publish", "contacts/counts"))
    return counts
