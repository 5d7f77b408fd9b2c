"""The review of duplicates in a real browser: by keys alone, with undo, and on a phone. Of the services, only those that it needs run."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.kit.settings import Settings
from tests.accounts import OPERATOR, PASSWORD
from tests.browser.chromium import browser, visitor
from tests.dashboard_bed import Pages, running_pages
from tests.dedupe_bed import Bed

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.timeout(300)]
QUIET_MS = 400
"""Longer than the page takes a key for one that was meant for the last question."""


@pytest.fixture
def pages(settings: Settings, tmp_path: Path) -> Iterator[Pages]:
    with running_pages(settings, tmp_path, with_kpi=False, with_dedupe=True) as found:
        assert found.dedupe is not None
        questions(found.dedupe)
        yield found


def questions(bed: Bed) -> None:
    """Three, and somebody of three records."""
    acme: dict[str, Any] = {"company": "Acme Tiles", "city": "Leeds"}
    bed.hear(
        bed.record("1", full_name="Ann Abbott", email="ann@acme.com", title="Head of Sales", phone="+44 113 496 0001", **acme),
        bed.record(
            "2", source="fair", full_name="Robert Ray", email="ann@acme.com", title="Head of Sales", phone="+44 113 496 0002", **acme
        ),
        bed.record("3", full_name="Cyd Carver", email="cyd@bolt.io", title="CTO", phone="+44 113 496 0003"),
        bed.record("4", source="fair", full_name="Dan Moss", email="cyd@bolt.io", title="CTO", phone="+44 113 496 0004"),
        bed.record("5", full_name="Eve Eklund", email="eve@nut.se", title="CFO", phone="+44 113 496 0005"),
        bed.record("6", source="fair", full_name="Fay Holm", email="eve@nut.se", title="CFO", phone="+44 113 496 0006"),
        *(bed.record(f"7{n}", source=f"list {n}", full_name="Gus Long", email="gus@far.org", title="Clerk") for n in range(3)),
    )


def heading(page: Page) -> str:
    return page.locator(".review h2").first.inner_text()


def press(page: Page, key: str) -> None:
    page.wait_for_timeout(QUIET_MS)
    with page.expect_navigation():
        page.keyboard.press(key)


def picture(page: Page, name: str) -> None:
    """Where SMARTLEADS_PICTURES names a folder, for who works on the pages."""
    if folder := os.environ.get("SMARTLEADS_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_questions_are_answered_by_keys_and_an_answer_is_taken_back(pages: Pages) -> None:
    with browser() as chromium, visitor(chromium, pages.url, OPERATOR, PASSWORD) as page:
        page.get_by_role("link", name=re.compile("Duplicates")).click()
        expect(page.get_by_text("3 questions wait")).to_be_visible()
        picture(page, "review")
        first = heading(page)
        press(page, "j")
        second = heading(page)
        assert second != first
        press(page, "ArrowLeft")
        assert heading(page) == first
        press(page, "m")
        expect(page.get_by_role("status")).to_contain_text("Merged")
        expect(page.get_by_text("2 questions wait")).to_be_visible()
        assert heading(page) == second
        picture(page, "review-merged")
        press(page, "u")
        expect(page.get_by_role("status")).to_contain_text("Taken back")
        assert heading(page) == first
        for key in "nlm":
            press(page, key)
        expect(page.get_by_text("Nothing to review")).to_be_visible()
        picture(page, "review-empty")


def test_a_key_that_is_typed_into_a_field_answers_nothing(pages: Pages) -> None:
    with browser() as chromium, visitor(chromium, pages.url, OPERATOR, PASSWORD) as page:
        page.goto("/provider/review")
        page.wait_for_timeout(QUIET_MS)
        page.get_by_label("Why; optional").press_sequentially("no man knows him")
        expect(page.get_by_text("3 questions wait")).to_be_visible()
        page.get_by_role("button", name="Not the same").click()
        expect(page.get_by_role("status")).to_contain_text("Kept apart")


def test_records_are_ticked_previewed_and_split_off(pages: Pages) -> None:
    with browser() as chromium, visitor(chromium, pages.url, OPERATOR, PASSWORD) as page:
        page.goto("/provider/people")
        page.get_by_role("searchbox").fill("gus@far.org")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Gus Long")
        page.get_by_role("checkbox").last.check()
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("heading", name="So it would be")).to_be_visible()
        picture(page, "person-preview")
        page.get_by_role("button", name="Split off").click()
        expect(page.get_by_role("status")).to_contain_text("Split off")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("checkbox")).to_have_count(3)
        page.get_by_role("link", name="Why the same?").first.click()
        expect(page.get_by_text("One person", exact=True)).to_be_visible()
        picture(page, "compare")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_phone_suffices_and_scripts_are_not_needed(pages: Pages, scripts: bool) -> None:
    with browser() as chromium:
        context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=pages.url, java_script_enabled=scripts)
        page = context.new_page()
        page.goto("/login?next=/provider/review")
        page.get_by_label("E-mail").fill(OPERATOR)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("3 questions wait")).to_be_visible()
        picture(page, "review-phone")
        for path in ("/provider/review", page.get_by_role("link", name="Link to this pair").get_attribute("href"), "/provider/people"):
            page.goto(str(path))
            if scripts:
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        page.goto("/provider/review")
        page.get_by_role("button", name="Merge").click()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("3 questions wait")).to_be_visible()
        context.close()
