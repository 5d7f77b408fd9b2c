"""What people do with the pages, in a real browser on the whole running system with the demo's data."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from deploy.local.errors import StackError
from schemas.topics import SERVICES
from tests.browser.chromium import browser, visitor
from tests.system import System

# The first test to ask for the system waits for the whole demo.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MORE = "Show more"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    try:
        with browser() as started:
            yield started
    except StackError as error:
        pytest.fail(f"the browser tests need Chromium. {error}")


@contextmanager
def watched(page: Page) -> Iterator[None]:
    """Fails if the browser complains: of a script's error, a refused policy, or something that could not be loaded."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    yield
    assert complaints == []


@pytest.fixture
def manager(chromium: Browser, demo_system: System) -> Iterator[Page]:
    who = demo_system.manager_email, demo_system.password
    with visitor(chromium, demo_system.gateway_url, *who) as page, watched(page):
        yield page


@pytest.fixture
def operator(chromium: Browser, demo_system: System) -> Iterator[Page]:
    who = demo_system.operator_email, demo_system.operator_password
    with visitor(chromium, demo_system.gateway_url, *who) as page, watched(page):
        yield page


@pytest.fixture
def leads(demo_system: System) -> str:
    return f"/workspaces/{demo_system.workspace_id}/leads?view=active"


@pytest.fixture
def campaign(demo_system: System) -> str:
    return f"/workspaces/{demo_system.workspace_id}/campaigns/{demo_system.campaign_id}"


def tile(page: Page, kpi: str) -> Locator:
    return page.locator(f"#kpi-{kpi}")


def number(of: Locator) -> int:
    return int(of.locator(".value").inner_text().replace(",", ""))


def shown_to_the_end(page: Page, rows: Locator) -> int:
    """How many rows there are after every "Show more"."""
    more = page.get_by_role("link", name=MORE)
    while more.count():
        before = rows.count()
        more.click()
        expect(rows.nth(before)).to_be_visible()
    return rows.count()


