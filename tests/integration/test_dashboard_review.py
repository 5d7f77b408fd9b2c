"""The Provider's pages on who is one person, over the real gateway, accounts and dedupe: what they ask, show, do and take back."""

import re
from collections.abc import Iterator
from html import unescape
from uuid import uuid4

import httpx
import pytest

from services.kit.settings import Settings
from tests.builders import MONDAY
from tests.dashboard_bed import HOSTILE, Pages, running_pages
from tests.dedupe_bed import Bed

pytestmark = pytest.mark.engines
REVIEW, PEOPLE = "/provider/review", "/provider/people"


@pytest.fixture
def pages(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with running_pages(settings, tmp_path_factory.mktemp("pages"), with_kpi=False, with_dedupe=True) as found:
        yield found


@pytest.fixture
def bed(pages: Pages) -> Bed:
    assert pages.dedupe is not None
    return pages.dedupe


@pytest.fixture
def operator(pages: Pages) -> Iterator[httpx.Client]:
    with pages.visitor() as http:
        yield http


def shown(answer: httpx.Response, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    return answer.text


def alike(bed: Bed, *families: str) -> None:
    """A question about each: two of one address and post, of different names and numbers."""
    for number, family in enumerate(families):
        site = f"{family.lower()}.com"
        bed.hear(
            bed.record(f"{family} 1", full_name=f"Ann {family}", email=f"ann@{site}", title="Clerk", phone=f"+41 31 555 01 0{number}"),
            bed.record(
                f"{family} 2", full_name=f"Bob {family[:3]}mann", email=f"ann@{site}", title="Clerk", phone=f"+41 31 555 02 0{number}"
            ),
        )


def asked(html: str) -> str:
    """The two of the question that is asked."""
    found = re.search(r"<h2>(.*?) <a class=\"stable\"", html)
    return unescape(found[1]) if found else ""


def form(html: str, action: str) -> dict[str, str]:
    [found] = re.findall(rf'<form[^>]*action="{action}".*?</form>', html, re.DOTALL)
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found)}


def answered(http: httpx.Client, html: str, verdict: str) -> str:
    return shown(http.post("/provider/judgements", data={**form(html, "/provider/judgements"), "verdict": verdict}))


def undone(http: httpx.Client, html: str) -> str:
    [action] = re.findall(r'action="(/provider/judgements/[^/"]+/undo)"', html)
    return shown(http.post(action, data=form(html, action)))


def test_nothing_to_review_is_said_so(operator: httpx.Client) -> None:
    assert "Nothing to review" in shown(operator.get(REVIEW))


def test_a_question_shows_both_sides_the_evidence_and_the_merged_record(bed: Bed, operator: httpx.Client) -> None:
    alike(bed, "Abbott")
    page = shown(operator.get(REVIEW))
    assert "1 question waits" in page
    assert set(asked(page).split(" and ")) == {"Ann Abbott", "Bob Abbmann"}
    assert "If merged" in page
    assert re.search(r'class="merged">Clerk<', page)
    assert "<mark>" in page
    assert page.count("<svg") >= 5
    assert "as likely as not" in page
    assert '<b>Profile</b>: the same, <span class="sub">instead of not known</span>' in page
    assert re.search(r'Duplicates <span class="tag"[^>]*>1<', page)


@pytest.mark.parametrize(("verdict", "words"), [("same", "Merged"), ("different", "Kept apart"), ("later", "Put off")])
def test_an_answer_is_done_at_once_leads_to_the_next_question_and_can_be_undone(
    bed: Bed, operator: httpx.Client, verdict: str, words: str
) -> None:
    alike(bed, "Abbott", "Bishop", "Carver")
    first = shown(operator.get(REVIEW))
    groups, question = bed.groups(), asked(first)
    after = answered(operator, first, verdict)
    assert words in after
    assert asked(after) not in {question, ""}
    assert "2 questions wait" in after
    assert (len(bed.groups()) == len(groups)) == (verdict != "same")
    again = undone(operator, after)
    assert "Taken back" in again
    assert set(asked(again).split(" and ")) == set(question.split(" and "))
    assert "3 questions wait" in again
    assert bed.groups() == groups


def test_the_last_answer_leaves_nothing_to_review(bed: Bed, operator: httpx.Client) -> None:
    alike(bed, "Abbott")
    after = answered(operator, shown(operator.get(REVIEW)), "different")
    assert "Nothing to review" in after
    assert "Undo" in after


def test_what_somebody_else_has_changed_is_said_and_not_done_twice(bed: Bed, operator: httpx.Client) -> None:
    alike(bed, "Abbott", "Bishop")
    page = shown(operator.get(REVIEW))
    answered(operator, page, "same")
    assert "somebody else has changed these persons" in answered(operator, page, "same")


def test_a_pairs_link_outlives_its_merge(bed: Bed, operator: httpx.Client) -> None:
    alike(bed, "Abbott")
    page = shown(operator.get(REVIEW))
    [stable] = re.findall(r'class="stable" href="([^"]+)"', page)
    assert "Two persons" in shown(operator.get(unescape(stable)))
    answered(operator, page, "same")
    compared = shown(operator.get(unescape(stable)))
    assert "One person" in compared
    assert "Decided by somebody" in compared
    assert "the two records" not in compared


