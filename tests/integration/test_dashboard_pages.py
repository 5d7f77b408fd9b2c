"""The pages as a browser gets them, over the real gateway, accounts and kpi: what they show, to whom, and what they do."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from services.dashboard.words import LEADS
from services.kit.settings import Settings
from tests.accounts import PASSWORD, found_company
from tests.dashboard_bed import HOSTILE, IMPORTED, KNOWN, PERSON_PAGE, Pages, running_pages

pytestmark = pytest.mark.engines
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def pages(module_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with running_pages(module_settings, tmp_path_factory.mktemp("pages")) as found:
        yield found


@pytest.fixture
def visitor(pages: Pages) -> Iterator[httpx.Client]:
    with pages.manager() as http:
        yield http


def shown(answer: httpx.Response, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


def values(html: str) -> dict[str, int]:
    """The numbers on the tiles, by KPI."""
    tiles = re.findall(r'class="tile"[^>]*data-kpi="(\w+)".*?class="value">([\d,]+)<', html, re.DOTALL)
    return {key: int(value.replace(",", "")) for key, value in tiles}


def tile_link(html: str, kpi: str) -> str:
    [href] = re.findall(rf'id="kpi-{kpi}" href="([^"]+)"', html)
    return unescape(href)


def names(html: str) -> list[str]:
    rows = re.findall(r"<tr data-(?:contact|recipient)=.*?<a [^>]*>(.*?)</a>", html, re.DOTALL)
    return [unescape(row) for row in rows]


# Signing in


def test_who_is_not_signed_in_signs_in_first_and_comes_back(pages: Pages) -> None:
    wanted = f"{pages.workspace}/leads?view=active&q=a%26b"
    with httpx.Client(base_url=pages.url) as http:
        sent = http.get(wanted)
        assert (sent.status_code, sent.headers["location"]) == (303, f"/login?next={quote(wanted)}")
        form = shown(http.get(sent.headers["location"]))
        [target] = re.findall(r'name="next" value="([^"]+)"', form)
        email = pages.company.user("member")["email"]
        back = http.post("/login", data={"email": email, "password": PASSWORD, "next": unescape(target)})
        assert (back.status_code, back.headers["location"]) == (303, wanted)
        assert "Leads" in shown(http.get(wanted))


def test_a_wrong_password_is_said_on_the_form(pages: Pages) -> None:
    with httpx.Client(base_url=pages.url) as http:
        html = shown(http.post("/login", data={"email": "nobody@client.example", "password": "wrong"}), 401)
    assert 'role="alert"' in html
    assert 'value="nobody@client.example"' in html


def test_a_sign_in_leads_to_no_other_site(pages: Pages) -> None:
    with httpx.Client(base_url=pages.url) as http:
        email = pages.company.user("member")["email"]
        answer = http.post("/login", data={"email": email, "password": PASSWORD, "next": "//evil.example"})
    assert answer.headers["location"] == "/"


def test_everybody_begins_where_they_work(pages: Pages, visitor: httpx.Client) -> None:
    assert visitor.get("/").url.path == f"{pages.workspace}/leads"
    with pages.visitor() as operator:
        assert operator.get("/").url.path == "/provider"


def test_who_signs_out_is_out(visitor: httpx.Client) -> None:
    assert visitor.post("/logout").url.path == "/login"
    assert visitor.get("/").url.path == "/login"


# Leads


@pytest.mark.parametrize("kpi", LEADS)
def test_a_click_on_a_number_lists_exactly_so_many_and_a_second_one_clears(pages: Pages, visitor: httpx.Client, kpi: str) -> None:
    page = shown(visitor.get(f"{pages.workspace}/leads?view=active"))
    filtered = shown(visitor.get(tile_link(page, kpi)))
    assert len(names(filtered)) == values(page)[kpi]
    assert 'aria-current="true"' in filtered.partition(f'id="kpi-{kpi}"')[2].partition(">")[0]
    assert names(shown(visitor.get(tile_link(filtered, kpi)))) == names(page)


def test_names_are_shown_as_they_are_and_run_nowhere(pages: Pages, visitor: httpx.Client) -> None:
    page = shown(visitor.get(f"{pages.workspace}/leads?view=active"))
    assert HOSTILE in names(page)
    assert "<script>alert" not in page
    card = shown(visitor.get(f"{pages.workspace}/leads/{pages.story.contact(HOSTILE)}"))
    assert "&lt;script&gt;" in card
    assert "<script>alert" not in card
    searched = shown(visitor.get(f"{pages.workspace}/leads", params={"q": '"><img src=x>'}))
    assert "<img src=x>" not in searched


def test_search_and_sort_stand_in_the_address_and_in_every_link(pages: Pages, visitor: httpx.Client) -> None:
    page = shown(visitor.get(f"{pages.workspace}/leads?q=berg&sort=combined"))
    assert names(page) == ["Ann Berg"]
    assert "halved for every 14 days" in page
    assert "q=berg" in tile_link(page, "engaged")
    assert "sort=combined" in tile_link(page, "engaged")


def test_the_change_is_counted_since_what_is_chosen(pages: Pages, visitor: httpx.Client) -> None:
    assert "since Monday" in shown(visitor.get(f"{pages.workspace}/leads?view=active"))
    assert "this quarter" in shown(visitor.get(f"{pages.workspace}/leads?view=active&since=quarter"))


def test_what_a_user_chose_on_our_pages_is_their_default_until_they_change_it(pages: Pages, visitor: httpx.Client) -> None:
    path = f"{pages.workspace}/leads"
    visitor.get(f"{path}?view=active&sort=score&kpi=engaged", headers=SAME_ORIGIN)
    assert dict(visitor.get(path).url.params) == {"view": "active", "sort": "score", "kpi": "engaged"}
    visitor.get(f"{path}?view=archived", headers={"Sec-Fetch-Site": "cross-site"})
    assert visitor.get(path).url.params["sort"] == "score"
    visitor.get(f"{path}?view=active", headers=SAME_ORIGIN)
    assert dict(visitor.get(path).url.params) == {"view": "active"}


def test_a_card_is_new_until_it_was_opened(pages: Pages, visitor: httpx.Client) -> None:
    path = f"{pages.workspace}/leads?q=ann&view=active"
    assert '<span class="tag">New</span>' in shown(visitor.get(path))
    card = shown(visitor.get(f"{pages.workspace}/leads/{pages.story.contact('Ann Berg')}"))
    assert "Replied" in card
    assert "Tell me more" in card
    assert '<span class="tag">New</span>' not in shown(visitor.get(path))


def test_what_is_archived_changes_the_view_but_no_number(pages: Pages, visitor: httpx.Client) -> None:
    path, card = f"{pages.workspace}/leads", f"{pages.workspace}/leads/{pages.story.contact('Eve Fox')}"
    before = values(shown(visitor.get(f"{path}?view=active")))
    assert visitor.post(f"{card}/archive").url.path == card
    active = shown(visitor.get(f"{path}?view=active"))
    assert "Eve Fox" not in names(active)
    assert values(active) == before
    assert names(shown(visitor.get(f"{path}?view=archived"))) == ["Eve Fox"]
    visitor.post(f"{card}/unarchive")
    assert "Eve Fox" in names(shown(visitor.get(f"{path}?view=active")))


def test_what_follows_in_a_list_comes_as_rows_alone(pages: Pages, visitor: httpx.Client) -> None:
    rows = shown(visitor.get(f"{pages.workspace}/leads?view=active", headers={"HX-Request": "true"}))
    assert "<html" not in rows
    assert len(names(rows)) == 6
    recipients = f"{pages.workspace}/campaigns/{pages.story.campaign}?kpi=engaged"
    rows = shown(visitor.get(recipients, headers={"HX-Request": "true"}))
    assert "<html" not in rows
    assert "2. LinkedIn: connection request" in rows
    assert len(names(rows)) == 3


# Campaigns


def test_every_number_of_a_campaign_lists_whom_it_counts(pages: Pages, visitor: httpx.Client) -> None:
    path = f"{pages.workspace}/campaigns/{pages.story.campaign}"
    page = shown(visitor.get(path))
    assert values(page)["recipients"] == 4
    links = re.findall(rf'href="({path}\?[^"]*kpi=[^"]+)"[^>]*>(?:(\d+)<|(?:[^<]*<b>)(\d+)<)', page)
    assert len(links) > 12
    for href, cell, chip in links:
        assert len(names(shown(visitor.get(unescape(href))))) == int(cell or chip), href


def test_a_campaigns_chart_has_the_numbers_of_its_table(pages: Pages, visitor: httpx.Client) -> None:
    page = shown(visitor.get(f"{pages.workspace}/campaigns/{pages.story.campaign}"))
    assert '"name": "Sent"' in unescape(page)
    assert "1. E-mail" in page
    assert "2. LinkedIn: connection request" in page


# The Provider


def test_the_provider_sees_each_service_and_what_it_holds(pages: Pages) -> None:
    with pages.visitor() as operator:
        page = shown(operator.get("/provider"))
    services = dict(re.findall(r'<tr data-service="(\w+)">.*?class="tag (?:good|bad)">([\w ]+)<', page, re.DOTALL))
    assert {services[name] for name in ("accounts", "kpi", "dedupe", "publish")} == {"ready"}
    assert services["ingest"] == "not ready"
    assert "4 services need attention" in page
    assert re.search(r"<b>contacts</b> .*approved", page)
    assert pages.workspace in page


def test_the_providers_page_is_for_operators_alone(visitor: httpx.Client) -> None:
    assert "operators" in shown(visitor.get("/provider"), 403)


# What cannot be shown


def test_another_clients_workspace_has_no_page(pages: Pages, visitor: httpx.Client) -> None:
    other = found_company(pages.company.accounts)
    for page in ("leads", "campaigns", "tasks"):
        assert visitor.get(f"/workspaces/{other.workspace_id}/{page}").status_code in {403, 404}


@pytest.mark.parametrize("path", ["/nonsense", "/workspaces/1/leads", "/static/../frame.py", "/static/%2e%2e/frame.py", "/static"])
def test_what_is_no_page_says_so_on_one(visitor: httpx.Client, path: str) -> None:
    assert "This cannot be shown" in shown(visitor.get(path), 404)


def test_an_unknown_kpi_is_no_page_either(pages: Pages, visitor: httpx.Client) -> None:
    shown(visitor.get(f"{pages.workspace}/leads?kpi=nonsense"), 404)
    shown(visitor.get(f"{pages.workspace}/leads?since=ever"), 404)
    shown(visitor.get(f"{pages.workspace}/campaigns/{pages.story.campaign}?kpi=touches"), 400)


def test_a_part_that_is_away_is_named_and_no_page_breaks(pages: Pages, visitor: httpx.Client) -> None:
    assert "Tasks cannot be shown" in shown(visitor.get(f"{pages.workspace}/tasks"), 503)
    assert "Campaigns cannot be shown" in shown(visitor.get(f"{pages.workspace}/campaigns"), 503)
    card = shown(visitor.get(f"{pages.workspace}/leads/{pages.story.contact('Bea Cole')}"))
    assert "Campaigns cannot be shown" in card
    assert "E-mail sent" in card


def test_another_sites_form_changes_nothing(pages: Pages, visitor: httpx.Client) -> None:
    card = f"{pages.workspace}/leads/{pages.story.contact('Bea Cole')}"
    answer = visitor.post(f"{card}/archive", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "Bea Cole" in names(shown(visitor.get(f"{pages.workspace}/leads?view=active")))


def test_pages_hold_to_the_content_policy(pages: Pages, visitor: httpx.Client) -> None:
    with pages.visitor() as operator:
        answers = [
            operator.get("/provider"),
            operator.get("/provider/golden"),
            operator.get(PERSON_PAGE),
            visitor.get(f"{pages.workspace}/leads"),
            visitor.get(f"{pages.workspace}/leads/{pages.story.contact('Ann Berg')}"),
            visitor.get(f"{pages.workspace}/campaigns/{pages.story.campaign}"),
            visitor.get("/login"),
        ]
    for answer in answers:
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        html = shown(answer)
        assert re.findall(r"<script(?![^>]*src=)", html) == []
        assert re.findall(r"""\s(?:on\w+|style)\s*=\s*["']""", html) == []


