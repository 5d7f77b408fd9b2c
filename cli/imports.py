"""`smartleads imports`: what was imported, what was not and why, and how to take it back."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from cli import stack
from cli.client import Client
from cli.data import Workspace
from cli.demo import feeding
from schemas.body import PROVIDER
from services.kit.cli import AsJson, notes, progress, show, telling
from services.kit.errors import Rejected, Unavailable

app = typer.Typer(no_args_is_help=True, help="Imports: look, see what was rejected, and take one back; company web pages.")
LISTED = ("import_id", "source", "file_name", "state", "rows", "accepted", "unchanged", "rejected", "asked_at", "asked_by")
SECONDS_FOR_AN_UNDO = 300
"""Without a record done."""


def base_of(workspace: UUID) -> str:
    return f"/api/ingest/workspaces/{workspace}/imports"


@app.command("list")
def list_imports(workspace: Workspace = PROVIDER, limit: int = 50, as_json: AsJson = False) -> None:
    """The latest first."""
    with telling():
        settings = stack.settings()
        with Client(settings.gateway_url, stack.api_key()) as api:
            found = api.get(base_of(workspace), limit=limit)["items"]
        show([{name: each[name] for name in LISTED} for each in found], as_json=as_json, empty="Nothing was imported yet.")


@app.command("rejected")
def rejected(
    import_id: Annotated[UUID, typer.Argument(help="As `smartleads imports list` shows it.")],
    file: Annotated[Path | None, typer.Option("--out", help="The file to write; rejected-IMPORT.csv, if not given.")] = None,
    workspace: Workspace = PROVIDER,
    as_json: AsJson = False,
) -> None:
    """Write each row of an import that was rejected, with its line and the reason, as CSV."""
    with telling():
        settings = stack.settings()
        path, out = f"{base_of(workspace)}/{import_id}", file or Path(f"rejected-{import_id}.csv")
        with Client(settings.gateway_url, stack.api_key()) as api:
            rows = api.get(path)["rejected"]
            api.download(f"{path}/rejected.csv", out)
        show([{"import_id": str(import_id), "rejected": rows, "written": str(out)}], as_json=as_json)


@app.command("pages")
def pages(
    urls: Annotated[list[str], typer.Argument(metavar="URL…", help="`acme.com` or `https://acme.com/imprint`.")],
    workspace: Workspace = PROVIDER,
    as_json: AsJson = False,
) -> None:
    """Read companies' web pages, politely, where the Provider has switched this on; show how far it is."""
    with telling():
        settings = stack.settings()
        with Client(settings.gateway_url, stack.api_key()) as api, progress() as bars:
            begun = api.post(f"/api/ingest/workspaces/{workspace}/sources/web", {"urls": urls})
            path, name = f"{base_of(workspace)}/{begun['import_id']}", "Company web pages"
            done = feeding.ended(api, name, path, feeding.shown_on(bars, [name]))
        show([{name: done[name] for name in LISTED}], as_json=as_json)


@app.command("undo")
def undo(
    import_id: Annotated[UUID, typer.Argument(help="As `smartleads imports list` shows it.")],
    workspace: Workspace = PROVIDER,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take back what rests on one import alone: show what would go, ask, and wait until it is done."""
    with telling():
        settings = stack.settings()
        path = f"{base_of(workspace)}/{import_id}"
        with Client(settings.gateway_url, stack.api_key()) as api:
            seen = api.get(f"{path}/undo")
            if seen["refused"]:
                raise Rejected(f"The import cannot be undone: {seen['refused']}.")
            notes.print(foreseen(seen))
            if not yes and not typer.confirm("Undo it?", err=True):
                raise typer.Exit(1)
            api.post(f"{path}/undo")
            *_, done = states(api, path)
        show([{"import_id": str(import_id), "state": done["state"], **fates(done)}], as_json=as_json)


def foreseen(seen: dict[str, Any]) -> str:
    words = f"Of {seen['records']:,} records, {seen['gone']:,} would go, {seen['back']:,} go back to an earlier version, "
    words += f"{seen['stayed']:,} stay as another import says them too, or something later."
    if seen["activities"]:
        words += f" Its {seen['activities']:,} activities stay."
    return words + (" It is running, and would be stopped first." if seen["state"] == "running" else "")


def fates(done: dict[str, Any]) -> dict[str, int]:
    return {name: done["undo"][name] for name in ("gone", "back", "stayed")}


def states(api: Client, path: str) -> Iterator[dict[str, Any]]:
    """How far an undo is, until it is done."""
    moved, until = -1, time.monotonic() + SECONDS_FOR_AN_UNDO
    while time.monotonic() < until:
        now = api.get(path)
        yield now
        if now["state"] == "undone":
            return
        if (by := sum(fates(now).values()) + now["rows"]) != moved:
            moved, until = by, time.monotonic() + SECONDS_FOR_AN_UNDO
        time.sleep(0.1)
    raise Unavailable(f"the undo has not moved for {SECONDS_FOR_AN_UNDO} s: `smartleads logs ingest` tells more")
