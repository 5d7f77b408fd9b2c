"""Rules and corrections of golden fields on a real database: by the API, through merges and new imports, and for all persons at once."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from schemas.accounts import Role
from schemas.body import PROVIDER
from schemas.dedupe import PersonRevised
from schemas.ingest import RecordIngested
from services.dedupe import api, handlers, kept, loops
from services.dedupe.domain.ids import company_id_of, person_id_of
from services.kit.database import rows, run
from services.kit.http import Caller, create_app
from services.kit.http.tokens import Signer
from services.kit.service import Context
from services.kit.settings import Settings
from tests.accounts import Healthy
from tests.builders import MONDAY, work_on
from tests.dedupe_bed import Bed, make_bed, withdrawn
from tests.ingest_bed import heard
from tests.serving import served

pytestmark = pytest.mark.engines
PROFILE = "https://linkedin.com/in/ann-lee"
LATER = MONDAY - timedelta(hours=1)
EARLIER = MONDAY - timedelta(days=9)


@dataclass
class World:
    bed: Bed
    context: Context
    http: httpx.Client
    operator: UUID

    def call(self, method: str, path: str, status: int = 200, json: Any = None, role: Role = Role.OPERATOR, **params: Any) -> Any:
        caller = Caller(f"user:{self.operator}", role, None if role == Role.OPERATOR else uuid4(), None, "UTC")
        token = Signer(self.context.settings).sign(caller)
        url = f"/api/dedupe/{path}"
        answer = self.http.request(method, url, json=json, params=params, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def person(self, person_id: UUID) -> Any:
        return self.call("GET", f"people/{person_id}")

    def correct(self, person_id: UUID, field: str, value: str | None, status: int = 204) -> Any:
        return self.call("PUT", f"people/{person_id}/corrections", status, {"field": field, "value": value})

    def withdraw(self, person_id: UUID, field: str, status: int = 204) -> Any:
        return self.call("DELETE", f"people/{person_id}/corrections", status, field=field)

    def rules(self, status: int = 204, **asked: Any) -> Any:
        return self.call("PUT", "survivorship", status, self.asked(**asked))

    def asked(self, **asked: Any) -> Any:
        return {"version": self.call("GET", "survivorship")["version"], "fields": {}, **asked}

    def preview(self, **asked: Any) -> Any:
        return self.call("POST", "survivorship/preview", json=self.asked(**asked))

    def chosen_anew(self, most: int = 2) -> int:
        """Slices until nothing is left to do."""
        slices = 0
        while loops.rechoose_step(self.context, most):
            slices += 1
        return slices

    def events(self, stream: str) -> list[str]:
        with self.bed.database.transaction() as connection:
            return [row.type for row in rows(connection, "SELECT type FROM events WHERE stream = :s ORDER BY version", s=stream)]

    def told(self) -> int:
        with self.bed.database.transaction() as connection:
            [row] = rows(connection, "SELECT count(*) AS n FROM events WHERE stream LIKE 'person:%'")
        return int(row.n)


@pytest.fixture(scope="module")
def running(module_settings: Settings) -> Iterator[World]:
    bed = make_bed(module_settings)
    context = Context("dedupe", module_settings, lambda: MONDAY)
    app = create_app(context, api.routers(context), Healthy())
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as http:
        yield World(bed, context, http, uuid4())
    bed.database.close()


@pytest.fixture
def world(running: World) -> Iterator[World]:
    yield running
    running.bed.empty()


def person_of(bed: Bed, row_id: str, **more: Any) -> UUID:
    return person_id_of(bed.record(row_id, **more).record_id)


def test_a_company_shows_all_that_is_said_of_it(world: World) -> None:
    for n, name in enumerate(("Acme", "Acme Foods", "Acme")):
        world.bed.hear(world.bed.record(str(n), company_name=name, city="Bern", company_website="acme.com"))
    [company_id] = world.bed.companies()
    shown = world.call("GET", f"companies/{company_id}")
    assert shown["details"] == {"name": "Acme", "domain": "acme.com", "country": None, "city": "Bern"}
    assert shown["said"]["name"] == [{"value": "Acme", "records": 2}, {"value": "Acme Foods", "records": 1}]
    assert shown["said"]["city"] == [{"value": "Bern", "records": 3}]


def test_each_field_says_where_it_is_from_by_which_rule_it_won_and_what_lost(world: World) -> None:
    bed = world.bed
    bed.hear(
        bed.record("1", EARLIER, email="ann@acme.com", title="Clerk", city="Ulm").model_copy(update={"row": 5, "mapping_version": 3}),
        bed.record("2", LATER, source="web", email="ann@acme.com", title="Head", **{"custom:Size": "10"}),
    )
    seen = world.person(person_of(bed, "1"))
    title, city = seen["fields"]["title"], seen["fields"]["city"]
    assert (title["value"], title["rule"], title["origin"]["source"]) == ("Head", "recent", "web")
    [lost] = title["losing"]
    assert (lost["value"], lost["origin"]["source"], lost["origin"]["row"], lost["origin"]["mapping_version"]) == ("Clerk", "crm", 5, 3)
    assert (city["rule"], city["losing"]) == ("only", [])
    assert seen["details"]["custom"] == {"Size": "10"}
    assert seen["fields"]["custom:Size"]["origin"]["source"] == "web"
    assert any(record["fields"].get("custom:Size") == "10" for record in seen["records"])


def test_what_is_told_of_a_person_carries_their_provenance(world: World) -> None:
    bed = world.bed
    bed.hear(bed.record("1", EARLIER, email="ann@acme.com", title="Clerk"))
    told = bed.hear(bed.record("2", LATER, source="web", email="ann@acme.com", title="Head"))
    [revised] = [each.body for each in told if isinstance(each.body, PersonRevised)]
    origin, rule = revised.provenance.fields["title"]
    assert (origin.source, origin.import_id, origin.row, rule) == ("web", bed.record("2", source="web").import_id, 2, "recent")
    assert [value for value, _ in revised.provenance.losing("title")] == ["Clerk"]


def test_the_same_values_from_a_newer_row_are_told_as_they_are_from_there_now(world: World) -> None:
    bed = world.bed
    bed.hear(bed.record("1", EARLIER, email="ann@acme.com", title="Clerk", **{"custom:Note": "x"}))
    told = bed.hear(bed.record("1", LATER, email="ann@acme.com", title="Clerk", **{"custom:Note": ""}))
    [revised] = [each.body for each in told if isinstance(each.body, PersonRevised)]
    assert revised.provenance.fields["title"][0].as_of == LATER


def test_a_correction_outranks_all_records_that_come_and_can_be_taken_back(world: World) -> None:
    bed = world.bed
    bed.hear(bed.record("1", EARLIER, email="ann@acme.com", title="Clerk"))
    ann = person_of(bed, "1")
    world.correct(ann, "title", " Chief   Clerk ")
    assert bed.persons()[ann].details.title == "Chief Clerk"
    assert world.events(f"correction:{ann}") == ["PersonCorrected"]
    bed.hear(bed.record("1", LATER, email="ann@acme.com", title="Head"), bed.record("2", LATER, email="ann@acme.com", title="Boss"))
    assert bed.persons()[ann].details.title == "Chief Clerk"
    field = world.person(ann)["fields"]["title"]
    assert (field["rule"], field["origin"]["corrected_by"]) == ("correction", f"user:{world.operator}")
    assert [each["value"] for each in field["losing"]] == ["Boss", "Head"]
    world.withdraw(ann, "title")
    assert bed.persons()[ann].details.title == "Boss"
    assert world.events(f"correction:{ann}") == ["PersonCorrected", "CorrectionWithdrawn"]
    world.withdraw(ann, "title", 404)


def test_the_same_correction_again_tells_nothing(world: World) -> None:
    bed = world.bed
    bed.hear(bed.record("1", email="ann@acme.com"))
    ann = person_of(bed, "1")
    world.correct(ann, "city", "Ulm")
    before = world.told()
    world.correct(ann, "city", "Ulm")
    assert world.told() == before
    assert world.events(f"correction:{ann}") == ["PersonCorrected"]


def test_a_correction_goes_into_a_merge_and_comes_back_by_a_split(world: World) -> None:
    bed = world.bed
    bed.hear(bed.record("1", email="ann@acme.com", title="Clerk"), bed.record("2", linkedin=PROFILE, title="Head"))
    one, other = person_of(bed, "1"), person_of(bed, "2")
    world.correct(other, "title", "Queen")
    bed.hear(bed.record("3", email="ann@acme.com", linkedin=PROFILE))
    assert {key: each.details.title for key, each in bed.persons().items()} == {one: "Queen"}
    world.correct(other, "title", "King", 409)
    bed.hear(bed.record("3", email="ann@acme.com"))
    assert {key: each.details.title for key, each in bed.persons().items()} == {one: "Clerk", other: "Queen"}


def test_a_preview_of_a_merge_follows_the_corrections_and_the_rules(world: World) -> None:
    bed = world.bed
    bed.hear(
        bed.record("1", email="ann@acme.com", title="Clerk", city="Ulm"),
        bed.record("2", linkedin=PROFILE, title="Head of all sales", city="Neu-Ulm", as_of=EARLIER),
    )
    one, other = person_of(bed, "1"), person_of(bed, "2")
    world.rules(fields={"city": ["longest"]})
    world.correct(other, "title", "Queen")
    asked = {"verdict": "same", "one": str(one), "other": str(other)}
    [person] = world.call("POST", "judgements", 201, asked, preview=True)["people"]
    assert (person["details"]["title"], person["details"]["city"]) == ("Queen", "Neu-Ulm")
    world.call("POST", "judgements", 201, asked)
    assert bed.persons()[one].details.model_dump(mode="json") == person["details"]


def test_of_two_merged_corrections_the_later_counts_and_one_withdrawal_takes_back_both(world: World) -> None:
    bed = world.bed
    bed.hear(bed.record("1", email="ann@acme.com", title="Clerk"), bed.record("2", linkedin=PROFILE, title="Head"))
    one, other = person_of(bed, "1"), person_of(bed, "2")
    world.correct(one, "title", "First")
    later = replace(world, context=Context("dedupe", world.context.settings, lambda: MONDAY + timedelta(days=1)))
    app = create_app(later.context, api.routers(later.context), Healthy())
    with served(app) as address, httpx.Client(base_url=address) as http:
        replace(later, http=http).correct(other, "title", "Second")
    bed.hear(bed.record("3", email="ann@acme.com", linkedin=PROFILE))
    field = world.person(one)["fields"]["title"]
    assert field["value"] == "Second"
    assert field["losing"][0]["value"] == "First"
    world.withdraw(one, "title")
    assert bed.persons()[one].details.title in {"Clerk", "Head"}
    assert world.events(f"correction:{other}") == ["PersonCorrected", "CorrectionWithdrawn"]


def test_a_correction_of_a_person_whose_first_record_is_withdrawn_is_inherited_and_the_later_counts(world: World) -> None:
    bed = world.bed
    bed.hear(bed.record("1", email="ann@acme.com", title="Clerk"), bed.record("2", email="bob@acme.com", title="Head"))
    ann, heir = person_of(bed, "1"), person_of(bed, "2")
    for field, value in (("title", "Queen"), ("city", "Ulm")):
        world.correct(ann, field, value)
    world.correct(heir, "title", "King")
    with bed.database.transaction() as connection:
        run(connection, "UPDATE corrections SET at = at + interval '1 day' WHERE person_id = :heir", heir=heir)
        kept.inherit_corrections(connection, PROVIDER, ann, heir)
        kept.inherit_corrections(connection, PROVIDER, ann, heir)
    assert {name: each["value"] for name, each in world.person(heir)["fields"].items() if each["rule"] == "correction"} == {
        "title": "King",
        "city": "Ulm",
    }
    assert world.person(ann)["fields"]["title"]["value"] == "Clerk"


def test_a_correction_of_one_who_was_merged_stays_with_their_records_when_the_first_is_withdrawn(world: World) -> None:
    bed = world.bed
    first = bed.record("2", linkedin=PROFILE, title="Head")
    bed.hear(bed.record("1", email="ann@acme.com", title="Clerk"), first, bed.record("4", linkedin=PROFILE, title="Head"))
    one, other = person_of(bed, "1"), person_of(bed, "2")
    assert bed.person_of("4") == other
    world.correct(other, "title", "Queen")
    world.call("POST", "judgements", 201, {"verdict": "same", "one": str(one), "other": str(other)})
    bed.take([heard(withdrawn(first), bed.workspace_id)])
    assert (bed.person_of("4"), bed.persons()[one].details.title) == (one, "Queen")
    world.call("POST", f"people/{one}/split", 201, {"record_ids": [str(bed.record("4").record_id)]})
    assert [bed.persons()[bed.person_of(row)].details.title for row in "14"] == ["Clerk", "Queen"]


def test_a_corrected_domain_is_the_persons_company(world: World) -> None:
    bed = world.bed
    bed.hear(bed.record("1", email="ann@acme.com", company_name="Acme"))
    ann = person_of(bed, "1")
    world.correct(ann, "company_domain", "https://www.bolt.io/team")
    person = bed.persons()[ann]
    assert (person.details.company_domain, person.company_id) == ("bolt.io", company_id_of(PROVIDER, "domain", "bolt.io"))


@pytest.mark.parametrize(
    ("field", "value", "status"), [("work_email", "nobody", 422), ("shoe", "43", 422), ("full_name", "Ann", 422), ("title", "x" * 501, 422)]
)
def test_what_cannot_be_corrected_so_is_refused(world: World, field: str, value: str, status: int) -> None:
    world.bed.hear(world.bed.record("1", email="ann@acme.com"))
    world.correct(person_of(world.bed, "1"), field, value, status)
    world.correct(uuid4(), "title", "CEO", 404)


def test_rules_are_versioned_events_and_not_set_over_anothers_unseen(world: World) -> None:
    first = world.call("GET", "survivorship")
    assert (first["version"], first["fields"]["title"], first["fields"]["name"]) == (
        0,
        ["recent", "frequent"],
        ["fullest", "recent", "frequent"],
    )
    asked = world.asked(fields={"title": ["trusted", "recent"]}, sources=["register"])
    world.call("PUT", "survivorship", 204, asked)
    world.call("PUT", "survivorship", 409, asked)
    seen = world.call("GET", "survivorship")
    assert (seen["version"], seen["fields"]["title"], seen["sources"]) == (1, ["trusted", "recent"], ["register"])
    assert "title" not in seen["defaults"]
    assert seen["versions"][0]["by"] == f"user:{world.operator}"
    world.rules(422, fields={"title": ["trusted"]})
    world.rules(fields={"title": ["recent", "frequent"], "city": ["longest"]})
    assert set(world.call("GET", "survivorship")["defaults"]) == set(seen["fields"]) - {"city"}
    world.call("GET", "survivorship", 403, role=Role.OWNER)


def test_rules_hold_for_what_arrives_and_all_others_are_chosen_anew_in_slices(world: World) -> None:
    bed = world.bed
    own = replace(bed, workspace_id=uuid4())
    for each in (bed, own):
        for n in range(5):
            email = f"p{n}@acme.com"
            each.hear(
                each.record(f"{n}a", EARLIER, source="register", email=email, title="Clerk" if n < 3 else "Head"),
                each.record(f"{n}b", LATER, source="web", email=email, title="Head"),
            )
    trusted: dict[str, Any] = {"fields": {"title": ["trusted"]}, "sources": ["register", "web"]}
    found = world.preview(**trusted)
    assert (found["people"], found["looked_at"], found["changed"], found["estimate"]) == (5, 5, 3, 3)
    assert found["fields"] == {"title": 3}
    assert {(each["now"], each["then"]) for each in found["examples"]} == {("Head", "Clerk")}
    assert world.preview()["changed"] == 0
    bed.recognise()
    before = world.told()
    world.rules(**trusted)
    assert loops.busy(world.context) == 1
    assert not world.call("GET", "survivorship")["rechoosing"]["finished"]
    # What arrives between the slices follows the new rules.
    loops.rechoose_step(world.context, 2)
    bed.hear(bed.record("4b", LATER, source="web", email="p4@acme.com", title="Boss"))
    assert world.chosen_anew(2) >= 4
    assert bed.recognise() == []
    assert (loops.busy(world.context), world.chosen_anew()) == (0, 0)
    for each in (bed, own):
        assert sorted(str(person.details.title) for person in each.persons().values()) == ["Clerk"] * 3 + ["Head"] * 2
    going = world.call("GET", "survivorship")["rechoosing"]
    assert (going["finished"], going["looked_at"], going["changed"]) == (True, 10, 6)
    # Three in each scope have changed; of the one that got a record its origins were told; of nobody else anything.
    assert world.told() == before + 6 + 1


def test_a_pass_goes_on_where_it_was_and_begins_anew_with_newer_rules(world: World) -> None:
    bed = world.bed
    for n in range(4):
        bed.hear(
            bed.record(f"{n}a", EARLIER, email=f"p{n}@acme.com", title="B"), bed.record(f"{n}b", LATER, email=f"p{n}@acme.com", title="A")
        )
    world.rules(fields={"title": ["oldest"]})
    loops.rechoose_step(world.context, 2)
    assert world.call("GET", "survivorship")["rechoosing"]["looked_at"] == 2
    world.rules(fields={"title": ["recent"]})
    world.chosen_anew(3)
    assert {person.details.title for person in bed.persons().values()} == {"A"}
    assert world.call("GET", "survivorship")["rechoosing"]["looked_at"] == 4


def test_who_is_being_formed_by_the_old_rules_is_chosen_anew_too(world: World) -> None:
    bed = world.bed
    # The place of the pass goes by persons' ids: past the second of these it would never see the first.
    late, early = sorted("12", key=lambda row: person_of(bed, row))

    def said(row: str) -> list[RecordIngested]:
        both = ((row, EARLIER, "B"), (f"{row}b", LATER, "A"))
        return [bed.record(row_id, as_of, email=f"p{row}@acme.com", title=title) for row_id, as_of, title in both]

    bed.hear(*said(early))
    with ThreadPoolExecutor(1) as beside, bed.database.transaction() as connection:
        work = work_on(connection, bed.codec)
        work.append(handlers.when_records_arrive_merge_them([heard(each, PROVIDER) for each in said(late)], work, bed.judges))
        world.rules(fields={"title": ["oldest"]})
        passing = beside.submit(world.chosen_anew, 10)
        until_somebody_waits_for_a_scope(bed)
    assert passing.result() > 0
    assert [person.details.title for person in bed.persons().values()] == ["B", "B"]


def until_somebody_waits_for_a_scope(bed: Bed) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with bed.database.transaction() as connection:
            if rows(connection, "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_rules_that_only_hide_sources_choose_nobody_anew(world: World) -> None:
    world.bed.hear(world.bed.record("1", email="ann@acme.com"))
    world.bed.recognise()
    world.rules(hidden_sources=["crm"])
    assert loops.busy(world.context) == 0
    assert world.call("GET", "survivorship")["hidden_sources"] == ["crm"]
