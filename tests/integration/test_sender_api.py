"""The sender's routes on a real server and a real PostgreSQL: accounts, tasks, doubts, and the links in mails."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from schemas.accounts import Role
from schemas.campaign import Act, CampaignCreated, OutreachAsked, OutreachMessage, Sequence
from schemas.details import Channel
from schemas.publish import Suppressed, SuppressedBy, SuppressionLifted
from services.kit.database import rows, run
from services.kit.http import Caller, create_app
from services.kit.http.tokens import Signer
from services.kit.service import Context
from services.kit.settings import Settings
from services.sender.api import ROUTERS
from services.sender.books import Passwords
from services.sender.domain.links import Link, Purpose
from services.sender.handlers import knowing, stopping
from services.sender.store import senders
from tests.conftest import Engines
from tests.sender_bed import Bed, port_of, real_now, sender_settings, withdrawn
from tests.serving import served

pytestmark = pytest.mark.engines
PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


class Healthy:
    def report(self) -> dict[str, Any]:
        return {"ready": True}


class Desk(Bed):
    """A bed with the sender's API before it."""

    http: httpx.Client

    def headers(self, role: Role = Role.MANAGER, user_id: UUID | None = None) -> dict[str, str]:
        caller = Caller(f"user:{user_id or uuid4()}", role, self.workspace_id, uuid4())
        return {"Authorization": f"Bearer {Signer(self.settings).sign(caller)}"}

    def post(self, path: str, json: object = None, **who: Any) -> httpx.Response:
        return self.http.post(f"/api/sender/workspaces/{self.workspace_id}{path}", json=json, headers=self.headers(**who))

    def get(self, path: str, **who: Any) -> Any:
        answer = self.http.get(f"/api/sender/workspaces/{self.workspace_id}{path}", headers=self.headers(**who))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def task(self, act: Act = Act.INVITE, due_on: date = date(2026, 3, 2), **more: Any) -> OutreachAsked:
        message = OutreachMessage(to="https://www.linkedin.com/in/bob", to_name="Bob", text="Shall we connect?")
        asked = self.asked(channel=Channel.LINKEDIN, act=act, due_on=due_on, message=message, **more)
        self.ask(asked)
        return asked

    def mail(self, text: str = "See https://offer.example/a?b=1 soon.") -> OutreachAsked:
        """One that went out, by hand."""
        asked = self.asked(message=OutreachMessage(to="bob@recipient.example", subject="Hello", text=text))
        self.ask(asked)
        self.set_stage(asked, "accepted")
        return asked

    def set_stage(self, asked: OutreachAsked, stage: str) -> None:
        with self.database.transaction() as connection:
            run(connection, "UPDATE sends SET stage = :s, next_at = NULL WHERE outreach_id = :id", s=stage, id=asked.outreach_id)

    def token(self, asked: OutreachAsked, purpose: Purpose, number: int = 0) -> str:
        return self.settings.links.token(Link(purpose, self.workspace_id, asked.outreach_id, number))

    def told_of(self, asked: OutreachAsked) -> list[str]:
        return [kind for kind, body in self.told() if body.get("outreach_id") == str(asked.outreach_id)]


@pytest.fixture(scope="module")
def server(module_settings: Settings) -> Iterator[tuple[Context, str]]:
    settings = sender_settings(module_settings)
    context = Context("sender", settings, Bed(settings).clock)
    with served(create_app(context, ROUTERS, Healthy())) as url:
        yield context, url
    context.api.close()
    context.worker.close()


@pytest.fixture
def desk(server: tuple[Context, str]) -> Iterator[Desk]:
    """A workspace of this test's own."""
    context, url = server
    made = Desk(context.settings)
    made.know_workspace()
    made.register(2525)
    with httpx.Client(base_url=url) as made.http:
        yield made
    made.database.close()


def registration(user_id: UUID, **more: Any) -> dict[str, Any]:
    smtp = {"host": "127.0.0.1", "port": 2525, "security": "none", "username": "ann", "password": "very secret"}
    return {"user_id": str(user_id), "name": "Ann", "channels": ["email"], "email": "ann@sender.example", "smtp": smtp, **more}