def test_without_kpi_the_pages_say_what_is_missing(module_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        running_pages(module_settings, tmp_path_factory.mktemp("away"), with_kpi=False) as pages,
        pages.visitor() as operator,
    ):
        leads = shown(operator.get(f"{pages.workspace}/leads"))
        assert leads.count("Numbers, lists and timelines cannot be shown") == 1
        assert "Sign out" in leads
        provider = shown(operator.get("/provider"))
        assert "Numbers, lists and timelines cannot be shown" in provider
        assert pages.workspace in provider


# Golden records and where fields are from


def field_of(html: str, field: str) -> str:
    """One field of a panel, as text."""
    [found] = re.findall(rf'<div data-field="{re.escape(field)}">(.*?)</dd>', html, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found)).split())


def test_a_contacts_card_says_of_each_field_where_it_is_from_and_what_lost(pages: Pages, visitor: httpx.Client) -> None:
    card = shown(visitor.get(f"{pages.workspace}/leads/{pages.story.contact(KNOWN)}"))
    title = field_of(card, "title")
    assert title.startswith("Job title Architect 1 other")
    assert "From Crawler, row 2, mapping version 1, Mon 02 Mar 2026, 10:00" in title
    assert "the most recent" in title
    assert "Also said: Draughtswoman Register, row 2" in title
    assert "10 &lt;b&gt;" in card
    assert "/provider/people" not in card


