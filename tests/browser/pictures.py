"""The README's pictures, from a running system: `python -m tests.browser.pictures GATEWAY CAMPAIGN_URL_PATH --manager … --operator …`."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from tests.browser.chromium import browser, visitor

DOCS = Path(__file__).parents[2] / "docs"
LogIn = tuple[str, str]


def pictures(
    gateway_url: str,
    workspace_id: UUID,
    campaign_id: UUID,
    manager: Annotated[LogIn, typer.Option(help="E-mail and password of a manager of the workspace.")],
    operator: Annotated[LogIn, typer.Option(help="E-mail and password of an operator.")],
    folder: Path = DOCS,
) -> None:
    """Take leads.png, campaign.png and provider.png at 1280 pixels."""
    place = f"/workspaces/{workspace_id}"
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for who, name, path in (
            (manager, "leads", f"{place}/leads"),
            (manager, "campaign", f"{place}/campaigns/{campaign_id}"),
            (operator, "provider", "/provider"),
        ):
            with visitor(chromium, gateway_url, *who) as page:
                page.goto(path)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=folder / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    typer.run(pictures)