def test_a_sender_is_registered_once_and_its_password_is_shown_to_nobody(desk: Desk) -> None:
    first, again = (desk.post("/senders", registration(desk.user_id)) for _ in range(2))
    assert (first.status_code, first.json()) == (201, {"sender_id": str(desk.sender_id)})
    assert again.json() == first.json()
    [listed] = desk.get("/senders")["items"]
    assert (listed["email"], listed["trouble"]) == ("ann@sender.example", None)
    with desk.database.transaction() as connection:
        [row] = rows(connection, "SELECT smtp::text AS smtp FROM senders WHERE sender_id = :id", id=desk.sender_id)
    assert "very secret" not in row.smtp + str(listed)
    with desk.database.transaction() as connection:
        account = senders.accounts(connection, [desk.sender_id])[desk.sender_id]
    opened = Passwords(desk.secrets).open(account).smtp
    assert opened is not None
    assert opened.password == "very secret"


def test_who_holds_no_licence_cannot_be_a_sender(desk: Desk) -> None:
    answer = desk.post("/senders", registration(uuid4()))
    assert answer.status_code == 409
    assert "licence" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"smtp": {"host": "192.0.2.7", "port": 587, "security": "starttls"}}, "SMARTLEADS_SENDER_LOCAL_ONLY"),
        ({"email": "no address"}, "no e-mail address"),
        ({"name": "Ann\r\nBcc: eve@evil.example"}, "line break"),
        ({"smtp": None}, "needs an e-mail address and a server"),
        ({"channels": ["linkedin"]}, "LinkedIn profile"),
    ],
)
def test_what_cannot_be_a_sender_is_refused_with_the_reason(desk: Desk, more: dict[str, Any], why: str) -> None:
    answer = desk.post("/senders", registration(desk.user_id, **more))
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


def test_a_paused_sender_sends_nothing_until_it_is_resumed(desk: Desk) -> None:
    desk.ask_for(["bob@recipient.example"])
    assert desk.post(f"/senders/{desk.sender_id}/pause", {"reason": "on holiday"}).status_code == 200
    assert desk.books().claim([])[0] == []
    assert desk.get("/senders")["items"][0]["paused"] == "on holiday"
    desk.post(f"/senders/{desk.sender_id}/resume")
    assert len(desk.books().claim([])[0]) == 1
    assert desk.post(f"/senders/{uuid4()}/resume").status_code == 404


def test_tasks_are_listed_by_day_and_done_once(desk: Desk) -> None:
    created = CampaignCreated(
        campaign_id=desk.campaign_id, name="Spring", time_zone="UTC", sequence=Sequence(version=1, steps=()), sender_ids=()
    )
    desk.handle(knowing.when_a_campaign_halts_hold_its_mails, created, real=real_now)
    yesterday, today = desk.task(due_on=date(2026, 3, 1)), desk.task()
    listed = desk.get("/tasks")["items"]
    assert [(task["outreach_id"], task["missed"]) for task in listed] == [
        (str(yesterday.outreach_id), True),
        (str(today.outreach_id), False),
    ]
    assert (listed[1]["campaign"], listed[1]["text"], listed[1]["act"]) == ("Spring", "Shall we connect?", "invite")
    assert [task["outreach_id"] for task in desk.get("/tasks?day=2026-03-02")["items"]] == [str(today.outreach_id)]
    for _ in range(2):
        assert desk.post(f"/tasks/{today.outreach_id}/done").status_code == 200
    assert desk.told_of(today) == ["TaskOpened", "OutreachAccepted"]
    assert [task["outreach_id"] for task in desk.get("/tasks?done=true")["items"]] == [str(today.outreach_id)]


