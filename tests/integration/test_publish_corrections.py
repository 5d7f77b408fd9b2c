"""A workspace's own corrections, and where each field of a contact is from, on a real database and by the API."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from schemas.accounts import Role
from schemas.body import PROVIDER
from schemas.dedupe import PersonFormed, PersonMergedAway, PersonRevised, PersonSplitOff, SurvivorshipSet
from schemas.details import PersonDetails
from schemas.ingest import ImportStarted
from schemas.provenance import Lost, Origin, Provenance, Won
from services.kit.http import Caller, create_app
from services.kit.http.tokens import Signer
from services.kit.settings import Settings
from services.publish import api, handlers
from services.publish.domain.ids import contact_id
from services.publish.domain.review import Act
from tests.accounts import Healthy
from tests.builders import MONDAY
from tests.publish import Publish, company, person, publish_on, revised
from tests.serving import served

pytestmark = pytest.mark.engines
IMPORT, ANN = UUID(int=77), "ann@lee.example"
DETAILS = PersonDetails(full_name="Ann Lee", given_name="Ann", family_name="Lee", title="Architect", work_email=ANN, custom={"Size": "10"})
PROVENANCE = Provenance(
    origins=(
        Origin(source="Register", import_id=IMPORT, row=7, as_of=MONDAY, mapping_version=3),
        Origin(source="Crawler", import_id=UUID(int=78), row=9, as_of=MONDAY - timedelta(days=3), mapping_version=1),
    ),
    won=(
        Won(origin=0, rule="recent", fields=("title",)),
        Won(origin=1, rule="only", fields=("full_name", "given_name", "family_name", "work_email", "custom:Size")),
    ),
    lost=(Lost(field="title", value="Draughtswoman", origin=1),),
)


@dataclass
class World:
    publish: Publish
    http: httpx.Client
    here: UUID

    def call(self, method: str, path: str, status: int = 200, json: Any = None, role: Role = Role.MANAGER, **params: Any) -> Any:
        token = Signer(self.publish.context.settings).sign(Caller(f"user:{UUID(int=5)}", role, self.here, uuid4(), "UTC"))
        url = f"/api/publish/workspaces/{self.here}/{path}"
        answer = self.http.request(method, url, json=json, params=params, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def card(self, key: UUID, role: Role = Role.MANAGER) -> Any:
        return self.call("GET", f"contacts/{key}", role=role)

    def correct(self, key: UUID, field: str, value: str | None, status: int = 204, role: Role = Role.MANAGER) -> Any:
        return self.call("PUT", f"contacts/{key}/corrections", status, {"field": field, "value": value}, role)

    def withdraw(self, key: UUID, field: str, status: int = 204) -> Any:
        return self.call("DELETE", f"contacts/{key}/corrections", status, field=field)

    def published(self, formed: PersonFormed, workspace_id: UUID = PROVIDER) -> UUID:
        self.publish.people(formed, workspace_id=workspace_id)
        key = contact_id(self.here, formed.person_id)
        self.publish.reviews(self.here, Act.PUBLISH, key)
        return key

    def row(self, formed: PersonFormed) -> Any:
        return self.publish.contacts(self.here)[formed.person_id]


@pytest.fixture(scope="module")
def running(module_settings: Settings) -> Iterator[World]:
    publish = publish_on(module_settings)
    app = create_app(publish.context, api.routers(publish.context), Healthy())
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as http:
        yield World(publish, http, uuid4())


@pytest.fixture
def world(running: World) -> Iterator[World]:
    running.publish.segment(running.here)
    yield running
    running.publish.forgets_all()


@pytest.fixture
def formed() -> PersonFormed:
    return person(DETAILS, provenance=PROVENANCE)


def values(field: Any) -> list[str]:
    return [each["value"] for each in field["losing"]]


def test_each_field_of_a_contact_says_where_it_is_from_and_what_lost(world: World, formed: PersonFormed) -> None:
    started = ImportStarted(import_id=IMPORT, source_id=uuid4(), source="Register", file_name="march.csv", mapping={}, mapping_version=3)
    world.publish.hears(handlers.when_imports_start_know_their_files, [world.publish.streams.heard(started, f"import:{IMPORT}")])
    fields = world.card(world.published(formed))["fields"]
    assert list(fields)[:4] == ["full_name", "given_name", "family_name", "title"]
    title = fields["title"]
    assert (title["value"], title["rule"], title["losing"][0]["value"]) == ("Architect", "recent", "Draughtswoman")
    assert title["origin"] == {
        "source": "Register",
        "import_id": str(IMPORT),
        "file_name": "march.csv",
        "row": 7,
        "as_of": "2026-03-02T09:00:00Z",
        "mapping_version": 3,
        "corrected_by": None,
    }
    assert (fields["custom:Size"]["value"], fields["custom:Size"]["origin"]["source"]) == ("10", "Crawler")


def test_a_source_that_the_provider_keeps_to_itself_is_named_to_its_operators_only(world: World, formed: PersonFormed) -> None:
    key = world.published(formed)
    for version, hidden in ((2, ("Crawler",)), (1, ())):
        body = SurvivorshipSet(rules_id=uuid4(), version=version, fields={}, hidden_sources=hidden)
        world.publish.hears(handlers.when_survivorship_is_set_know_what_to_hide, [world.publish.streams.heard(body, "rules:1")])
    seen = world.card(key)["fields"]
    assert seen["work_email"]["origin"] | {"as_of": None} == dict.fromkeys(seen["work_email"]["origin"])
    assert (seen["title"]["origin"]["source"], seen["title"]["losing"][0]["origin"]["source"]) == ("Register", None)
    assert world.card(key, Role.OPERATOR)["fields"]["work_email"]["origin"]["source"] == "Crawler"


def test_a_correction_outranks_what_the_provider_knows_now_and_later_and_can_be_taken_back(world: World, formed: PersonFormed) -> None:
    key = world.published(formed)
    world.correct(key, "title", "Chief  Architect")
    # The page shows it at once; the contact follows in a moment, for all who hear of it.
    assert world.card(key)["fields"]["title"]["value"] == "Chief Architect"
    world.publish.settles()
    assert world.row(formed).details["title"] == "Chief Architect"
    assert world.publish.told(f"contact:{key}")[-2:] == ["ContactCorrected", "ContactRevised"]
    world.publish.people(revised(formed, title="Architect and Partner").model_copy(update={"provenance": PROVENANCE}))
    assert world.row(formed).details["title"] == "Chief Architect"
    title = world.card(key)["fields"]["title"]
    assert (title["rule"], title["origin"]["corrected_by"]) == ("workspace", f"user:{UUID(int=5)}")
    assert values(title) == ["Architect and Partner", "Draughtswoman"]
    world.withdraw(key, "title")
    assert world.card(key)["fields"]["title"]["value"] == "Architect and Partner"
    world.publish.settles()
    assert world.row(formed).details["title"] == "Architect and Partner"
    assert [each["what"] for each in world.card(key)["history"]][-2:] == ["ContactCorrectionWithdrawn", "ContactRevised"]
    world.withdraw(key, "title", 404)


def test_it_is_of_this_workspace_alone(world: World, formed: PersonFormed) -> None:
    there = uuid4()
    world.publish.segment(there)
    key = world.published(formed)
    world.correct(key, "title", "Chief Architect")
    world.publish.settles()
    assert world.publish.contacts(there)[formed.person_id].details["title"] == "Architect"


def test_what_is_corrected_counts_for_reach_name_and_search(world: World, formed: PersonFormed) -> None:
    key = world.published(formed)
    for field, value in (("work_email", None), ("family_name", "Berg"), ("linkedin", "linkedin.com/in/Ann-Berg"), ("custom:Size", "")):
        world.correct(key, field, value)
    world.publish.settles()
    row = world.row(formed)
    assert (row.email, row.social, row.name) == (False, True, "berg ann")
    assert row.details["full_name"] == "Ann Berg"
    assert "custom" not in row.details
    fields = world.card(key)["fields"]
    assert (fields["work_email"]["value"], values(fields["work_email"])) == (None, [ANN])
    assert (fields["full_name"]["rule"], values(fields["full_name"])) == ("workspace", ["Ann Lee"])
    assert values(fields["custom:Size"]) == ["10"]


def test_an_exclusion_holds_for_a_corrected_address_too(world: World, formed: PersonFormed) -> None:
    key = world.published(formed)
    world.call("POST", "exclusions", 201, {"entries": [{"by": "email", "value": "boss@rival.example"}]})
    world.correct(key, "work_email", "Boss@rival.example")
    world.publish.settles()
    assert world.row(formed).state == "excluded"
    world.correct(key, "title", "CEO", 409)


def test_a_correction_goes_into_a_merge_and_comes_back_by_a_split(world: World, formed: PersonFormed) -> None:
    other = person(DETAILS.model_copy(update={"title": "Landscape architect"}))
    key, into = world.published(formed), world.published(other)
    world.correct(key, "city", "Ulm")
    world.publish.settles()
    world.publish.people(PersonMergedAway(person_id=formed.person_id, into=other.person_id, record_ids=(), why="same"))
    assert world.row(other).details["city"] == "Ulm"
    world.correct(key, "city", "Bonn", 409)
    world.publish.people(
        PersonSplitOff(person_id=formed.person_id, from_person=other.person_id, record_ids=()),
        PersonRevised(person_id=formed.person_id, record_ids=(), details=DETAILS),
    )
    world.publish.people(revised(other))
    assert world.row(formed).details["city"] == "Ulm"
    assert "city" not in world.row(other).details
    world.publish.people(PersonMergedAway(person_id=formed.person_id, into=other.person_id, record_ids=(), why="same"))
    world.withdraw(into, "city")
    world.publish.settles()
    assert "city" not in world.row(other).details
    assert world.publish.told(f"contact:{key}")[-1] == "ContactCorrectionWithdrawn"


def test_the_companys_name_outranks_a_records_and_an_operators_correction_outranks_that(world: World) -> None:
    acme = company(name="Acme AG", domain="acme.example")
    world.publish.companies(acme)
    details = DETAILS.model_copy(update={"company_name": "ACME"})
    won = Won(origin=0, rule="only", fields=("company_name",))
    plain = person(details, company_id=acme.company_id, provenance=PROVENANCE.model_copy(update={"won": (won,)}))
    field = world.card(world.published(plain))["fields"]["company_name"]
    assert (field["value"], field["rule"], values(field)) == ("Acme AG", "company", ["ACME"])
    by_hand = Provenance(origins=(Origin(as_of=MONDAY, by="user:op"),), won=(Won(origin=0, rule="correction", fields=("company_name",)),))
    corrected = person(details, company_id=acme.company_id, provenance=by_hand)
    field = world.card(world.published(corrected))["fields"]["company_name"]
    assert (field["value"], field["rule"], field["origin"]["corrected_by"]) == ("ACME", "correction", "provider")
    assert world.row(corrected).details["company_name"] == "ACME"


def test_what_a_workspace_imported_itself_can_be_corrected_and_names_its_source(world: World, formed: PersonFormed) -> None:
    key = world.published(formed, world.here)
    world.correct(key, "title", "Owner")
    world.publish.settles()
    assert world.row(formed).details["title"] == "Owner"
    assert world.card(key)["fields"]["work_email"]["origin"]["source"] == "Crawler"


def test_a_person_told_of_before_there_was_provenance_is_shown_without_it(world: World) -> None:
    fields = world.card(world.published(person(DETAILS)))["fields"]
    assert (fields["title"]["value"], fields["title"]["rule"], fields["title"]["origin"]) == ("Architect", None, None)


@pytest.mark.parametrize(("field", "value"), [("full_name", "Ann"), ("shoe", "43"), ("work_email", "nobody"), ("country", "Atlantis")])
def test_what_cannot_be_corrected_so_is_refused(world: World, formed: PersonFormed, field: str, value: str) -> None:
    world.correct(world.published(formed), field, value, 422)


def test_members_may_look_and_not_correct(world: World, formed: PersonFormed) -> None:
    key = world.published(formed)
    world.correct(key, "title", "CEO", 403, Role.MEMBER)
    assert world.card(key, Role.MEMBER)["fields"]["title"]["origin"]["source"] == "Register"
    world.correct(uuid4(), "title", "CEO", 404)


def test_an_own_contact_says_what_is_its_own_and_what_the_provider_adds(world: World, formed: PersonFormed) -> None:
    provided = world.published(formed)
    mine = Origin(source="Our fair", import_id=uuid4(), row=3, as_of=MONDAY)
    ours = person(
        PersonDetails(title="Chief Architect", linkedin="https://www.linkedin.com/in/ann"),
        provenance=Provenance(origins=(mine,), won=(Won(origin=0, rule="only", fields=("title", "linkedin")),)),
    )
    key = world.published(ours, world.here)
    assert "work_email" not in world.card(key)["fields"]
    world.publish.recognises(world.here, ours.person_id, formed.person_id)
    body = SurvivorshipSet(rules_id=uuid4(), version=1, fields={}, hidden_sources=("Crawler",))
    world.publish.hears(handlers.when_survivorship_is_set_know_what_to_hide, [world.publish.streams.heard(body, "rules:1")])
    fields = world.card(key)["fields"]
    title = fields["title"]
    assert (title["value"], title["origin"]["source"], values(title)) == ("Chief Architect", "Our fair", ["Architect"])
    assert title["losing"][0]["origin"]["source"] == "Register"
    assert (fields["work_email"]["value"], fields["work_email"]["origin"]["source"]) == (ANN, None)
    # What was corrected of either holds for both.
    world.correct(provided, "city", "Ulm", 409)
    world.correct(key, "work_email", "ann@home.example")
    email = world.card(key)["fields"]["work_email"]
    assert (email["value"], email["rule"], values(email)) == ("ann@home.example", "workspace", [ANN])
    world.publish.settles()
    assert world.row(ours).details["work_email"] == "ann@home.example"
    world.publish.recognises(world.here, ours.person_id, None, before=formed.person_id)
    assert values(world.card(key)["fields"]["title"]) == []
    assert world.card(provided)["fields"]["work_email"]["value"] == ANN
