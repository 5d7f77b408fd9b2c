"""Webhooks on a real server: who has the secret is heard, once for each call; nobody else, and nobody learns whose it is."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.ingest.api.hooks import MOST_CALL
from services.ingest.domain.signature import new_secret, signature
from services.kit.database import Database, rows, run
from services.kit.settings import Settings
from tests.ingest_client import Client, Hook, make_hook, no_hook, serving_ingest

pytestmark = pytest.mark.engines

ANN = {"id": "1", "fields": {"email": "ann@acme.com"}}


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Client]:
    with serving_ingest(module_settings) as client:
        yield client


@pytest.fixture
def client(shared: Client) -> Client:
    return shared.elsewhere()


@pytest.fixture
def hook(client: Client) -> Hook:
    return make_hook(client)


def activity(**more: Any) -> dict[str, Any]:
    return {"contact_id": str(uuid4()), "kind": "download", "at": "2026-03-01T09:00:00Z", **more}


def test_a_signed_call_brings_records_and_activities_each_answered_by_itself(hook: Hook) -> None:
    answer = hook.call({"records": [ANN, {"fields": {"email": "none"}}], "activities": [activity(), {"kind": "dancing"}]})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert [each["outcome"] for each in said["records"]["results"]] == ["added", "rejected"]
    assert [each["outcome"] for each in said["activities"]["results"]] == ["added", "rejected"]
    assert said["records"]["counts"] == {"added": 1, "changed": 0, "unchanged": 0, "rejected": 1, "waiting": 0}
    [(_, body)] = hook.client.bed.published()
    assert (body.source, str(body.source_id), body.source_row_id) == ("Website", hook.source_id, "1")
    assert len(hook.client.told()) == 1


def test_what_a_call_brought_that_was_refused_can_be_looked_at_afterwards(hook: Hook) -> None:
    hook.call({"records": [ANN, {"fields": {"email": "none"}}], "activities": [{"kind": "dancing", "at": "2026-03-01T09:00:00Z"}]})
    [one] = hook.client.get("/imports")["items"]
    assert (one["source"], one["rows"], one["accepted"], one["rejected"]) == ("Website", 3, 1, 2)
    refused = hook.client.get(f"/imports/{one['import_id']}/rejected")["items"]
    assert [row["line"] for row in refused] == [2, 3]
    assert "kind" in refused[1]["reason"]
    assert [json.loads(row["raw"]) for row in refused] == [
        {"fields": {"email": "none"}}, {"kind": "dancing", "at": "2026-03-01T09:00:00Z"},
    ]  # fmt: skip


def test_a_call_of_activities_alone_makes_no_import(hook: Hook) -> None:
    said = hook.call({"activities": [activity()]}).json()
    assert (said["records"], said["activities"]["counts"]["added"]) == (None, 1)
    assert hook.client.get("/imports")["items"] == []


def test_a_call_that_comes_again_is_answered_as_before_and_changes_nothing(hook: Hook) -> None:
    body = {"records": [ANN], "activities": [activity()]}
    first, again, late = hook.call(body, "m1"), hook.call(body, "m1"), hook.call(body, "m1", at=200)
    assert first.json() == again.json() == late.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (len(hook.client.bed.published()), len(hook.client.told()), len(hook.client.get("/imports")["items"])) == (1, 1, 1)


def test_calls_by_one_id_at_the_same_time_have_one_effect(hook: Hook) -> None:
    body = {"activities": [activity()]}
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: hook.call(body, "m1"), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert len(hook.client.told()) == 1


def test_the_same_content_by_another_id_is_unchanged(hook: Hook) -> None:
    body = {"records": [ANN], "activities": [activity()]}
    hook.call(body)
    said = hook.call(body).json()
    assert (said["records"]["counts"]["unchanged"], said["activities"]["counts"]["unchanged"]) == (1, 1)


def test_one_id_for_two_calls_is_a_conflict(hook: Hook) -> None:
    hook.call({"records": [ANN]}, "m1")
    answer = hook.call({"records": [{**ANN, "id": "2"}]}, "m1")
    assert answer.status_code == 409
    assert len(hook.client.bed.published()) == 1


def refusals(hook: Hook) -> dict[str, Any]:
    body = {"records": [ANN]}
    other = json.dumps({"records": []}).encode()
    return {
        "another secret": replace(hook, secret=new_secret(os.urandom)).call(body),
        "no such webhook": no_hook(hook.client).call(body),
        "signature of another body": hook.call(body, headers={"webhook-signature": signature(hook.secret, "m1", 1, other)}),
        "another id": hook.call(body, "m1", headers={"webhook-id": "m2"}),
        "no signature": hook.call(body, headers={"webhook-signature": ""}),
        "no id": hook.call(body, headers={"webhook-id": ""}),
        "no time": hook.call(body, headers={"webhook-timestamp": ""}),
        "no number as time": hook.call(body, headers={"webhook-timestamp": "now"}),
        "too old": hook.call(body, at=-310),
        "too early": hook.call(body, at=310),
    }


def test_a_call_that_is_not_signed_as_it_must_be_is_refused_and_has_no_effect(hook: Hook) -> None:
    for name, answer in refusals(hook).items():
        assert (name, answer.status_code) == (name, 401)
        assert answer.headers["content-type"] == "application/problem+json"
    assert hook.client.bed.published() == hook.client.get("/imports")["items"] == []


def test_a_refusal_does_not_tell_whether_there_is_such_a_webhook(hook: Hook) -> None:
    there, nowhere = refusals(hook), refusals(no_hook(hook.client))
    for name in there:
        said = [{k: v for k, v in answer[name].json().items() if k not in {"instance", "correlation_id"}} for answer in (there, nowhere)]
        assert said[0] == said[1], name


def test_a_source_that_is_no_webhook_cannot_be_called(client: Client) -> None:
    made = client.post("/sources", {"name": "crm", "kind": "api"}).json()
    assert (made["webhook"], made["secret"]) == (None, None)
    assert Hook(client, made["source_id"], new_secret(os.urandom)).call({"records": [ANN]}).status_code == 401
    refused = client.post(f"/sources/{made['source_id']}/secret", {})
    assert refused.status_code == 409
    assert "no webhook" in refused.json()["detail"]


def test_a_secret_is_shown_once_and_kept_encrypted(client: Client) -> None:
    asked = {"name": "Shop", "kind": "webhook"}
    first, replayed = (client.post("/sources", asked, **{"Idempotency-Key": "k"}).json() for _ in range(2))
    again = client.post("/sources", asked).json()
    secret = first["secret"]
    assert secret.startswith("whsec_")
    assert first["webhook"] == f"/api/ingest/webhooks/{first['source_id']}"
    assert replayed["secret"] is again["secret"] is None
    assert all("secret" not in source or source["secret"] is None for source in client.get("/sources")["items"])
    with client.bed.database.transaction() as connection:
        stored = rows(connection, "SELECT to_jsonb(hooks)::text AS all FROM hooks WHERE source_id = :s", s=first["source_id"])
        kept = rows(connection, "SELECT response::text AS all FROM idempotency WHERE workspace_id = :w", w=client.bed.workspace_id)
    assert secret.removeprefix("whsec_") not in "".join(row.all for row in [*stored, *kept])


def test_after_a_rotation_both_secrets_hold_until_the_former_ends(hook: Hook) -> None:
    rotated = hook.client.post(f"/sources/{hook.source_id}/secret", {}).json()
    new = replace(hook, secret=rotated["secret"])
    assert rotated["former_until"]
    assert (hook.call({"records": [ANN]}).status_code, new.call({"records": [ANN]}).status_code) == (200, 200)
    with hook.client.bed.database.transaction() as connection:
        run(connection, "UPDATE hooks SET former_until = clock_timestamp() WHERE source_id = :s", s=hook.source_id)
    assert (hook.call({"records": [ANN]}).status_code, new.call({"records": [ANN]}).status_code) == (401, 200)


def test_a_secret_that_leaked_is_ended_at_once(hook: Hook) -> None:
    rotated = hook.client.post(f"/sources/{hook.source_id}/secret", {"overlap_hours": 0}).json()
    assert rotated["former_until"] is None
    assert hook.call({"records": [ANN]}).status_code == 401
    assert replace(hook, secret=rotated["secret"]).call({"records": [ANN]}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"records": 1}', b'{"unknown": []}', b'{"records": [], "activities": []}'])
def test_a_body_that_brings_nothing_is_refused_with_the_form_that_it_takes(hook: Hook, body: bytes) -> None:
    answer = hook.call(body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_body_is_refused_by_its_size_before_anything_is_made_of_it(hook: Hook) -> None:
    assert no_hook(hook.client).call(b" " * (MOST_CALL + 1)).status_code == 413
    # Nor does it help not to say the size beforehand.
    pieces = (b" " * 100_000 for _ in range(MOST_CALL // 100_000 + 1))
    headers = {"webhook-id": "m1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    assert hook.client.http.post(hook.url, content=pieces, headers=headers).status_code == 413


def test_more_than_a_thousand_of_a_kind_are_refused_naming_the_limit(hook: Hook) -> None:
    answer = hook.call({"records": [ANN] * 1001})
    assert answer.status_code == 422
    assert "1000" in answer.json()["detail"]


def test_no_workspace_sees_anothers_webhook(hook: Hook) -> None:
    other = hook.client.elsewhere()
    assert other.post(f"/sources/{hook.source_id}/secret", {}).status_code == 404
    assert other.get("/sources")["items"] == []
    hook.call({"records": [ANN]})
    assert other.get("/imports")["items"] == other.bed.published() == []


def test_the_apis_role_sees_the_one_webhook_that_a_transaction_names_and_no_other(hook: Hook) -> None:
    make_hook(hook.client.elsewhere())
    api = Database(hook.client.bed.settings, "ingest", "api")
    with api.transaction() as connection:
        assert rows(connection, "SELECT source_id FROM hooks") == []
        run(connection, "SELECT set_config('app.source', :s, true)", s=hook.source_id)
        assert [str(row.source_id) for row in rows(connection, "SELECT source_id FROM hooks")] == [hook.source_id]
        assert run(connection, "UPDATE hooks SET secret = 'x'") == run(connection, "DELETE FROM hooks") == 0
        assert rows(connection, "SELECT name FROM sources") == []
    api.close()


def test_who_calls_too_often_is_told_when_to_call_again(settings: Settings) -> None:
    with serving_ingest(settings, http_rate=0.01, http_burst=2) as client:
        nobodys = no_hook(client)
        answers = [nobodys.call({"records": [ANN]}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert int(answers[-1].headers["Retry-After"]) > 1
