"""The pages behind the gateway as it is shipped, over accounts and kpi on a real database that has heard a workspace's two weeks."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.local.engines import ports
from deploy.local.engines.caddy import answers, caddy
from deploy.local.program import Running
from schemas.accounts import WorkspaceCreated
from schemas.body import PROVIDER
from schemas.details import PersonDetails, Reach
from schemas.ingest import RecordIngested
from schemas.topics import SERVICES
from services.dashboard import api as dashboard
from services.dedupe import api as dedupe
from services.dedupe.domain import golden
from services.dedupe.domain.ids import person_id_of
from services.dedupe.domain.normalise import normalise
from services.dedupe.domain.origins import provenance_of
from services.ingest.domain.ids import record_id_of, source_id_of
from services.kit.clock import system_clock
from services.kit.health import Health
from services.kit.http import create_app
from services.kit.service import Context, never_busy
from services.kit.settings import Settings
from services.kpi import api as kpi
from services.kpi.store.rows import PostgresRows
from services.publish import api as publish_api
from services.publish.domain.contacts import Sight, State
from services.publish.store import contacts
from tests.accounts import OPERATOR, PASSWORD, Company, found_company, running_accounts
from tests.builders import MONDAY, work_on
from tests.dedupe_bed import Bed, make_bed
from tests.kpi_rows import HANDLER_OF
from tests.kpi_story import Story, two_weeks
from tests.kpi_world import Happening
from tests.publish import person as known_person
from tests.publish import publish_on
from tests.serving import served

HOSTILE = "<script>alert('Ü')</script>"
"""A contact of the workspace is named so."""
KNOWN = "Ann Berg"
"""Of this contact publish and dedupe know too."""
IMPORTED = "Eve Fox"
"""This one the workspace has imported itself, and the Provider published her too."""
GOLDEN_PERSON = person_id_of(record_id_of(source_id_of(PROVIDER, "Register"), "1"))
PERSON_PAGE = f"/provider/people/{GOLDEN_PERSON}"


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
def running_pages(
    settings: Settings, folder: Path, *, with_kpi: bool = True, with_dedupe: bool = False, ingest: str | None = None
) -> Iterator[Pages]:
    """`ingest`: where it answers, if it does. `with_dedupe`: with a bed to hear records; with kpi, dedupe knows one person."""
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
            workspace_id = UUID(company.workspace_id)
            everywhere["kpi_url"] = stack.enter_context(running_kpi(settings, story, workspace_id))
            everywhere["publish_url"] = stack.enter_context(running_publish(settings, story, workspace_id))
        bed = None
        if with_kpi or with_dedupe:
            everywhere["dedupe_url"], bed = stack.enter_context(running_dedupe(settings))
            if with_kpi:
                bed.hear(*records(bed), eve(bed))
                own = replace(bed, workspace_id=UUID(company.workspace_id))
                own.hear(eve(own))
                own.recognise()
        if ingest:
            everywhere["ingest_url"] = ingest
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
    context = Context("dedupe", settings, lambda: MONDAY)
    with served(create_app(context, dedupe.routers(context), Health(context, never_busy))) as url:
        yield url, Bed(context.worker, context.codec)
    context.worker.close()
    context.api.close()


@contextmanager
def running_publish(settings: Settings, story: Story, workspace_id: UUID) -> Iterator[str]:
    """Knows the golden person as dedupe told of them, as a contact under the id that kpi has; and one merged into an own contact."""
    bed, publish = make_bed(settings), publish_on(settings)
    chosen = golden.choose([normalise(record, MONDAY) for record in records(bed)])
    publish.people(known_person(chosen.details, GOLDEN_PERSON, provenance=provenance_of(chosen)))
    sight = Sight(story.contact(KNOWN), GOLDEN_PERSON, None, chosen.details, Reach(email=True))
    own = Sight(story.contact(IMPORTED), own_person(workspace_id), None, PersonDetails(title="Own"), Reach(social=True), origin="import")
    theirs = Sight(uuid4(), uuid4(), None, PersonDetails(), Reach())
    with publish.context.worker.transaction() as connection:
        contacts.show(connection, [(workspace_id, each, ()) for each in (sight, own, theirs)], MONDAY)
        published = [contacts.Move(workspace_id, each.contact_id, State.PUBLISHED, published=True) for each in (sight, own)]
        merged = contacts.Move(workspace_id, theirs.contact_id, State.MERGED, merged_into=own.contact_id)
        contacts.move(connection, [*published, merged], MONDAY)
    with served(create_app(publish.context, publish_api.routers(publish.context), Health(publish.context, never_busy))) as url:
        yield url
    bed.database.close()
    publish.context.api.close()
    publish.context.worker.close()


def records(bed: Bed) -> list[RecordIngested]:
    """What two sources say of one person, who is the contact KNOWN."""
    email, size = "ann@berg.example", {"custom:Size": "10 <b>"}
    return [
        bed.record("1", MONDAY - timedelta(days=9), "Register", email=email, title="Draughtswoman", full_name="Ann Berg"),
        bed.record("2", MONDAY, "Crawler", email=email, title="Architect", **size),
    ]


def eve(bed: Bed) -> RecordIngested:
    """As whoever's bed it is has her."""
    return bed.record("eve", None, "fair", full_name="Eve Fox", email="eve.fox@studio-uno.example")


def own_person(workspace_id: UUID) -> UUID:
    return person_id_of(record_id_of(source_id_of(workspace_id, "fair"), "eve"))


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