def test_a_manager_corrects_a_field_and_takes_it_back(pages: Pages, visitor: httpx.Client) -> None:
    path = f"{pages.workspace}/leads/{pages.story.contact(KNOWN)}"
    corrected = shown(visitor.post(f"{path}/correct", data={"field": "title", "value": "Chief Architect"}))
    assert field_of(corrected, "title").startswith("Job title Chief Architect corrected 2 others From a correction by you")
    assert "Also said: Architect Crawler" in field_of(corrected, "title")
    refused = shown(visitor.post(f"{path}/correct", data={"field": "work_email", "value": "nobody"}))
    assert "cannot be read as a work email" in refused
    back = shown(visitor.post(f"{path}/withdraw", data={"field": "title"}))
    assert field_of(back, "title").startswith("Job title Architect 1 other")


def test_an_own_import_that_is_a_published_person_says_so_and_can_be_said_to_be_another(pages: Pages, visitor: httpx.Client) -> None:
    path = f"{pages.workspace}/leads/{pages.story.contact(IMPORTED)}"
    card = shown(visitor.get(path))
    assert "Your import was found to be a person that was published" in card
    [person_id] = re.findall(r'name="person_id" value="([^"]+)"', card)
    assert "is not taken for anybody" not in shown(visitor.post(f"{path}/refuse", data={"person_id": person_id}))
    assert "is not taken for anybody" in shown(visitor.post(f"{path}/refuse", data={"person_id": person_id}))
    assert visitor.get(f"/api/dedupe{pages.workspace}/people/{person_id}/recognition").json() == {"refused": True}
    shown(visitor.post(f"{path}/allow", data={"person_id": person_id}))
    assert "nothing was refused" in shown(visitor.post(f"{path}/allow", data={"person_id": person_id}))
    with pages.visitor(pages.company.user("member")["email"]) as member:
        assert "These are two people" not in shown(member.get(path))
        assert member.delete(f"/api/dedupe{pages.workspace}/people/{person_id}/recognition", headers=SAME_ORIGIN).status_code == 403
    elsewhere = f"/api/dedupe/workspaces/{uuid4()}/people/{person_id}/recognition"
    assert visitor.get(elsewhere).status_code == 403


