"""The first half of the demo: files are imported, merged, held against two market segments, published and approved."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from cli.client import Client
from cli.demo.world import World
from schemas.body import PROVIDER
from services.kit.errors import Rejected, Unavailable

Progress = Callable[[str, int, int], None]
"""Told of a file: its name, bytes done in percent, and 100."""
SECONDS_FOR_AN_IMPORT = 300

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
    begun = {file.name: api.upload(base, file, source=file.stem) for file in files}
    until = time.monotonic() + SECONDS_FOR_AN_IMPORT
    done: dict[str, dict[str, Any]] = {}
    while len(done) < len(begun):
        for name, started in begun.items():
            if name in done:
                continue
            now = api.get(f"{base}/{started['import_id']}")
            progress(name, int(100 * now["progress"]), 100)
            if now["state"] == "failed":
                raise Rejected(f"{name} could not be imported: {now['reason']}")
            if now["state"] == "finished":
                done[name] = now
        if time.monotonic() > until:
            raise Unavailable(f"the imports did not end within {SECONDS_FOR_AN_IMPORT} s: `smartleads logs ingest` tells more")
        time.sleep(0.1)
    return [done[file.name] for file in files]


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