def test_tasks_come_in_pages(desk: Desk) -> None:
    asked = {str(desk.task().outreach_id) for _ in range(5)}
    seen, cursor = list[str](), ""
    while True:
        page = desk.get(f"/tasks?limit=2{cursor}")
        seen += [task["outreach_id"] for task in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == sorted(asked)


def test_a_member_sees_and_does_their_own_tasks_alone(desk: Desk) -> None:
    task, other = desk.task(), uuid4()
    assert desk.get("/tasks", role=Role.MEMBER, user_id=other)["items"] == []
    assert desk.post(f"/tasks/{task.outreach_id}/done", role=Role.MEMBER, user_id=other).status_code == 403
    assert len(desk.get("/tasks", role=Role.MEMBER, user_id=desk.user_id)["items"]) == 1
    assert desk.post(f"/tasks/{task.outreach_id}/done", role=Role.MEMBER, user_id=desk.user_id).status_code == 200


def test_an_invite_goes_its_way(desk: Desk) -> None:
    invite, message = desk.task(), desk.task(Act.MESSAGE)
    assert desk.post(f"/tasks/{invite.outreach_id}/accepted").status_code == 409
    desk.post(f"/tasks/{invite.outreach_id}/done")
    for _ in range(2):
        assert desk.post(f"/tasks/{invite.outreach_id}/accepted").status_code == 200
    assert desk.post(f"/tasks/{invite.outreach_id}/withdrawn").status_code == 409
    desk.post(f"/tasks/{message.outreach_id}/done")
    assert desk.post(f"/tasks/{message.outreach_id}/accepted").status_code == 409
    desk.post(f"/tasks/{message.outreach_id}/replied", {"text": "Tell me more"})
    desk.post("/meetings", {"outreach_id": str(message.outreach_id)})
    assert desk.told_of(invite) == ["TaskOpened", "OutreachAccepted", "InviteAccepted"]
    assert desk.told_of(message) == ["TaskOpened", "OutreachAccepted", "ReplyReceived", "MeetingBooked"]


def test_an_invite_is_taken_back_once(desk: Desk) -> None:
    invite = desk.task()
    desk.post(f"/tasks/{invite.outreach_id}/done")
    for _ in range(2):
        assert desk.post(f"/tasks/{invite.outreach_id}/withdrawn").status_code == 200
    assert desk.told_of(invite) == ["TaskOpened", "OutreachAccepted", "InviteTakenBack"]


def test_an_opt_out_told_by_a_sender_closes_what_is_open_on_that_channel(desk: Desk) -> None:
    contact = uuid4()
    first, second = desk.task(contact_id=contact), desk.task(Act.MESSAGE, contact_id=contact, step_id="second")
    mail = desk.asked(contact_id=contact)
    desk.ask(mail)
    assert desk.post(f"/tasks/{first.outreach_id}/opted-out").status_code == 200
    assert desk.told_of(first) == ["TaskOpened", "OptedOut", "OutreachRefused"]
    assert desk.told_of(second) == ["TaskOpened", "OutreachRefused"]
    assert desk.stages()[mail.outreach_id] == "planned"
    third = desk.task(contact_id=contact, step_id="third")
    assert desk.told_of(third) == ["OutreachRefused"]


def test_a_withdrawn_task_is_closed(desk: Desk) -> None:
    task = desk.task()
    desk.ask(withdrawn(task))
    assert desk.get("/tasks")["items"] == []
    answer = desk.post(f"/tasks/{task.outreach_id}/done")
    assert (answer.status_code, "they replied" in answer.json()["detail"]) == (409, True)


def test_of_another_workspace_nothing_is_there(desk: Desk) -> None:
    other = Desk(desk.settings)
    other.know_workspace()
    other.register(2525)
    task, mail = other.task(), other.mail()
    other.database.close()
    for path in ("done", "accepted", "withdrawn", "opted-out"):
        assert desk.post(f"/tasks/{task.outreach_id}/{path}").status_code == 404
    assert desk.post("/meetings", {"outreach_id": str(mail.outreach_id)}).status_code == 404
    assert desk.post(f"/in-doubt/{mail.outreach_id}/settle", {"went_out": True}).status_code == 404
    assert desk.post(f"/senders/{other.sender_id}/pause", {"reason": "no"}).status_code == 404
    assert desk.get("/tasks")["items"] == []


def test_a_person_settles_what_is_in_doubt(desk: Desk) -> None:
    there, not_there = desk.mail(), desk.mail()
    for asked in (there, not_there):
        desk.set_stage(asked, "in_doubt")
    assert {doubt["outreach_id"] for doubt in desk.get("/in-doubt")["items"]} == {str(there.outreach_id), str(not_there.outreach_id)}
    assert desk.post(f"/in-doubt/{there.outreach_id}/settle", {"went_out": True}, role=Role.MEMBER).status_code == 403
    assert desk.post(f"/in-doubt/{there.outreach_id}/settle", {"went_out": True}).status_code == 200
    assert desk.post(f"/in-doubt/{not_there.outreach_id}/settle", {"went_out": False}).status_code == 200
    assert desk.post(f"/in-doubt/{there.outreach_id}/settle", {"went_out": True}).status_code == 409
    assert desk.get("/in-doubt")["items"] == []
    assert [desk.stages()[asked.outreach_id] for asked in (there, not_there)] == ["accepted", "rejected"]
    assert desk.get(f"/outreach/{there.outreach_id}")["stage"] == "accepted"


def test_a_get_never_unsubscribes_and_a_post_does_at_once(desk: Desk) -> None:
    sent = desk.mail()
    planned = desk.asked(contact_id=sent.contact_id, step_id="second")
    desk.ask(planned)
    token = desk.token(sent, Purpose.UNSUBSCRIBE)
    page = desk.http.get(f"/u/{token}")
    assert (page.status_code, "<form" in page.text, desk.told_of(sent)) == (200, True, [])
    answer = desk.http.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.cookies) == (200, httpx.Cookies())
    assert desk.told_of(sent) == ["OptedOut"]
    assert desk.told_of(planned) == ["OutreachRefused"]
    [body] = [body for kind, body in desk.told() if kind == "OptedOut" and body["outreach_id"] == str(sent.outreach_id)]
    assert (body["by"], body["digest"]) == ("one_click", desk.secrets.digest("email", "bob@recipient.example"))
    assert desk.http.post(f"/u/{token}").status_code == 200
    assert desk.told_of(sent) == ["OptedOut"]


