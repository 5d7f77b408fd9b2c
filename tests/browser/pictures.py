"""The README's pictures, taken from the running local stack after its demo: `python -m tests.browser.pictures`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from deploy.local import environment
from deploy.local.settings import PROJECT, home
from services.kit.cli import notes
from tests.browser.chromium import browser, visitor
from tests.system import System


def pictures(folder: Annotated[Path, typer.Option(help="Where to put them.")] = PROJECT / "docs") -> None:
    """Take leads.png, campaign.png and provider.png, 1280 pixels wide."""
    system = System(home(), environment.load(home()), json.loads((home() / "demo.json").read_text()), said="")
    manager, operator = (system.manager_email, system.password), (system.operator_email, system.operator_password)
    place = f"/workspaces/{system.workspace_id}"
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for name, who, path in (
            ("leads", manager, f"{place}/leads?view=active&sort=combined&since=month"),
            ("campaign", manager, f"{place}/campaigns/{system.campaign_id}?since=month"),
            ("provider", operator, "/provider"),
        ):
            with visitor(chromium, system.gateway_url, *who, height=860) as page:
                page.goto(path)
                page.wait_for_timeout(1000)  # the chart grows
                page.screenshot(path=folder / f"{name}.png")
                notes.print(f"{folder / name}.png")


if __name__ == "__main__":
    typer.run(pictures)