def test_a_sign_in_leads_to_ones_leads(manager: Page, demo_system: System) -> None:
    expect(manager).to_have_url(re.compile(f"{demo_system.workspace_id}/leads"))
    expect(manager.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    assert number(tile(manager, "all")) > 0


@pytest.mark.parametrize("kpi", ["engaged", "active", "off_track", "action_required", "verified_only"])
def test_a_click_on_a_kpi_lists_exactly_so_many_and_a_second_one_clears(manager: Page, leads: str, kpi: str) -> None:
    manager.goto(leads)
    rows = manager.locator("#leads tr[data-contact]")
    unfiltered = rows.count()
    wanted = number(tile(manager, kpi))
    tile(manager, kpi).click()
    expect(tile(manager, kpi)).to_have_attribute("aria-current", "true")
    expect(manager).to_have_url(re.compile(f"kpi={kpi}"))
    assert shown_to_the_end(manager, rows) == wanted
    tile(manager, kpi).click()
    expect(tile(manager, kpi)).not_to_have_attribute("aria-current", "true")
    assert "kpi=" not in manager.url
    expect(rows).to_have_count(unfiltered)


def test_the_numbers_add_up(manager: Page, leads: str) -> None:
    manager.goto(leads)
    value = {kpi: number(tile(manager, kpi)) for kpi in ("all", "active", "inactive", "on_track", "off_track", "waiting")}
    assert value["active"] + value["inactive"] == value["all"]
    assert value["on_track"] + value["off_track"] + value["waiting"] == value["active"]


def test_the_keyboard_suffices(manager: Page, leads: str) -> None:
    manager.goto(leads)
    manager.keyboard.press("Tab")
    expect(manager.get_by_text("To the content")).to_be_focused()
    tile(manager, "engaged").focus()
    manager.keyboard.press("Enter")
    expect(tile(manager, "engaged")).to_have_attribute("aria-current", "true")
    expect(tile(manager, "engaged")).to_be_focused()
    manager.get_by_label("Search by name").fill("nobody is called this")
    manager.keyboard.press("Enter")
    expect(manager.get_by_text("No contact fits.")).to_be_visible()
    manager.get_by_role("link", name="Reset filters").first.click()
    expect(manager.locator("#leads tr[data-contact]").first).to_be_visible()


def test_a_card_shows_what_happened_and_can_be_archived(manager: Page, leads: str) -> None:
    manager.goto(leads)
    tile(manager, "engaged").click()
    expect(tile(manager, "engaged")).to_have_attribute("aria-current", "true")
    first = manager.locator("#leads tr[data-contact] a").first
    name = first.inner_text()
    first.click()
    expect(manager.get_by_role("heading", level=1)).to_have_text(name)
    expect(manager.get_by_text("E-mail sent").first).to_be_visible()
    manager.get_by_role("button", name="Archive").click()
    expect(manager.get_by_text("Archived", exact=True)).to_be_visible()
    manager.get_by_role("button", name="Take out of the archive").click()
    expect(manager.get_by_role("button", name="Archive", exact=True)).to_be_visible()


def test_a_contacts_field_says_where_it_is_from_and_can_be_corrected_and_taken_back(manager: Page, leads: str) -> None:
    manager.goto(leads)
    tile(manager, "engaged").click()
    expect(tile(manager, "engaged")).to_have_attribute("aria-current", "true")
    manager.locator("#leads tr[data-contact] a").first.click()
    title = manager.locator('[data-field="title"]')
    was = title.locator("summary b").inner_text()
    title.locator("summary").click()
    expect(title.get_by_text(re.compile(r"From .+, row \d+, mapping version \d+"))).to_be_visible()
    title.get_by_label("Title, corrected").fill("Chief of Everything")
    title.get_by_role("button", name="Correct", exact=True).click()
    expect(title.locator("summary")).to_contain_text("Chief of Everything corrected")
    title.locator("summary").click()
    expect(title.get_by_text("Also said:")).to_be_visible()
    expect(title.locator("li s").first).to_have_text(was)
    title.get_by_role("button", name="Take the correction back").click()
    expect(title.locator("summary b")).to_have_text(was)
    expect(title.locator("summary")).not_to_contain_text("corrected")


def test_an_operator_sees_what_other_rules_would_change(operator: Page) -> None:
    operator.goto("/provider")
    operator.get_by_role("link", name="Golden records").click()
    operator.get_by_label("Title: criterion 1").select_option("oldest")
    operator.get_by_label("Title: criterion 2").select_option("")
    operator.get_by_role("button", name="Preview").click()
    expect(operator.locator("#preview")).to_contain_text(re.compile(r"[\d,]+ of [\d,]+ golden persons would change"))
    expect(operator.get_by_label("Title: criterion 1")).to_have_value("oldest")
    operator.locator('#preview a[href^="/provider/people/"]').first.click()
    expect(operator.get_by_role("heading", name="Golden fields")).to_be_visible()
    expect(operator.locator("#records tr").first).to_contain_text(re.compile(r"\.\w+ row \d+"))


def test_a_campaigns_numbers_list_their_recipients(manager: Page, campaign: str) -> None:
    manager.goto(campaign)
    expect(manager.locator("[data-chart] svg")).to_be_visible()
    rows = manager.locator("#recipients tr[data-recipient]")
    for kpi in ("replied", "engaged"):
        wanted = number(tile(manager, kpi))
        tile(manager, kpi).click()
        expect(tile(manager, kpi)).to_have_attribute("aria-current", "true")
        assert shown_to_the_end(manager, rows) == wanted
        tile(manager, kpi).click()
        expect(rows).to_have_count(0)
        expect(manager.locator("[data-chart] svg")).to_be_visible()


def test_a_steps_number_lists_its_recipients(manager: Page, campaign: str) -> None:
    manager.goto(campaign)
    cell = manager.locator('table.grid a[data-kpi="email.sent.ever"]').first
    wanted = int(cell.inner_text())
    cell.click()
    expect(cell).to_have_attribute("aria-current", "true")
    assert shown_to_the_end(manager, manager.locator("#recipients tr[data-recipient]")) == wanted


def test_the_provider_sees_the_pipeline_and_it_stays_fresh(operator: Page, demo_system: System) -> None:
    operator.goto("/provider")
    for service in SERVICES:
        expect(operator.locator(f'tr[data-service="{service}"] .tag').first).to_have_text("ready")
    expect(operator.locator('tr[data-service="publish"]')).to_contain_text("contacts")
    expect(operator.locator("#imports tr")).not_to_have_count(0)
    with operator.expect_response(re.compile("/provider$")) as refreshed:
        pass
    assert refreshed.value.request.headers["hx-request"] == "true"
    expect(operator.locator("#services tr")).to_have_count(len(SERVICES))
    operator.locator(f'#workspaces a[href="/workspaces/{demo_system.workspace_id}/leads"]').first.click()
    expect(operator.get_by_role("heading", name="Leads", exact=True)).to_be_visible()


def test_nothing_is_wider_than_a_small_phone(chromium: Browser, demo_system: System, leads: str, campaign: str) -> None:
    who = demo_system.operator_email, demo_system.operator_password
    tasks = f"/workspaces/{demo_system.workspace_id}/tasks"
    campaigns = f"/workspaces/{demo_system.workspace_id}/campaigns"
    with visitor(chromium, demo_system.gateway_url, *who, width=360, height=740) as page, watched(page):
        for path in (leads, campaign, campaigns, tasks, f"{tasks}?show=done", "/provider", "/provider/golden"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        page.goto(leads)
        page.locator("#leads tr[data-contact] a").first.click()
        expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