def test_one_click_takes_a_form_with_parts_too(desk: Desk) -> None:
    sent = desk.mail()
    answer = desk.http.post(f"/u/{desk.token(sent, Purpose.UNSUBSCRIBE)}", files={"List-Unsubscribe": (None, "One-Click")})
    assert (answer.status_code, desk.told_of(sent)) == (200, ["OptedOut"])


def test_a_link_that_was_not_made_here_does_nothing_and_says_so(desk: Desk) -> None:
    sent = desk.mail()
    good = desk.token(sent, Purpose.UNSUBSCRIBE)
    tampered = ("A" if good[10] != "A" else "B").join((good[:10], good[11:]))
    unknown = desk.settings.links.token(Link(Purpose.UNSUBSCRIBE, desk.workspace_id, uuid4()))
    foreign = desk.settings.links.token(Link(Purpose.UNSUBSCRIBE, uuid4(), sent.outreach_id))
    for token in (tampered, unknown, foreign, desk.token(sent, Purpose.OPEN), "00000000-0000-0000-0000-000000000000", "%0d%0a", "ü"):
        assert desk.http.get(f"/u/{token}").status_code == 404
        assert desk.http.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    for token in (good, tampered, desk.token(sent, Purpose.CLICK, 1), desk.token(sent, Purpose.CLICK, 200)):
        assert desk.http.get(f"/t/{token}").status_code == 404
    assert desk.told_of(sent) == []


def test_opening_and_clicking_are_told_once_for_persons_and_once_for_machines(desk: Desk) -> None:
    sent = desk.mail()
    for _ in range(2):
        opened = desk.http.get(f"/t/{desk.token(sent, Purpose.OPEN)}", headers=PERSON)
        assert (opened.status_code, opened.headers["content-type"]) == (200, "image/gif")
        clicked = desk.http.get(f"/t/{desk.token(sent, Purpose.CLICK)}", headers=PERSON)
        assert (clicked.status_code, clicked.headers["location"]) == (302, "https://offer.example/a?b=1")
        desk.http.get(f"/t/{desk.token(sent, Purpose.OPEN)}", headers={"User-Agent": "Mozilla/5.0"})
    told = [(kind, body["by_machine"]) for kind, body in desk.told() if body.get("outreach_id") == str(sent.outreach_id)]
    assert told == [("MailOpened", False), ("MailClicked", False), ("MailOpened", True)]
    with desk.database.transaction() as connection:
        assert rows(connection, "SELECT count(*) AS n FROM hits WHERE outreach_id = :id", id=sent.outreach_id)[0].n == 6


def test_lifting_a_suppression_lifts_what_was_put_down_here_for_it(desk: Desk) -> None:
    sent = desk.mail()
    desk.http.post(f"/u/{desk.token(sent, Purpose.UNSUBSCRIBE)}")
    told = [
        Suppressed(suppression_id=uuid4(), by=by, digest=desk.secrets.digest(by, value), channel=Channel.EMAIL, reason="opted out")
        for by, value in ((SuppressedBy.CONTACT, str(sent.contact_id)), (SuppressedBy.EMAIL, "bob@recipient.example"))
    ]
    desk.handle(stopping.when_somebody_is_suppressed_stop_what_is_open, *told)
    lifted = [SuppressionLifted(suppression_id=body.suppression_id) for body in told]
    desk.handle(stopping.when_somebody_is_suppressed_stop_what_is_open, *lifted)
    again = desk.asked(contact_id=sent.contact_id, step_id="second")
    desk.ask(again)
    assert desk.stages()[again.outreach_id] == "planned"


def test_mailboxes_are_read_when_asked(desk: Desk, engines: Engines) -> None:
    desk.register(2525, port_of(engines.imap))
    assert desk.post("/mailboxes/read").json() == {"mailboxes": 1, "read": 0, "meanings": {}}
    desk.register(2525, 1)
    answer = desk.post("/mailboxes/read")
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
