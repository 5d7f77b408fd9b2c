"""Pushed records on a real server: each answered by itself, each call with its effect once."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from schemas.topics import heard_by
from services.ingest import agents
from services.kit.clock import system_clock
from services.kit.service import Context
from services.kit.settings import Settings
from tests.ingest_client import Client, serving_ingest

pytestmark = pytest.mark.engines

ANN = {"id": "1", "fields": {"email": "ann@acme.com"}}
BOB = {"id": "2", "fields": {"email": "bob@acme.com"}}


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Client]:
    with serving_ingest(module_settings) as client:
        yield client


@pytest.fixture
def client(shared: Client) -> Client:
    return shared.elsewhere()


def push(client: Client, *records: Any, **headers: str) -> httpx.Response:
    return client.post("/records", {"source": "Website", "records": list(records)}, **headers)


def test_the_outcomes_are_counted(client: Client) -> None:
    push(client, ANN, BOB)
    said = push(
        client, ANN, {**BOB, "fields": {"email": "bob@acme.org"}}, {"fields": {"email": "none"}}, {"fields": {"full_name": "Cy Ray"}}
    )
    assert said.json()["counts"] == {"added": 1, "changed": 1, "unchanged": 1, "rejected": 1, "waiting": 0}


def test_the_same_records_again_are_unchanged(client: Client) -> None:
    first, again = (push(client, ANN, BOB).json()["counts"] for _ in range(2))
    assert (first["added"], again["added"], again["unchanged"]) == (2, 0, 2)
    assert len(client.bed.published()) == 2


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"fields": {}}, "blank"),
        ({"fields": {"title": "Architect"}}, "whom or which company"),
        ({"fields": {"e-mail": "x@acme.com"}}, "no data field"),
        ({"fields": {"row_id": "7", "email": "x@acme.com"}}, "no data field"),
        ({"fields": {"email": 7}}, "fields.email: "),
        ({"fields": {"email": "x@acme.com"}, "colour": "red"}, "colour: "),
        ({"id": "x" * 501, "fields": {"email": "x@acme.com"}}, "id: "),
        ({"fields": {"email": "x@acme.com", "title": "x" * 40_000}}, "fields.title: "),
        ({"fields": {"full_name": "Ann\0Lee"}}, "NUL"),
        ({"fields": {"a\0b": "x"}}, "no data field"),
        ({"fields": {"a\0b": 7}}, "fields.a\ufffdb: "),
        ({"fields": {"email": "x@acme.com"}, "a\0b": 7}, "a\ufffdb: "),
        ({}, "fields: "),
        ("ann@acme.com", "valid dictionary"),
        (None, "valid dictionary"),
    ],
)
def test_a_record_that_is_rejected_says_why_and_stops_no_other(client: Client, record: Any, why: str) -> None:
    answer = push(client, ANN, record, BOB)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [each["outcome"] for each in results] == ["added", "rejected", "added"]
    assert why in results[1]["reason"]
    assert len(client.bed.published()) == 2
    [rejected] = client.get(f"/imports/{answer.json()['import_id']}/rejected")["items"]
    assert (rejected["line"], rejected["reason"]) == (2, results[1]["reason"])
    # What was pushed stands in no file: it is kept to be looked at, and to be sent again when it is put right.
    assert json.loads(rejected["raw"]) == record if len(str(record)) < 500 and "\0" not in str(record) else rejected["raw"]


@pytest.mark.parametrize(("path", "name"), [("/records", "records"), ("/activities", "activities")])
def test_too_many_at_once_are_refused_naming_the_limit(client: Client, path: str, name: str) -> None:
    answer = client.post(path, {"source": "s", name: [ANN] * 1001})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "1000" in answer.json()["detail"]
    assert client.get("/imports")["items"] == []


@pytest.mark.parametrize(("path", "name"), [("/records", "records"), ("/activities", "activities")])
def test_none_at_all_are_refused(client: Client, path: str, name: str) -> None:
    assert client.post(path, {"source": "s", name: []}).status_code == 422


def test_a_push_sent_again_with_its_key_has_its_effect_once(client: Client) -> None:
    first, again = (push(client, ANN, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(client.get("/imports")["items"]) == 1


def test_a_reason_that_names_what_no_database_holds_is_kept_for_the_answer_given_again(client: Client) -> None:
    bad = {"fields": {"a\0b": 7}}
    first, again = (push(client, ANN, bad, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.status_code == 200, first.text
    assert first.json() == again.json()


def test_a_key_for_another_push_is_a_conflict(client: Client) -> None:
    push(client, ANN, **{"Idempotency-Key": "k1"})
    refused = push(client, BOB, **{"Idempotency-Key": "k1"})
    assert refused.status_code == 409
    assert "new one for each" in refused.json()["detail"]
    assert len(client.bed.published()) == 1


def test_the_description_names_what_to_send(client: Client) -> None:
    document = client.http.get("/api/ingest/openapi.json").json()
    schemas = document["components"]["schemas"]
    hook = document["paths"]["/api/ingest/webhooks/{source_id}"]["post"]
    assert {each["name"] for each in hook["parameters"]} >= {"source_id", "webhook-id", "webhook-timestamp", "webhook-signature"}
    delivered = hook["requestBody"]["content"]["application/json"]["schema"]["properties"]
    for part, name in (("records", "PushedRecord"), ("activities", "ActivityAsked")):
        assert delivered[part]["items"] == {"$ref": f"#/components/schemas/{name}"}
        assert name in schemas
    assert schemas["PushRecords"]["properties"]["records"]["items"] == {"$ref": "#/components/schemas/PushedRecord"}
    assert schemas["PushRecords"]["properties"]["records"]["maxItems"] == 1000


def test_ingest_hears_what_the_catalogue_says(module_settings: Settings) -> None:
    hears = agents.hears(Context("ingest", module_settings, system_clock))
    assert sorted(each.topic.name for each in hears) == sorted(topic.name for topic in heard_by("ingest"))
