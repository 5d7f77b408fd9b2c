"""The API of campaign on a real server and database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from schemas.accounts import Role
from services.campaign import api
from services.kit.http import Caller, create_app
from services.kit.http.tokens import Signer
from services.kit.settings import Settings
from tests.campaign_world import WORKSPACE, World
from tests.campaigns import MIXED, MONDAY, days, hours, key_of
from tests.serving import served

pytestmark = pytest.mark.engines
STEPS = [step.model_dump(mode="json") for step in MIXED.steps]
SENDER = str(key_of("sender", 0))


class Healthy:
    def report(self) -> dict[str, Any]:
        return {"ready": True}


@dataclass
class Bed:
    world: World
    url: str

    def call(
        self, method: str, path: str, json: object = None, *, role: Role = Role.MANAGER, workspace: UUID = WORKSPACE, **more: Any
    ) -> httpx.Response:
        token = Signer(self.world.context.settings).sign(Caller(f"user:{uuid4()}", role, workspace, uuid4(), "Europe/Rome"))
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        url = f"{self.url}/api/campaign/workspaces/{workspace}/campaigns{path}"
        return httpx.request(method, url, json=json, headers=headers, timeout=30, **more)

    def created(self, **more: Any) -> str:
        answer = self.call("POST", "", {"name": "Spring", "steps": STEPS, "sender_ids": [SENDER]} | more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["campaign_id"])


@pytest.fixture
def bed(settings: Settings) -> Iterator[Bed]:
    world = World(settings)
    world.workspace()
    world.sender()
    with served(create_app(world.context, api.routers(world.context), Healthy())) as url:
        yield Bed(world, url)


def test_a_campaign_is_created_filled_launched_and_stopped(bed: Bed) -> None:
    contacts = [str(key) for key in bed.world.contacts(5)]
    key = bed.created()
    seen = bed.call("GET", f"/{key}").json()
    assert (seen["status"], seen["time_zone"], seen["version"]) == ("draft", "Europe/Rome", 1)
    assert [step["step_id"] for step in seen["steps"]] == [step.step_id for step in MIXED.steps]
    answer = bed.call("POST", f"/{key}/recipients", {"contact_ids": [*contacts[:2], str(uuid4())]}).json()
    assert (answer["enrolled"], answer["refused"]) == (2, {"unknown": 1})
    assert bed.call("POST", f"/{key}/recipients", {"all_approved": True}).json()["enrolled"] == 3
    assert bed.call("POST", f"/{key}/launch").json()["status"] == "running"
    bed.world.plan()
    [row] = bed.call("GET", "").json()["items"]
    assert (row["recipients"], row["on_the_way"], row["status"]) == (5, 5, "running")
    assert bed.call("POST", f"/{key}/pause").json()["status"] == "paused"
    assert bed.call("POST", f"/{key}/pause").status_code == 409
    assert bed.call("POST", f"/{key}/resume").json()["status"] == "running"
    assert bed.call("POST", f"/{key}/stop").json()["status"] == "stopped"
    bed.world.plan()
    assert bed.call("GET", "").json()["items"][0]["on_the_way"] == 0
    assert bed.call("POST", f"/{key}/recipients", {"all_approved": True}).status_code == 409


def test_recipients_are_shown_page_by_page_and_by_stage(bed: Bed) -> None:
    bed.world.contacts(7)
    key = bed.created()
    bed.call("POST", f"/{key}/recipients", {"all_approved": True})
    found, cursor = [], None
    while True:
        page = bed.call("GET", f"/{key}/recipients", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len({row["recipient_id"] for row in found}) == 7
    assert {(row["stage"], row["company"]) for row in found} == {("ready", "Acme")}
    assert bed.call("GET", f"/{key}/recipients", params={"stage": "planned"}).json()["items"] == []
    bed.call("POST", f"/{key}/launch")
    bed.world.plan()
    assert len(bed.call("GET", f"/{key}/recipients", params={"stage": "planned"}).json()["items"]) == 7


def test_recipients_rest_and_go_on(bed: Bed) -> None:
    bed.world.contacts(2)
    key = bed.created()
    bed.call("POST", f"/{key}/recipients", {"all_approved": True})
    bed.call("POST", f"/{key}/launch")
    bed.world.plan()
    one = bed.call("GET", f"/{key}/recipients").json()["items"][0]["recipient_id"]
    assert bed.call("POST", f"/{key}/recipients/pause", {"recipient_ids": [one], "reason": "asked to wait"}).json() == {"changed": 1}
    assert bed.call("POST", f"/{key}/recipients/pause", {"recipient_ids": [one], "reason": "again"}).json() == {"changed": 0}
    bed.world.step_to(MONDAY + hours(8))
    assert one not in {str(body.recipient_id) for body in bed.world.asked()}
    assert bed.call("POST", f"/{key}/recipients/resume", {"recipient_ids": [one]}).json() == {"changed": 1}
    bed.world.plan()
    bed.world.step_to(MONDAY + days(1) + hours(8))
    assert one in {str(body.recipient_id) for body in bed.world.asked()}
    assert bed.call("POST", f"/{key}/recipients/pause", {"recipient_ids": [str(uuid4())], "reason": "who?"}).status_code == 404


def test_a_revised_sequence_is_for_those_who_come_later(bed: Bed) -> None:
    contacts = [str(key) for key in bed.world.contacts(2)]
    key = bed.created()
    bed.call("POST", f"/{key}/recipients", {"contact_ids": contacts[:1]})
    assert bed.call("POST", f"/{key}/sequence", {"steps": STEPS[:1]}).json()["version"] == 2
    bed.call("POST", f"/{key}/recipients", {"contact_ids": contacts[1:]})
    versions = {row["contact_id"]: row["sequence_version"] for row in bed.call("GET", f"/{key}/recipients").json()["items"]}
    assert versions == {contacts[0]: 1, contacts[1]: 2}
    preview = {"step_id": "last"}
    assert bed.call("GET", f"/{key}/preview", params=preview | {"contact_id": contacts[0]}).status_code == 200
    assert bed.call("GET", f"/{key}/preview", params=preview | {"contact_id": contacts[1]}).status_code == 404


def test_preview_and_forecast_look_ahead(bed: Bed) -> None:
    contacts = [str(key) for key in bed.world.contacts(3)]
    key = bed.created()
    bed.call("POST", f"/{key}/recipients", {"all_approved": True})
    one = bed.call("GET", f"/{key}/recipients").json()["items"][0]
    by_contact = bed.call("GET", f"/{key}/preview", params={"step_id": "mail", "contact_id": one["contact_id"]}).json()
    by_recipient = bed.call("GET", f"/{key}/preview", params={"step_id": "mail", "recipient_id": one["recipient_id"]}).json()
    assert by_contact == by_recipient
    assert by_contact["message"]["subject"] == "About Acme"
    seen = bed.call("GET", f"/{key}/forecast", params={"days": 60}).json()
    assert (seen["recipients"], len(seen["touches"])) == (3, 12)
    assert sum(day["emails"] + day["tasks"] for day in seen["days"]) == 12
    assert {touch["contact_id"] for touch in seen["touches"]} == set(contacts)
    assert bed.call("GET", f"/{uuid4()}/forecast").status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "why"),
    [
        ({"steps": []}, 422, "1 to 50 steps"),
        ({"steps": [STEPS[0] | {"text": "{{ iban }}"}]}, 422, "there is no variable iban"),
        ({"steps": [STEPS[0] | {"dely_days": 1}]}, 422, "dely_days"),
        ({"time_zone": "Mars/Olympus"}, 422, "no IANA time zone"),
        ({"sender_ids": []}, 409, "at least one sender"),
        ({"window": {"opens_hour": 9, "closes_hour": 9}}, 422, "closes later"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(bed: Bed, change: dict[str, Any], status: int, why: str) -> None:
    answer = bed.call("POST", "", {"name": "Spring", "steps": STEPS, "sender_ids": [SENDER]} | change)
    assert answer.status_code == status
    assert why in answer.text


def test_enrolment_wants_contacts_or_all_of_them(bed: Bed) -> None:
    key = bed.created()
    assert bed.call("POST", f"/{key}/recipients", {}).status_code == 422
    assert bed.call("POST", f"/{key}/recipients", {"all_approved": True, "contact_ids": [str(uuid4())]}).status_code == 422
    bed.world.sender(channels=("email",))
    answer = bed.call("POST", f"/{key}/recipients", {"all_approved": True})
    assert (answer.status_code, "none of the campaign's senders" in answer.text) == (409, True)


def test_the_same_request_twice_makes_one_campaign(bed: Bed) -> None:
    ask = {"name": "Spring", "steps": STEPS, "sender_ids": [SENDER]}
    role = {"headers": {"Idempotency-Key": "once"}}
    token_of = {
        "Authorization": f"Bearer {Signer(bed.world.context.settings).sign(Caller('user:1', Role.MANAGER, WORKSPACE, uuid4(), 'UTC'))}"
    }
    answers = [bed.call("POST", "", ask, headers=role["headers"] | token_of).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(bed.call("GET", "").json()["items"]) == 1


def test_another_workspace_sees_and_changes_nothing(bed: Bed) -> None:
    key, other = bed.created(), uuid4()
    assert bed.call("GET", "", workspace=other).json()["items"] == []
    for method, path, ask in (
        ("GET", f"/{key}", None),
        ("GET", f"/{key}/forecast", None),
        ("POST", f"/{key}/launch", None),
        ("POST", f"/{key}/recipients", {"all_approved": True}),
    ):
        assert bed.call(method, path, ask, workspace=other).status_code == 404
    assert bed.call("GET", f"/{key}/recipients", workspace=other).json()["items"] == []


def test_members_look_and_managers_act(bed: Bed) -> None:
    key = bed.created()
    assert bed.call("GET", f"/{key}", role=Role.MEMBER).status_code == 200
    assert bed.call("POST", f"/{key}/launch", role=Role.MEMBER).status_code == 403
    assert bed.call("POST", f"/{key}/recipients", {"all_approved": True}, role=Role.MEMBER).status_code == 403
