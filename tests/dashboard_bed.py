"""The pages behind the gateway as it is shipped, over accounts and kpi on a real database that has heard a workspace's two weeks."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from deploy.local.engines import ports
from deploy.local.engines.caddy import answers, caddy
from deploy.local.program import Running
from schemas.accounts import WorkspaceCreated
from schemas.topics import SERVICES
from services.dashboard import api as dashboard
from services.dedupe import api as dedupe
from services.kit.clock import system_clock
from services.kit.health import Health
from services.kit.http import create_app
from services.kit.service import Context, never_busy
from services.kit.settings import Settings
from services.kpi import api as kpi
from services.kpi.store.rows import PostgresRows
from tests.accounts import OPERATOR, PASSWORD, Company, found_company, running_accounts
from tests.builders import work_on
from tests.dedupe_bed import Bed
from tests.kpi_rows import HANDLER_OF
from tests.kpi_story import Story, two_weeks
from tests.kpi_world import Happening
from tests.serving import served

HOSTILE = "<script>alert('Ü')</script>"
"""A contact of the workspace is named so."""


@dataclass
class Pages:
    url: str
    company: Company
    story: Story
    dedupe: Bed | None = None
    """To bring records in, where dedupe runs too."""

    @property
    def workspace(self) -> str:
        return f"/workspaces/{self.company.workspace_id}"

    @contextmanager
    def visitor(self, email: str = OPERATOR, password: str = PASSWORD) -> Iterator[httpx.Client]:
        """Somebody who signed in through the page, and whose browser goes where it is sent."""
        with httpx.Client(base_url=self.url, follow_redirects=True, headers={"Origin": self.url}) as http:
            answer = http.post("/login", data={"email": email, "password": password})
            assert answer.status_code == 200, answer.text
            yield http

    @contextmanager
    def manager(self) -> Iterator[httpx.Client]:
        """A new one, for whom all is new."""
        with self.visitor(self.company.user("manager")["email"]) as http:
            yield http


@contextmanager
def running_pages(settings: Settings, folder: Path, *, with_kpi: bool = True, with_dedupe: bool = False) -> Iterator[Pages]:
    [port, nobody] = ports.free_ports(2)
    gateway = f"http://{ports.HOST}:{port}"
    everywhere = {f"{service}_url": f"http://{ports.HOST}:{nobody}" for service in SERVICES}
    settings = settings.model_copy(update={"gateway_url": gateway, "http_burst": 10_000})
    with ExitStack() as stack:
        accounts = stack.enter_context(running_accounts(settings))
        company, story = found_company(accounts), two_weeks()
        story.publish(HOSTILE, email=True)
        everywhere["accounts_url"] = accounts.url
        if with_kpi:
            everywhere["kpi_url"] = stack.enter_context(running_kpi(settings, story, UUID(company.workspace_id)))
        bed = None
        if with_dedupe:
            everywhere["dedupe_url"], bed = stack.enter_context(running_dedupe(settings))
        pages = Context("dashboard", settings.model_copy(update=everywhere), system_clock)
        everywhere["dashboard_url"] = stack.enter_context(served(create_app(pages, dashboard.routers(pages), Health(pages, never_busy))))
        stack.enter_context(running_gateway(folder, port, gateway, everywhere))
        yield Pages(gateway, company, story, bed)


@contextmanager
def running_kpi(settings: Settings, story: Story, workspace_id: UUID) -> Iterator[str]:
    context = Context("kpi", settings, lambda: story.now)
    for happening in story.told:
        with context.worker.transaction() as connection:
            here = moved(happening, workspace_id)
            told = HANDLER_OF[here.topic.name]([here.heard()], PostgresRows(connection), story.now)
            work_on(connection, context.codec, story.now).append(told)
    with served(create_app(context, kpi.routers(context), Health(context, never_busy))) as url:
        yield url
    context.worker.close()
    context.api.close()


@contextmanager
def running_dedupe(settings: Settings) -> Iterator[tuple[str, Bed]]:
    context = Context("dedupe", settings, system_clock)
    with served(create_app(context, dedupe.routers(context), Health(context, never_busy))) as url:
        yield url, Bed(context.worker, context.codec)
    context.worker.close()
    context.api.close()


def moved(happening: Happening, workspace_id: UUID) -> Happening:
    """The same, told of a workspace that accounts knows."""
    body = happening.body
    if isinstance(body, WorkspaceCreated):
        body = body.model_copy(update={"workspace_id": workspace_id})
    return replace(happening, workspace_id=workspace_id, body=body)


@contextmanager
def running_gateway(folder: Path, port: int, url: str, services: dict[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        for name, address in services.items():
            environment.setenv(f"SMARTLEADS_{name.upper()}", address)
        running = Running(caddy(folder, port), folder / "gateway.log")
        try:
            running.wait_until(lambda: answers(url))
            yield
        finally:
            running.stop()
