"""`smartleads import-files`, `kpis`, `verify`: feed the system, and look at its numbers."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from cli import stack
from cli.client import Client
from cli.demo import feeding
from schemas.body import PROVIDER
from services.kit.cli import AsJson, notes, progress, show, telling

Workspace = Annotated[UUID, typer.Option(help="Whose data it is; the Provider's own, if not given.")]


def import_files(
    files: Annotated[list[Path], typer.Argument(help="Files, each of one source, which is named after it.", exists=True, dir_okay=False)],
    workspace: Workspace = PROVIDER,
    as_json: AsJson = False,
) -> None:
    """Import files, show how far each is, and what was rejected; a file that comes again adds nothing."""
    with telling():
        settings = stack.settings()
        with Client(settings.gateway_url, stack.api_key()) as api, progress() as bars:
            done = feeding.import_all(api, files, feeding.shown_on(bars, (file.name for file in files)), workspace)
        fields = ("file_name", "rows", "accepted", "unchanged", "rejected", "import_id")
        show([{name: one[name] for name in fields} for one in done], as_json=as_json)
        if any(one["rejected"] for one in done):
            notes.print("Why rows were rejected: `smartleads imports rejected IMPORT_ID`")


def kpis(workspace: Annotated[UUID, typer.Argument(help="The workspace's id.")], as_json: AsJson = False) -> None:
    """Show a workspace's Leads KPI, each with its change since Monday."""
    with telling():
        settings = stack.settings()
        with Client(settings.gateway_url, stack.api_key()) as api:
            answer: dict[str, Any] = api.get(f"/api/kpi/workspaces/{workspace}/leads/kpis")
        show([{"kpi": name, **number} for name, number in answer["kpis"].items()], as_json=as_json)


def verify(as_json: AsJson = False) -> None:
    """Count every KPI again, independently, from the topics, and compare with what the pages show; exit code 1 if one is off."""
    with telling():
        stack.settings()
        command = [sys.executable, "-m", "services.kpi", "verify", *(["--json"] if as_json else [])]
        raise typer.Exit(subprocess.run(command, check=False).returncode)
