"""Undoing by the API: who may, what the preview says, and what the import says of itself on the way."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from cli import imports as terminal
from schemas.accounts import Role
from services.kit.http import Caller
from services.kit.http.tokens import Signer
from services.kit.settings import Settings
from tests.ingest_client import Client, serving_ingest
from tests.undo_bed import undoer, work_off

pytestmark = pytest.mark.engines
FIRST = b"Id,Name,Mail\n1,Ann Lee,ann@acme.com\n2,Bob Ray,bob@acme.com\n"
SECOND = b"Id,Name,Mail\n2,Bob Ray-Lee,bob@acme.com\n3,Cy Fox,cy@acme.com\n"


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Client]:
    with serving_ingest(module_settings) as made:
        yield made


@pytest.fixture
def client(shared: Client) -> Client:
    return shared.elsewhere()


def take(client: Client, content: bytes) -> str:
    import_id = client.bed.upload(content)
    client.bed.work_off()
    return f"/imports/{import_id}"


def test_the_preview_the_asking_and_the_end(client: Client) -> None:
    take(client, FIRST)
    path = take(client, SECOND)
    assert client.get(path)["undo"] is None
    seen = client.get(f"{path}/undo")
    assert seen == {"records": 2, "gone": 1, "back": 1, "stayed": 0, "activities": 0, "refused": None, "state": "finished"}
    assert "1 would go, 1 go back" in terminal.foreseen(seen)
    answer = client.post(f"{path}/undo", {})
    assert (answer.status_code, answer.json()["state"]) == (202, "undoing")
    assert answer.json()["undo"]["asked_by"] == "user:1"
    undoer(client.bed, chunk=1).step()
    assert (client.get(path)["state"], sum(terminal.fates(client.get(path)).values())) == ("undoing", 1)
    work_off(client.bed)
    done = client.get(path)
    assert (done["state"], terminal.fates(done), bool(done["undo"]["ended_at"])) == ("undone", {"gone": 1, "back": 1, "stayed": 0}, True)
    again = client.post(f"{path}/undo", {})
    assert (again.status_code, again.json()) == (202, done)
    assert done in client.get("/imports")["items"]


def test_an_import_of_activities_is_refused_and_the_preview_says_so_before(client: Client) -> None:
    path = take(client, b"Mail,Event,Time\nann@acme.com,download,2026-03-01T09:00:00Z\n")
    seen = client.get(f"{path}/undo")
    assert (seen["records"], seen["activities"]) == (0, 1)
    assert "not taken back" in seen["refused"]
    answer = client.post(f"{path}/undo", {})
    assert (answer.status_code, answer.json()["detail"]) == (409, f"the import cannot be undone: {seen['refused']}")


def test_only_who_may_undo_in_this_workspace_may(client: Client) -> None:
    path = take(client, FIRST)
    elsewhere = replace(client, bed=replace(client.bed, workspace_id=uuid4()))
    assert elsewhere.post(f"{path}/undo", {}).status_code == 404
    assert client.http.post(client.here + path + "/undo").status_code == 401
    member = Signer(client.bed.settings).sign(Caller("user:2", Role.MEMBER, client.bed.workspace_id))
    headers = {"Authorization": f"Bearer {member}"}
    assert client.http.get(client.here + path + "/undo", headers=headers).status_code == 200
    assert client.http.post(client.here + path + "/undo", headers=headers).status_code == 403
    assert client.get(path)["state"] == "finished"