def test_records_are_split_off_after_a_preview_and_put_back(bed: Bed, operator: httpx.Client) -> None:
    bed.hear(*(bed.record(str(n), full_name="Bob Ray", email="bob@bolt.io") for n in range(3)))
    path = f"{PEOPLE}/{bed.person_of('0')}"
    ticked = str(bed.record("2").record_id)
    preview = shown(operator.post(f"{path}/split", data={"record_ids": [ticked], "preview": "true"}))
    assert "So it would be" in preview
    assert re.search(rf'value="{ticked}"[^>]*checked', preview)
    assert bed.groups() == {frozenset("012")}
    assert "Tick the records" in shown(operator.post(f"{path}/split"))
    every = [str(bed.record(row).record_id) for row in "012"]
    assert "leave at least one" in shown(operator.post(f"{path}/split", data={"record_ids": every}))
    after = shown(operator.post(f"{path}/split", data={"record_ids": [ticked], "note": "another Bob"}))
    assert "Split off" in after
    assert bed.groups() == {frozenset("01"), frozenset("2")}
    undone(operator, after)
    assert bed.groups() == {frozenset("012")}


def test_who_was_merged_away_leads_to_who_they_are_now_and_can_be_un_merged(bed: Bed, operator: httpx.Client) -> None:
    alike(bed, "Abbott")
    one, other = bed.person_of("Abbott 1"), bed.person_of("Abbott 2")
    answered(operator, shown(operator.get(REVIEW)), "same")
    gone = ({one, other} - {bed.person_of("Abbott 1")}).pop()
    page = shown(operator.get(f"{PEOPLE}/{gone}"))
    assert f'href="{PEOPLE}/{bed.person_of("Abbott 1")}"' in page
    assert "So it would be" in shown(operator.post(f"{PEOPLE}/{gone}/unmerge", data={"preview": "true"}))
    assert "Merged into another" not in shown(operator.post(f"{PEOPLE}/{gone}/unmerge"))
    assert len(bed.groups()) == 2


def test_people_are_searched_for(bed: Bed, operator: httpx.Client) -> None:
    alike(bed, "Abbott")
    assert operator.get(PEOPLE, params={"q": "ann abbott"}).url.path == f"{PEOPLE}/{bed.person_of('Abbott 1')}"
    assert len(re.findall("<tr data-person", shown(operator.get(PEOPLE, params={"q": "ann@abbott.com"})))) == 2
    assert "Nobody is known by that" in shown(operator.get(PEOPLE, params={"q": "who@abbott.com"}))
    assert "Nobody can be found so" in shown(operator.get(PEOPLE, params={"q": "ann"}))
    assert "There is no person" in shown(operator.get(f"{PEOPLE}/{uuid4()}"), 404)


def test_these_pages_are_for_operators_alone(pages: Pages, bed: Bed) -> None:
    alike(bed, "Abbott")
    with pages.manager() as manager:
        for path in (REVIEW, PEOPLE, f"{PEOPLE}/{bed.person_of('Abbott 1')}"):
            shown(manager.get(path), 403)
        ask = {"verdict": "same", "one": str(bed.person_of("Abbott 1")), "other": str(bed.person_of("Abbott 2")), "back": REVIEW}
        shown(manager.post("/provider/judgements", data=ask), 403)


def test_what_sources_say_runs_nowhere_and_leads_nowhere_else(bed: Bed, operator: httpx.Client) -> None:
    bed.hear(
        bed.record("1", full_name=f"Ann {HOSTILE}", email="ann@acme.com", title="Clerk", phone="+41 31 555 01 01"),
        bed.record("2", full_name="Bob Ray", email="ann@acme.com", title="Clerk", phone="+41 31 555 02 02"),
    )
    page = shown(operator.get(REVIEW))
    for html in (page, shown(operator.get(f"{PEOPLE}/{bed.person_of('1')}"))):
        assert "<script>alert" not in html
        assert re.findall(r"<script(?![^>]*src=)", html) == []
        assert re.findall(r"""\s(?:on\w+|style)\s*=\s*["']""", html) == []
    ask = {**form(page, "/provider/judgements"), "verdict": "later", "back": "//evil.example/x"}
    away = operator.post("/provider/judgements", data=ask, follow_redirects=False)
    assert away.headers["location"].startswith("/?done=")


def test_what_was_decided_is_listed_and_can_be_taken_back_later(bed: Bed, operator: httpx.Client) -> None:
    alike(bed, "Lee", "Moss")
    for verdict in ("different", "same"):
        answer = form(shown(operator.get(REVIEW)), "/provider/judgements") | {"verdict": verdict, "note": f"{verdict} <b>"}
        shown(operator.post("/provider/judgements", data=answer))
    page = shown(operator.get("/provider/decisions"))
    rows = re.findall(r'<tr data-judgement="([^"]+)">(.*?)</tr>', page, re.DOTALL)
    ends = [words(row).partition(" · ")[2].split(" ", 2)[2] for _, row in rows]
    at = f"{MONDAY:%d %b %Y, %H:%M} you"
    assert ends == [f"One person {at} same &lt;b&gt; Take back", f"Two persons {at} different &lt;b&gt; Take back"]
    undo = f"/provider/judgements/{rows[1][0]}/undo"
    back = shown(operator.post(undo, data=form(rows[1][1], undo)))
    assert "Taken back: the evidence decides again" in back
    assert back.count("Take back") == 1
    assert asked(shown(operator.get(REVIEW)))


def test_a_persons_page_lists_those_merged_in(bed: Bed, operator: httpx.Client) -> None:
    alike(bed, "Lee")
    one, other = bed.person_of("Lee 1"), bed.person_of("Lee 2")
    assert 'id="merged"' not in shown(operator.get(f"{PEOPLE}/{one}"))
    page = shown(operator.get(REVIEW))
    shown(operator.post("/provider/judgements", data={**form(page, "/provider/judgements"), "verdict": "same"}))
    [merged] = re.findall(r'<ul[^>]*id="merged">(.*?)</ul>', shown(operator.get(f"{PEOPLE}/{one}")), re.DOTALL)
    assert f"{PEOPLE}/{other}" in merged
    assert words(merged) == "Bob Leemann 1 record"


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
