"""The pages of imports, over the real gateway and ingest: what came in, and an undo after a look at what it would do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from schemas.body import PROVIDER
from services.ingest.settings import IngestSettings
from services.kit.settings import Settings
from tests.dashboard_bed import Pages, running_pages
from tests.ingest_bed import Bed
from tests.ingest_client import serving_ingest
from tests.integration.test_dashboard_pages import shown
from tests.undo_bed import work_off
from tests.web_bed import ON

pytestmark = pytest.mark.engines
FIRST = b"Id,Name,Mail\n1,Ann Lee,ann@acme.com\n2,Bob Ray,bob@acme.com\n3,<b>x</b>\n"
SECOND = b"Id,Name,Mail\n2,Bob Ray-Lee,bob@acme.com\n3,Cy Fox,cy@acme.com\n"


@dataclass
class World:
    pages: Pages
    bed: Bed

    def take(self, content: bytes) -> str:
        """The page of a new import."""
        import_id = self.bed.upload(content)
        self.bed.work_off()
        return f"/workspaces/{self.bed.workspace_id}/imports/{import_id}"


@pytest.fixture(scope="module")
def world(module_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        serving_ingest(module_settings) as ingest,
        running_pages(module_settings, tmp_path_factory.mktemp("pages"), ingest=str(ingest.http.base_url)) as pages,
    ):
        yield World(pages, replace(ingest.bed, workspace_id=UUID(pages.company.workspace_id)))


def fates(html: str) -> dict[str, str]:
    return dict(re.findall(r'data-fate="(\w+)">([\d,]+)<', html))


def state(html: str) -> str:
    [found] = re.findall(r'data-state="(\w+)"', html)
    return str(found)


def test_an_import_is_undone_after_a_look_at_what_that_would_do(world: World) -> None:
    world.take(FIRST)
    path = world.take(SECOND)
    with world.pages.manager() as manager:
        assert path in shown(manager.get(path.rpartition("/")[0]))
        page = shown(manager.get(path))
        assert (state(page), fates(page)) == ("finished", {})
        asked = shown(manager.get(f"{path}?undo=true"))
        assert fates(asked) == {"gone": "1", "back": "1", "stayed": "0"}
        assert state(shown(manager.post(f"{path}/undo"))) == "undoing"
        assert 'hx-trigger="every 2s"' in shown(manager.get(path))
        work_off(world.bed)
        done = shown(manager.get(path))
        assert state(done) == "undone"
        assert "1 records gone, 1 back to an earlier version" in " ".join(done.split())
        assert "Undo …" not in done


def test_refused_rows_are_shown_as_they_are_and_run_nowhere(world: World) -> None:
    path = world.take(FIRST)
    with world.pages.manager() as manager:
        page = shown(manager.get(path))
    assert "3,&lt;b&gt;x&lt;/b&gt;" in page
    assert "rejected.csv" in page


TABLE = b"Id,Mail,Size\n1,ann@acme.com,10\n2,bob@acme.com,20\n3,<i>x</i>\n" + b"".join(
    b"%d,a%d@acme.com,%d\n" % (n, n, n) for n in range(4, 20)
)


def look(manager: httpx.Client, where: str, content: bytes, source: Any = "sizes", **more: Any) -> str:
    return shown(manager.post(f"{where}/preview", files={"file": ("a.csv", content)}, data={"source": source, **more}))


def test_a_file_is_looked_at_its_columns_settled_and_then_imported(world: World) -> None:
    where = f"/workspaces/{world.bed.workspace_id}/imports"
    with world.pages.manager() as manager:
        assert 'type="file"' in shown(manager.get(where))
        seen = look(manager, where, TABLE)
        assert "<option selected>number</option>" in seen
        assert "Line 4" in seen
        assert "&lt;i&gt;" not in seen.partition("First rows")[2]
        columns = {"column": ["Id", "Mail", "Size"], "field": ["row_id", "work_email", "custom:Size"], "type": ["text", "text", "text"]}
        assert "<option selected>number</option>" not in look(manager, where, TABLE, **columns)
        begun = manager.post(where, files={"file": ("a.csv", TABLE)}, data={"source": "sizes", **columns})
        assert re.fullmatch(rf"{where}/[0-9a-f-]{{36}}", begun.url.path)
        world.bed.work_off()
        assert "18 accepted" in shown(manager.get(begun.url.path))
        again = look(manager, where, TABLE, **columns | {"field": ["row_id", "", "custom:Size"]})
        assert "Version 1" in again
        assert "version 1 of the source" in look(manager, f"{where}", TABLE)
        assert '<option value="work_email" selected>' in shown(
            manager.post(f"{where}/preview?version=1", files={"file": ("a.csv", TABLE)}, data={"source": "sizes", **columns})
        )


@pytest.mark.parametrize(
    ("content", "source", "why"), [(b"", "x", "the file is empty"), (TABLE, "", "name the source"), (b"%PDF", "x", "this is a PDF")]
)
def test_what_cannot_be_read_is_said_beside_the_form(world: World, content: bytes, source: str, why: str) -> None:
    with world.pages.manager() as manager:
        assert why in look(manager, f"/workspaces/{world.bed.workspace_id}/imports", content, source)


def test_a_member_may_look_and_not_undo(world: World) -> None:
    path = world.take(FIRST)
    with world.pages.visitor(world.pages.company.user("member")["email"]) as member:
        shown(member.get(path))
        shown(member.post(f"{path}/undo"), 403)


def test_the_providers_imports_are_for_operators_alone(world: World) -> None:
    path = World(world.pages, replace(world.bed, workspace_id=PROVIDER)).take(FIRST)
    with world.pages.visitor() as operator, world.pages.manager() as manager:
        assert fates(shown(operator.get(f"{path}?undo=true"))) == {"gone": "2", "back": "0", "stayed": "0"}
        shown(manager.get(path), 403)
        shown(manager.get(path.rpartition("/")[0]), 403)


def test_the_pages_hold_to_the_content_policy(world: World) -> None:
    path = world.take(FIRST)
    with httpx.Client(base_url=world.pages.url) as nobody:
        assert nobody.get(path).status_code == 303
    with world.pages.manager() as manager:
        for each in (path, f"{path}?undo=true", path.rpartition("/")[0]):
            html = shown(manager.get(each))
            assert re.findall(r"<script(?![^>]*src=)", html) == []
            assert re.findall(r"""\s(?:on\w+|style)\s*=\s*["']""", html) == []


def test_company_pages_are_read_from_a_form_that_is_there_when_they_are_read_at_all(
    world: World, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with world.pages.manager() as manager:
        path = f"{world.pages.workspace}/imports"
        assert f'action="{path}/web"' not in shown(manager.get(path))
        assert "SMARTLEADS_INGEST_WEB=true" in shown(manager.post(f"{path}/web", data={"urls": "acme.test"}))
    on = IngestSettings(**settings.model_dump(), **ON)
    with (
        serving_ingest(on) as ingest,
        running_pages(settings, tmp_path_factory.mktemp("web"), with_kpi=False, ingest=str(ingest.http.base_url)) as pages,
        pages.manager() as manager,
    ):
        path = f"{pages.workspace}/imports"
        assert f'action="{path}/web"' in shown(manager.get(path))
        begun = shown(manager.post(f"{path}/web", data={"urls": " acme.test\n\nnot one\n"}))
        assert "acme.test and 1 more" in begun
        assert "not one" in begun
        refused = shown(manager.post(f"{path}/web", data={"urls": "\n".join(f"a{n}.test" for n in range(501))}))
        assert "a500.test" in refused
        assert 'role="alert"' in refused
