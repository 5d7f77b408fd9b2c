"""Publish's API on a real database: what each role may see and do, in its own workspace only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from schemas.accounts import Role
from schemas.details import PersonDetails
from services.kit.database import rows
from services.kit.http import Caller, create_app
from services.kit.http.tokens import Signer
from services.kit.settings import Settings
from services.publish import api
from services.publish.domain.ids import contact_id
from services.publish.domain.review import Act
from tests.accounts import Healthy
from tests.publish import ARCHITECTS, Publish, person, publish_on
from tests.serving import served

pytestmark = pytest.mark.engines

NAMES = ("Ann Berg", "Bea Berg", "Cem Ash", "Dora Zorn", "Émile Zola")


@dataclass
class Client:
    """Calls as somebody of one workspace."""

    http: httpx.Client
    token: str
    workspace_id: UUID

    def call(self, method: str, path: str, status: int = 200, json: Any = None, **params: Any) -> Any:
        answer = self.http.request(
            method,
            f"/api/publish/workspaces/{self.workspace_id}/{path}",
            json=json,
            params=params,
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


@dataclass
class World:
    publish: Publish
    http: httpx.Client
    signer: Signer

    def client(self, role: Role, workspace_id: UUID, actor: UUID | None = None) -> Client:
        caller = Caller(f"user:{actor or uuid4()}", role, workspace_id, uuid4(), "Europe/Berlin")
        return Client(self.http, self.signer.sign(caller), workspace_id)


@pytest.fixture(scope="module")
def running(module_settings: Settings) -> Iterator[World]:
    publish = publish_on(module_settings)
    app = create_app(publish.context, api.routers(publish.context), Healthy())
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as http:
        yield World(publish, http, Signer(module_settings))


@pytest.fixture
def world(running: World) -> Iterator[World]:
    yield running
    running.publish.forgets_all()


@pytest.fixture
def here() -> UUID:
    return uuid4()


@pytest.fixture
def operator(world: World, here: UUID) -> Client:
    return world.client(Role.OPERATOR, here)


@pytest.fixture
def manager(world: World, here: UUID) -> Client:
    return world.client(Role.MANAGER, here)


def meet(world: World, *names: str, **more: Any) -> list[UUID]:
    """People become known; returns their ids."""
    people = [
        person(PersonDetails(full_name=name, given_name=name.split()[0], family_name=name.split()[-1], title="Architect", **more))
        for name in names
    ]
    world.publish.people(*people)
    return [each.person_id for each in people]


def names(answer: Any) -> list[str]:
    return [item["details"]["full_name"] for item in answer["items"]]


def test_from_a_segment_to_approved_contacts(world: World, operator: Client, manager: Client) -> None:
    people = meet(world, *NAMES)
    key = manager.call("POST", "segments", 201, {"name": "Architects", "rule": ARCHITECTS})["segment_id"]
    [segment] = operator.call("GET", "segments")["items"]
    assert (segment["reviewing"], segment["contacts"]) == (True, {})
    world.publish.settles()
    [segment] = operator.call("GET", "segments")["items"]
    assert (segment["reviewing"], segment["contacts"]) == (False, {"proposed": 5})
    assert manager.call("GET", "contacts") == {"items": [], "next": None}, "what is not published is the Provider's to see"
    assert operator.call("POST", "contacts/publish", json={"state": "proposed"}, preview=True)["changed"] == 5
    assert operator.call("GET", "contacts/counts") == {"proposed": 5}
    done = operator.call("POST", "contacts/publish", json={"state": "proposed", "segment_id": key})
    assert done == {"asked": 5, "changed": 5, "unchanged": 0, "unknown": 0, "refused": {}}
    ids = [str(contact_id(manager.workspace_id, each)) for each in people]
    manager.call("POST", "contacts/exclude", json={"ids": ids[:1], "reason": "knows us"})
    done = manager.call("POST", "contacts/approve", json={"ids": [*ids, str(uuid4())]})
    assert done == {"asked": 6, "changed": 4, "unchanged": 0, "unknown": 1, "refused": {"excluded, which never returns": 1}}
    assert manager.call("GET", "contacts/counts") == {"approved": 4, "excluded": 1}
    assert manager.call("GET", "segments")["items"][0]["contacts"] == {"approved": 4, "excluded": 1}


def test_contacts_come_by_name_in_pages_and_are_found_by_text(world: World, operator: Client) -> None:
    world.publish.segment(operator.workspace_id)
    meet(world, *NAMES)
    first = operator.call("GET", "contacts", limit=2)
    second = operator.call("GET", "contacts", limit=2, cursor=first["next"])
    third = operator.call("GET", "contacts", limit=2, cursor=second["next"])
    assert names(first) + names(second) + names(third) == ["Cem Ash", "Ann Berg", "Bea Berg", "Émile Zola", "Dora Zorn"]
    assert third["next"] is None
    assert names(operator.call("GET", "contacts", q="BERG")) == ["Ann Berg", "Bea Berg"]
    assert names(operator.call("GET", "contacts", q="%")) == []
    operator.call("GET", "contacts", 422, cursor="bm9uc2Vuc2U=")


def test_a_contacts_card_says_why_it_is_there_and_what_happened_by_whom(world: World, here: UUID) -> None:
    actor = uuid4()
    operator = world.client(Role.OPERATOR, here, actor)
    world.publish.segment(here)
    [ann] = meet(world, "Ann Berg", work_email="ann@berg.example")
    key = contact_id(here, ann)
    operator.call("POST", "contacts/publish", json={"ids": [str(key)]})
    card = operator.call("GET", f"contacts/{key}")
    assert card["reasons"] == ["Architects: The title mentions “architect”."]
    assert (card["state"], card["email"], card["verified"], card["social"]) == ("published", True, True, False)
    assert [(each["what"], each["by"]) for each in card["history"]] == [
        ("ContactProposed", "service:publish"),
        ("ContactPublished", f"user:{actor}"),
    ]
    operator.call("GET", f"contacts/{uuid4()}", 404)


def test_publishing_all_leaves_out_what_matches_nothing_any_more_unless_it_is_named(world: World, operator: Client) -> None:
    key = world.publish.segment(operator.workspace_id)
    [ann] = meet(world, "Ann Berg")
    operator.call("PUT", f"segments/{key}", json={"name": "Plumbers", "rule": ARCHITECTS | {"value": "plumber"}})
    world.publish.settles()
    assert operator.call("POST", "contacts/publish", json={"state": "proposed"})["changed"] == 0
    named = {"ids": [str(contact_id(operator.workspace_id, ann))]}
    assert operator.call("POST", "contacts/publish", json=named)["changed"] == 1


def test_a_retired_segment_proposes_nobody_and_takes_nobody_away(world: World, operator: Client) -> None:
    key = world.publish.segment(operator.workspace_id)
    meet(world, "Ann Berg")
    operator.call("DELETE", f"segments/{key}", 204)
    operator.call("DELETE", f"segments/{key}", 404)
    world.publish.settles()
    meet(world, "Bea Berg")
    [left] = operator.call("GET", "contacts")["items"]
    assert (left["details"]["full_name"], left["state"], left["segment_ids"]) == ("Ann Berg", "proposed", [])


def test_a_rule_that_cannot_be_used_is_refused_with_its_place(manager: Client) -> None:
    rule = {"all": [{"field": "titel", "is": "mentions", "value": "x"}]}
    answer = manager.call("POST", "segments", 422, {"name": "Wrong", "rule": rule})
    assert answer["detail"] == "rule.all[0].field: “titel” is unknown; did you mean “title”?"


def test_lists_hold_contacts_of_all_that_are_meant(world: World, operator: Client, manager: Client) -> None:
    world.publish.segment(manager.workspace_id)
    meet(world, *NAMES)
    operator.call("POST", "contacts/publish", json={"state": "proposed"})
    key = manager.call("POST", "lists", 201, {"name": "Spring"})["list_id"]
    manager.call("POST", "lists", 409, {"name": "SPRING"})
    bergs = [item["contact_id"] for item in manager.call("GET", "contacts", q="berg")["items"]]
    assert manager.call("POST", f"lists/{key}/contacts", json={"ids": bergs}) == {"asked": 2, "added": 2, "unknown": 0}
    assert names(manager.call("GET", "contacts", list_id=key)) == ["Ann Berg", "Bea Berg"]
    assert manager.call("POST", f"lists/{key}/contacts", json={"state": "published"}) == {"asked": 5, "added": 3, "unknown": 0}
    [shown] = manager.call("GET", "lists")["items"]
    assert (shown["name"], shown["contacts"], shown["origin"]) == ("Spring", 5, "hand")
    assert manager.call("POST", "contacts/approve", json={"list_id": key}, preview=True)["changed"] == 5
    manager.call("POST", f"lists/{uuid4()}/contacts", 404, {"ids": bergs})
    assert world.publish.told(f"list:{key}") == ["ListMade", "ContactsListed", "ContactsListed"]


def test_exclusions_are_previewed_entered_shown_and_lifted(world: World, operator: Client, manager: Client) -> None:
    world.publish.segment(manager.workspace_id)
    meet(world, "Ann Berg", work_email="ann@berg.example")
    operator.call("POST", "contacts/publish", json={"state": "proposed"})
    ask = {"entries": [{"by": "domain", "value": "berg.example"}, {"by": "email", "value": "Eve@x.example"}], "reason": "a customer"}
    seen = manager.call("POST", "exclusions", 201, ask, preview=True)
    assert (seen["added"], seen["contacts"]) == (2, 1)
    assert manager.call("GET", "exclusions")["items"] == []
    manager.call("POST", "exclusions", 201, ask)
    world.publish.settles()
    [gone] = manager.call("GET", "contacts", state="excluded")["items"]
    assert gone["why"] == "Domain on the exclusion list: a customer"
    first = manager.call("GET", "exclusions", limit=1)
    second = manager.call("GET", "exclusions", limit=1, cursor=first["next"])
    found = {item["value"]: item["exclusion_id"] for item in first["items"] + second["items"]}
    assert found.keys() == {"berg.example", "eve@x.example"}
    manager.call("DELETE", f"exclusions/{found['berg.example']}", 204)
    manager.call("DELETE", f"exclusions/{found['berg.example']}", 404)
    assert [item["value"] for item in manager.call("GET", "exclusions")["items"]] == ["eve@x.example"]


def test_roles_bound_what_may_be_done(world: World, manager: Client, here: UUID) -> None:
    member = world.client(Role.MEMBER, here)
    manager.call("POST", "contacts/publish", 403, {"state": "proposed"})
    member.call("POST", "contacts/approve", 403, {"state": "published"})
    member.call("POST", "segments", 403, {"name": "A", "rule": ARCHITECTS})
    wide = {"entries": [{"by": "domain", "value": "x.example"}], "scope": "client"}
    manager.call("POST", "exclusions", 403, wide)
    world.client(Role.ADMIN, here).call("POST", "exclusions", 201, wide)
    member.call("GET", "contacts")
    manager.call("POST", "contacts/approve", 422, {})


def test_a_workspace_sees_and_changes_nothing_of_another(world: World, here: UUID, operator: Client) -> None:
    there = uuid4()
    world.publish.segment(here)
    world.publish.segment(there)
    [ann] = meet(world, "Ann Berg")
    world.publish.reviews(here, Act.PUBLISH, contact_id(here, ann))
    theirs = world.client(Role.OPERATOR, there)
    assert [item["contact_id"] for item in theirs.call("GET", "contacts")["items"]] == [str(contact_id(there, ann))]
    theirs.call("GET", f"contacts/{contact_id(here, ann)}", 404)
    assert theirs.call("POST", "contacts/exclude", json={"ids": [str(contact_id(here, ann))]})["unknown"] == 1
    assert operator.call("GET", "contacts/counts") == {"published": 1}


def test_the_apis_role_sees_only_its_workspaces_rows_in_every_table(world: World, here: UUID) -> None:
    there, context = uuid4(), world.publish.context
    world.publish.segment(here)
    meet(world, "Ann Berg", company_name="Berg")
    tables = ("contacts", "segments", "streams", "events", "outbox", "persons", "companies", "suppressions", "lists", "list_members")
    for table in tables:
        with context.api.transaction(there) as connection:
            assert rows(connection, f"SELECT 1 FROM {table}") == [], table
        with context.api.transaction() as connection:
            assert rows(connection, f"SELECT 1 FROM {table}") == [], table
    with context.api.transaction(here) as connection:
        assert {row.workspace_id for row in rows(connection, "SELECT workspace_id FROM contacts")} == {here}
        assert rows(connection, "SELECT 1 FROM persons") == [], "the Provider's golden records are nobody's to read"


def test_thousands_are_reviewed_in_chunks(world: World, operator: Client, manager: Client) -> None:
    world.publish.segment(manager.workspace_id)
    people = meet(world, *(f"Ann N{number:04}" for number in range(4100)))
    assert operator.call("POST", "contacts/publish", json={"state": "proposed"})["changed"] == 4100
    ids = [str(contact_id(manager.workspace_id, each)) for each in people]
    assert manager.call("POST", "contacts/approve", json={"ids": ids})["changed"] == 4100
    assert manager.call("POST", "contacts/approve", json={"ids": ids})["unchanged"] == 4100
