"""The review of persons as its API gives it: questions with their evidence, previews that change nothing, and decisions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from schemas.accounts import Role
from services.dedupe import api
from services.kit.http import Caller, create_app
from services.kit.http.tokens import Signer
from services.kit.service import Context
from services.kit.settings import Settings
from tests.accounts import Healthy
from tests.builders import MONDAY
from tests.dedupe_bed import Bed, withdrawn
from tests.ingest_bed import heard
from tests.serving import served

pytestmark = pytest.mark.engines


@dataclass
class World:
    bed: Bed
    http: httpx.Client
    token: str
    signer: Signer

    def call(self, method: str, path: str, status: int = 200, json: Any = None, **params: Any) -> Any:
        answer = self.http.request(
            method, f"/api/dedupe/{path}", json=json, params=params, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    def judge(self, verdict: str, one: str, other: str, status: int = 201, **params: Any) -> Any:
        persons = {"one": str(self.bed.person_of(one)), "other": str(self.bed.person_of(other))}
        return self.call("POST", "judgements", status, {"verdict": verdict, **persons}, **params)

    def asked(self) -> set[frozenset[str]]:
        """The persons of each question, by the rows of their records."""
        items = self.call("GET", "review")["items"]
        return {frozenset(r["source_row_id"] for side in ("one", "other") for r in each[side]["records"]) for each in items}


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    context = Context("dedupe", settings, lambda: MONDAY)
    app = create_app(context, api.routers(context), Healthy())
    signer = Signer(settings)
    token = signer.sign(Caller(f"user:{uuid4()}", Role.OPERATOR, None, None, "Europe/Rome"))
    with served(app) as url, httpx.Client(base_url=url) as http:
        yield World(Bed(context.worker, context.codec), http, token, signer)
    context.worker.close()
    context.api.close()


def two_alike(bed: Bed) -> None:
    """Two of one address and post, and of different names: one of them may have left, or the address may be wrong."""
    bed.hear(
        bed.record("1", full_name="Ann Lee", email="ann@acme.com", title="CEO", phone="+41 31 555 01 01"),
        bed.record("2", full_name="Bob Ray", email="ann@acme.com", title="CEO", phone="+41 31 555 02 02"),
        bed.record("3", full_name="Cyd Moss", email="cyd@bolt.io"),
    )


def test_a_question_shows_both_sides_and_all_that_speaks_for_and_against(world: World) -> None:
    two_alike(world.bed)
    assert world.bed.groups() == {frozenset("1"), frozenset("2"), frozenset("3")}
    [question] = world.call("GET", "review")["items"]
    assert {question[side]["records"][0]["source_row_id"] for side in ("one", "other")} == {"1", "2"}
    assert sum(bar["bits"] for bar in question["waterfall"]) == pytest.approx(question["bits"])
    assert {bar["field"].partition(",")[0] for bar in question["waterfall"]} == {
        "prior", "given name", "family name", "company", "e-mail address", "phone", "job title",
    }  # fmt: skip
    assert question["one_person"] is False
    assert "to 1 that they are" in question["why"] or "as likely as not" in question["why"]
    turn = next(turn for turn in question["what_would_turn_it"] if turn["field"].startswith("profile"))
    assert (turn["now"], turn["if_it_were"]) == ("not known", "the same")
    assert world.call("GET", "review/count") == {"questions": 1}


def test_a_preview_shows_the_merged_person_and_changes_nothing(world: World) -> None:
    two_alike(world.bed)
    before = world.bed.persons()
    shown = world.judge("same", "1", "2", preview=True)
    [person] = shown["people"]
    assert (shown["judgement_id"], len(person["record_ids"])) == (None, 2)
    assert world.bed.persons() == before
    assert world.asked() == {frozenset("12")}


def test_a_decision_settles_the_question_and_can_be_taken_back(world: World) -> None:
    two_alike(world.bed)
    for verdict, groups in (("same", {frozenset("12"), frozenset("3")}), ("different", {frozenset("1"), frozenset("2"), frozenset("3")})):
        judged = world.judge(verdict, "1", "2")
        assert (world.bed.groups(), world.asked()) == (groups, set())
        assert {r for person in judged["people"] for r in person["record_ids"]} == {str(world.bed.record(n).record_id) for n in "12"}
        taken_back = world.call("DELETE", f"judgements/{judged['judgement_id']}")
        assert (taken_back["verdict"], taken_back["withdrawn"]) == (verdict, True)
        assert world.asked() == {frozenset("12")}


def test_a_question_that_is_put_off_comes_back(world: World) -> None:
    two_alike(world.bed)
    world.judge("later", "1", "2")
    assert world.asked() == set()
    assert world.bed.groups() == {frozenset("1"), frozenset("2"), frozenset("3")}


def test_any_two_persons_or_records_can_be_compared(world: World) -> None:
    two_alike(world.bed)
    world.bed.hear(world.bed.record("4", full_name="Cyd Moss", email="cyd@bolt.io", title="Clerk"))
    cyd = world.bed.person_of("3")
    one, other = (world.bed.record(row).record_id for row in "34")
    found = world.call("GET", "compare", one=one, other=other)
    assert (found["one_person"], found["decided"], found["one"]["person_id"]) == (True, None, str(cyd))
    assert found["bits"] > 8
    apart = world.call("GET", "compare", one=cyd, other=world.bed.person_of("1"))
    assert (apart["one_person"], apart["bits"] < 0) == (False, True)
    assert world.call("GET", "compare", 404, one=cyd, other=uuid4())["type"].endswith("not-found")


def test_records_are_split_off_and_an_unmerge_brings_back_who_was(world: World) -> None:
    world.bed.hear(*(world.bed.record(str(n), full_name="Bob Ray", email="bob@bolt.io") for n in range(3)))
    person = world.bed.person_of("0")
    chosen = [str(world.bed.record("2").record_id)]
    assert len(world.call("POST", f"people/{person}/split", 201, {"record_ids": chosen}, preview=True)["people"]) == 2
    assert world.bed.groups() == {frozenset("012")}
    world.call("POST", f"people/{person}/split", 201, {"record_ids": chosen})
    assert world.bed.groups() == {frozenset("01"), frozenset("2")}
    younger = world.bed.person_of("2")
    world.judge("same", "0", "2")
    assert world.bed.groups() == {frozenset("012")}
    world.call("POST", f"people/{younger}/unmerge", 201, {"note": "he is another Bob"})
    assert (world.bed.groups(), world.bed.person_of("2")) == ({frozenset("01"), frozenset("2")}, younger)
    assert world.call("POST", f"people/{younger}/unmerge", 409, {})["detail"].endswith("is back already")


def test_all_whom_a_page_shows_as_merged_in_can_be_unmerged_from_there(world: World) -> None:
    two_alike(world.bed)
    first, third = world.bed.person_of("1"), str(world.bed.person_of("3"))
    world.judge("same", "2", "3")
    world.judge("same", "1", "2")
    assert third in {each["person_id"] for each in world.call("GET", f"people/{first}")["merged_in"]}
    shown = world.call("POST", f"people/{third}/unmerge", 201, {}, preview=True)
    assert sorted(len(person["record_ids"]) for person in shown["people"]) == [1, 2]
    assert world.bed.groups() == {frozenset("123")}
    world.call("POST", f"people/{third}/unmerge", 201, {})
    assert world.bed.groups() == {frozenset("12"), frozenset("3")}


def test_only_operators_of_the_provider_review(world: World) -> None:
    member = world.signer.sign(Caller(f"user:{uuid4()}", Role.OWNER, uuid4(), uuid4(), "Europe/Rome"))
    for method, path in (("GET", "review"), ("POST", "judgements")):
        answer = world.http.request(method, f"/api/dedupe/{path}", headers={"Authorization": f"Bearer {member}"}, json={})
        assert answer.status_code == 403


def test_pages_of_questions_show_each_once(world: World) -> None:
    for n, family in enumerate(("Abbott", "Bishop", "Carver", "Dawson", "Eklund")):
        site = f"{family.lower()}.com"
        world.bed.hear(
            world.bed.record(f"{n}a", full_name=f"Ann {family}", email=f"ann@{site}", title="CEO", phone=f"+41 31 555 01 0{n}"),
            world.bed.record(f"{n}b", full_name="Bob Ray", email=f"ann@{site}", title="CEO", phone=f"+41 31 555 02 0{n}"),
        )
    every = world.asked()
    found: list[frozenset[str]] = []
    cursor: str | None = None
    while True:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        page = world.call("GET", "review", limit=2, **more)
        found += [frozenset(r["source_row_id"] for side in ("one", "other") for r in each[side]["records"]) for each in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert (len(found), set(found)) == (len(every), every)
    assert len(every) > 2


def test_a_question_between_many_records_is_put_off_whole_and_asked_again_when_that_is_taken_back(world: World) -> None:
    two_alike(world.bed)
    world.bed.hear(*(world.bed.record(f"1{n}", full_name="Ann Lee", email="ann@acme.com") for n in range(2)))
    assert frozenset({"1", "10", "11"}) in world.bed.groups()
    assert world.call("GET", "review/count") == {"questions": 1}
    judged = world.judge("later", "1", "2")
    assert (world.asked(), world.call("GET", "review/count")) == (set(), {"questions": 0})
    world.call("DELETE", f"judgements/{judged['judgement_id']}")
    assert (world.asked(), world.call("GET", "review/count")) == ({frozenset({"1", "10", "11", "2"})}, {"questions": 1})


def test_what_was_decided_waits_no_more(world: World) -> None:
    two_alike(world.bed)
    judged = world.judge("different", "1", "2")
    assert world.call("GET", "review/count") == {"questions": 0}
    world.call("DELETE", f"judgements/{judged['judgement_id']}")
    assert world.call("GET", "review/count") == {"questions": 1}


def test_a_question_that_was_put_off_stays_so_when_its_record_comes_back_until_that_is_taken_back(world: World) -> None:
    two_alike(world.bed)
    [question] = world.call("GET", "review")["items"]
    fields: dict[str, Any] = {"full_name": "Bob Ray", "email": "ann@acme.com", "title": "CEO", "phone": "+41 31 555 02 02"}
    bob = world.bed.record("2", **fields)
    judged = world.judge("later", "1", "2")
    for wanted in (set(), {frozenset("12")}):
        world.bed.take([heard(withdrawn(bob), world.bed.workspace_id)])
        if wanted:
            world.call("DELETE", f"judgements/{judged['judgement_id']}")
        world.bed.hear(bob)
        assert world.asked() == wanted
    assert world.call("GET", "review")["items"][0]["record_ids"] == question["record_ids"]


@pytest.mark.parametrize(("one", "other"), ["12", "21"])
@pytest.mark.parametrize("verdict", ["different", "later"])
def test_what_was_answered_of_two_persons_is_not_asked_again_of_their_next_records(
    world: World, verdict: str, one: str, other: str
) -> None:
    two_alike(world.bed)
    judged = world.judge(verdict, one, other)
    world.bed.hear(world.bed.record("4", full_name="Ann Lee", email="ann@acme.com", title="CEO", phone="+41 31 555 01 01"))
    world.bed.hear(world.bed.record("5", full_name="Bob Ray", email="ann@acme.com", title="CEO", phone="+41 31 555 02 02"))
    assert {frozenset("14"), frozenset("25")} < world.bed.groups()
    assert (world.asked(), world.call("GET", "review/count")) == (set(), {"questions": 0})
    world.call("DELETE", f"judgements/{judged['judgement_id']}")
    assert (world.asked(), world.call("GET", "review/count")) == ({frozenset("1425")}, {"questions": 1})


def test_people_are_found_by_what_is_known_of_them(world: World) -> None:
    two_alike(world.bed)
    world.bed.hear(world.bed.record("4", full_name="Dan Oak", linkedin="https://linkedin.com/in/dan-oak-1a2b"))
    ann, bob, dan = (str(world.bed.person_of(row)) for row in "124")
    for words, wanted in (
        ("ANN@acme.com", [ann, bob]),
        ("bob  ray", [bob]),
        ("http://www.linkedin.com/in/dan-oak-1a2b/", [dan]),
        (ann, [ann]),
        (str(world.bed.record("2").record_id), [bob]),
        ("nobody@acme.com", []),
        (str(uuid4()), []),
    ):
        found = world.call("GET", "people", q=words)["people"]
        assert [each["person_id"] for each in found] == wanted, words
    assert "first and a last name" in world.call("GET", "people", 422, q="bob")["detail"]
