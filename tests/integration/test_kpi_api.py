"""Kpi's API on a real database: every number is its list's length, and everybody sees their own workspace only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from schemas.accounts import Role
from services.kit.database import rows
from services.kit.http import Caller, create_app
from services.kit.http.tokens import Signer
from services.kit.service import Context
from services.kit.settings import Settings
from services.kpi import api, loops
from services.kpi.domain.status import CAMPAIGN, LEADS, STANDINGS
from services.kpi.private import CLEAR, when_subject_is_erased
from services.kpi.store.rows import PostgresRows
from tests.accounts import Healthy
from tests.builders import work_on
from tests.kpi_rows import HANDLER_OF
from tests.kpi_story import PEOPLE, Story, two_weeks
from tests.serving import served

pytestmark = pytest.mark.engines


@dataclass
class Client:
    """Calls as somebody of one workspace."""

    http: httpx.Client
    token: str
    base: str

    def call(self, method: str, path: str, status: int = 200, json: Any = None, **params: Any) -> Any:
        answer = self.http.request(
            method, f"{self.base}/{path}", json=json, params=params, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    def all(self, path: str, **params: Any) -> list[Any]:
        """Through all pages, two at a time."""
        found, cursor = [], None
        while True:
            page = self.call("GET", path, limit=2, **params, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next"]
            if not cursor:
                return found


@dataclass
class World:
    context: Context
    http: httpx.Client
    story: Story

    def client(self, role: Role = Role.MEMBER, workspace: UUID | None = None, actor: str | None = None) -> Client:
        workspace = workspace or self.story.workspace
        caller = Caller(actor or f"user:{uuid4()}", role, workspace, uuid4(), "Europe/Rome")
        return Client(self.http, Signer(self.context.settings).sign(caller), f"/api/kpi/workspaces/{workspace}")

    def hear(self, story: Story) -> None:
        for happening in story.told:
            with self.context.worker.transaction() as connection:
                now = story.now
                told = HANDLER_OF[happening.topic.name]([happening.heard()], PostgresRows(connection), now)
                work_on(connection, self.context.codec, now).append(told)


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    story = two_weeks()
    context = Context("kpi", settings, lambda: story.now)
    app = create_app(context, api.routers(context), Healthy())
    with served(app) as url, httpx.Client(base_url=url) as http:
        found = World(context, http, story)
        found.hear(story)
        yield found
    context.worker.close()
    context.api.close()


def test_every_number_is_the_length_of_its_list(world: World) -> None:
    client = world.client()
    kpis = client.call("GET", "leads/kpis")["kpis"]
    assert list(kpis) == list(LEADS)
    assert {name: kpis[name]["value"] for name in LEADS} == {name: len(client.all("leads", kpi=name)) for name in LEADS}
    assert kpis["all"]["value"] == 5

    path = f"campaigns/{world.story.campaign}"
    shown = client.call("GET", f"{path}/kpis")
    assert list(shown["kpis"]) == [*CAMPAIGN, *STANDINGS]
    for name in set(shown["kpis"]) - {"touches"}:
        assert shown["kpis"][name]["value"] == len(client.all(f"{path}/recipients", kpi=name)), name
    assert shown["kpis"]["touches"]["value"] == sum(r["touches"] for r in client.all(f"{path}/recipients")) == 3
    for day, number in shown["scheduled_by_day"].items():
        assert number == len(client.all(f"{path}/recipients", kpi=f"scheduled@{day}")) == 1
    for step in shown["steps"]:
        for state, numbers in step["states"].items():
            for when, number in numbers.items():
                kpi = f"{step['channel']}.{state}.{when}"
                assert number == len(client.all(f"{path}/recipients", kpi=kpi, step=step["step_id"])), (step["step_id"], kpi)
    assert shown["totals"]["email"]["sent"] == {"ever": 3, "now": 0}
    assert shown["totals"]["linkedin"]["scheduled"] == {"ever": 3, "now": 1}
    assert [step["step_id"] for step in shown["steps"]] == ["mail", "invite"]


def test_changes_count_from_local_monday_and_from_the_start_of_the_month(world: World) -> None:
    client = world.client()
    week, month = (client.call("GET", "leads/kpis", since=since) for since in ("week", "month"))
    assert week["since"] == "2026-03-08T23:00:00Z"
    changes = {name: number["change"] for name, number in week["kpis"].items() if number["change"]}
    # Ann, on track until she replied; Cem, until his task was missed.
    assert changes == {"active": -1, "inactive": 1, "on_track": -2, "off_track": 1, "action_required": 1}
    assert {n: v["change"] for n, v in month["kpis"].items()} == {n: v["value"] for n, v in month["kpis"].items()}


def test_leads_are_sorted_searched_archived_and_new_until_looked_at(world: World) -> None:
    client = world.client(Role.MEMBER)
    names = [lead["name"] for lead in client.all("leads", sort="last_action")]
    assert set(names[:2]) == {"Ann Berg", "Eve Fox"}
    assert set(names) == set(PEOPLE)
    scored = client.all("leads", sort="score")
    assert [(lead["name"], lead["score"]) for lead in scored[:2]] == [("Ann Berg", 4), ("Eve Fox", 2)]
    assert {lead["score"] for lead in scored[2:]} == {None}
    assert [lead["name"] for lead in client.all("leads", sort="combined")][:2] == ["Ann Berg", "Eve Fox"]
    assert [lead["name"] for lead in client.all("leads", q="berg")] == ["Ann Berg"]
    assert client.all("leads", q="%") == []

    [ann] = client.all("leads", q="Ann")
    assert (ann["new"], ann["conversation"], ann["last_action"], ann["company"]) == (True, True, "Replied", "Studio Uno")
    card = client.call("POST", f"leads/{ann['contact_id']}/archive")
    assert (card["archived"], card["new"]) == (True, False)
    assert "Ann Berg" not in {lead["name"] for lead in client.all("leads")}
    assert [lead["name"] for lead in client.all("leads", view="archived")] == ["Ann Berg"]
    assert len(client.all("leads", kpi="all")) == 5
    assert world.client().call("GET", f"leads/{ann['contact_id']}")["new"], "to another user it still is"
    assert client.call("POST", f"leads/{ann['contact_id']}/unarchive")["archived"] is False


def test_a_lead_opens_with_its_reasons_and_its_timeline(world: World) -> None:
    client, ann = world.client(), world.story.contact("Ann Berg")
    card = client.call("GET", f"leads/{ann}")
    assert card["kpis"] == ["all", "inactive", "verified_only", "engaged"]
    assert card["reasons"][0] == "replied once, on 2026-03-09: 38.2 points"
    entries = client.all(f"contacts/{ann}/timeline")
    began = {"Proposed: title is Architect", "Published to the workspace", "Approved", "Added to a campaign"}
    assert {entry["words"] for entry in entries[-4:]} == began
    [reply] = [entry for entry in entries if entry["kind"] == "ReplyReceived"]
    assert (reply["words"], reply["text"], reply["channel"]) == ("Replied", "Tell me more", "email")
    assert [entry["text"] for entry in entries if entry["kind"] == "OutreachAsked"] == ["Hello\n\nDear Ann Berg"]
    client.call("GET", f"leads/{uuid4()}", 404)


def test_what_a_user_prefers_is_kept_until_it_is_reset(world: World) -> None:
    client = world.client(actor="user:1")
    client.call("PUT", "leads/preferences", json={"sort": "score", "kpi": "active"})
    kept = client.call("GET", "leads/preferences")
    assert (kept["sort"], kept["kpi"], kept["view"]) == ("score", "active", None)
    assert world.client(actor="user:2").call("GET", "leads/preferences")["sort"] is None
    client.call("PUT", "leads/preferences", json={})
    assert client.call("GET", "leads/preferences")["sort"] is None


def test_nothing_crosses_from_one_workspace_to_another(world: World) -> None:
    stranger = world.client(Role.OWNER, workspace=uuid4())
    assert stranger.all("leads", kpi="all") == []
    assert stranger.call("GET", "leads/kpis")["kpis"]["all"]["value"] == 0
    assert stranger.all(f"contacts/{world.story.contact('Ann Berg')}/timeline") == []
    stranger.call("GET", f"campaigns/{world.story.campaign}/kpis", 404)
    stranger.call("GET", f"leads/{world.story.contact('Ann Berg')}", 404)
    assert stranger.all(f"campaigns/{world.story.campaign}/recipients") == []


def test_lists_that_cannot_be_are_refused(world: World) -> None:
    client, path = world.client(), f"campaigns/{world.story.campaign}/recipients"
    client.call("GET", "leads", 422, kpi="asleep")
    for kpi in ("touches", "email.asleep", "email.sent.then", "asleep"):
        client.call("GET", path, 422, kpi=kpi)


def test_operators_alone_see_how_much_there_is_of_everything(world: World) -> None:
    operator = world.client(Role.OPERATOR)
    operator.base = "/api/kpi"
    found = operator.call("GET", "operations")
    stages = {(stage["kind"], stage["state"]): stage["number"] for stage in found["stages"]}
    assert stages == {
        ("campaign", "running"): 1,
        ("contact", "approved"): 5,
        ("contact", "excluded"): 1,
        ("outreach", "accepted"): 3,
        ("outreach", "asked"): 2,
        ("recipient", "exited"): 1,
        ("recipient", "off_track"): 1,
        ("recipient", "on_track"): 2,
        ("workspace", "created"): 1,
    }
    assert found["parked"] == 0
    member = world.client(Role.OWNER)
    member.base = "/api/kpi"
    member.call("GET", "operations", 403)


def test_scores_decay_by_themselves_and_are_told(world: World) -> None:
    assert loops.busy(world.context) == 0
    world.story.now += timedelta(days=30)
    assert loops.busy(world.context) == 2
    assert loops.rescore(world.context) == 2
    assert loops.busy(world.context) == 0
    ann = world.story.contact("Ann Berg")
    assert world.client().call("GET", f"leads/{ann}")["score"] == 2
    with world.context.worker.transaction() as connection:
        told = rows(connection, "SELECT body FROM events WHERE type = 'ScoreChanged' AND key = :key ORDER BY position", key=str(ann))
    assert [row.body["score"] for row in told] == [1, 4, 2]


def test_the_erased_stay_in_numbers_and_lists_and_nothing_else_of_them(world: World) -> None:
    ann = world.story.contact("Ann Berg")
    with world.context.worker.transaction() as connection:
        assert when_subject_is_erased(connection, [ann]) == 1
        for table, column in CLEAR:
            [left] = rows(connection, f"SELECT count({column}) AS n FROM {table} WHERE contact_id = :id", id=ann)
            assert left.n == 0, (table, column)
    client = world.client()
    assert client.call("GET", "leads/kpis")["kpis"]["all"]["value"] == len(client.all("leads", kpi="all")) == 5
    card = client.call("GET", f"leads/{ann}")
    assert (card["name"], card["erased"], card["score"]) == (None, True, 4)