def test_a_member_sees_where_fields_are_from_and_no_form(pages: Pages) -> None:
    with pages.visitor(pages.company.user("member")["email"]) as member:
        card = shown(member.get(f"{pages.workspace}/leads/{pages.story.contact(KNOWN)}"))
    assert "From Crawler" in field_of(card, "title")
    assert "/correct" not in card


def test_an_operator_corrects_a_golden_field_and_takes_it_back(pages: Pages) -> None:
    with pages.visitor() as operator:
        assert "Draughtswoman" in shown(operator.get(PERSON_PAGE))
        corrected = shown(operator.post(f"{PERSON_PAGE}/correct", data={"field": "city", "value": "Ulm"}))
        assert field_of(corrected, "city").startswith("City Ulm corrected From a correction by you")
        assert "cannot be read" in shown(operator.post(f"{PERSON_PAGE}/correct", data={"field": "country", "value": "Atlantis"}))
        assert 'data-field="city"' not in shown(operator.post(f"{PERSON_PAGE}/withdraw", data={"field": "city"}))
        card = shown(operator.get(f"{pages.workspace}/leads/{pages.story.contact(KNOWN)}"))
        assert PERSON_PAGE in card


def test_an_operator_tries_rules_before_they_are_set(pages: Pages) -> None:
    with pages.visitor() as operator:
        assert "Nobody has set rules yet" in shown(operator.get("/provider/golden"))
        asked = {"version": "0", "title": ["trusted", ""], "sources": "Register\n\nCrawler\n", "hidden_sources": "Crawler"}
        tried = shown(operator.post("/provider/golden/preview", data=asked))
        assert "<b>1</b> of 2 golden persons would change" in tried
        assert "Draughtswoman" in tried
        assert "no source is named" in shown(operator.post("/provider/golden/preview", data={"version": "0", "title": "trusted"}))
        saved = shown(operator.post("/provider/golden", data=asked))
        assert "Rules of version 1" in saved
        assert "All persons are being chosen anew" in saved
        assert "changed meanwhile" in shown(operator.post("/provider/golden", data=asked))


def test_golden_records_are_for_operators(visitor: httpx.Client) -> None:
    shown(visitor.get("/provider/golden"), 403)
    shown(visitor.get(PERSON_PAGE), 403)
