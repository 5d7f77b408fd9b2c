"""One workspace's story, told event by event as the services tell it: for tests that know what the numbers must be."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from schemas import campaign as c
from schemas import ingest, sender
from schemas import publish as p
from schemas.accounts import WorkspaceCreated
from schemas.body import Body
from schemas.details import Channel, PersonDetails, Reach
from tests.kpi_world import Happening

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAIL = {"step_id": "mail", "channel": Channel.EMAIL, "act": c.Act.EMAIL}
INVITE = {"step_id": "invite", "channel": Channel.LINKEDIN, "act": c.Act.INVITE}
PEOPLE = ("Ann Berg", "Bea Cole", "Cem Dean", "Dov Eble", "Eve Fox")


class Story:
    """`now` is when what is told happens; `told` is all of it, in order."""

    def __init__(self, zone: str = "Europe/Rome") -> None:
        self.workspace, self.campaign, self.now = uuid4(), uuid4(), MONDAY
        self.told: list[Happening] = []
        self._heads: dict[tuple[str, str], int] = defaultdict(int)
        self.tell("workspace", WorkspaceCreated(workspace_id=self.workspace, client_id=uuid4(), name="Rome", time_zone=zone))

    def tell(self, stream: str, body: Body) -> None:
        happening = Happening(self.workspace, stream, 1, self.now, body)
        address = happening.topic.name, stream
        self._heads[address] += 1
        self.told.append(Happening(self.workspace, stream, self._heads[address], self.now, body))

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def contact(self, name: str) -> UUID:
        return uuid5(self.workspace, name)

    def publish(self, name: str, **reach: bool) -> None:
        me = self.contact(name)
        details = PersonDetails(full_name=name, title="Architect", company_name="Studio Uno")
        proposed = p.ContactProposed(contact_id=me, person_id=me, reasons=("title is Architect",), reach=Reach(**reach), details=details)
        for body in (proposed, p.ContactPublished(contact_id=me), p.ContactApproved(contact_id=me)):
            self.tell(f"contact:{me}", body)

    def exclude(self, name: str) -> None:
        me = self.contact(name)
        self.tell(f"contact:{me}", p.ContactExcluded(contact_id=me, reason="a customer"))

    def launch(self) -> None:
        steps = tuple(c.Step(**step) for step in (MAIL, INVITE))
        sequence = c.Sequence(version=1, steps=steps)
        created = c.CampaignCreated(campaign_id=self.campaign, name="Spring", time_zone="Europe/Rome", sequence=sequence, sender_ids=())
        self.tell(f"campaign:{self.campaign}", created)
        self.tell(f"campaign:{self.campaign}", c.CampaignLaunched(campaign_id=self.campaign))

    def pause(self) -> None:
        self.tell(f"campaign:{self.campaign}", c.CampaignPaused(campaign_id=self.campaign))

    def enrol(self, name: str) -> None:
        self.step(name, c.RecipientEnrolled, sender_id=uuid4(), sequence_version=1)

    def schedule(self, name: str, step: dict[str, Any], day: date) -> None:
        self.step(name, c.StepScheduled, **step, due_at=self.now, due_on=day)

    def fall_due(self, name: str, step: dict[str, Any]) -> None:
        self.step(name, c.StepFellDue, **step, outreach_id=self._outreach(name, step))
        names = self._names(name) | step | {"outreach_id": self._outreach(name, step)}
        message = c.OutreachMessage(to_name=name, subject="Hello", text=f"Dear {name}")
        asked = c.OutreachAsked(**names, sender_id=uuid4(), due_on=self.now.date(), message=message)
        self.tell(f"recipient:{names['recipient_id']}", asked)

    def withdraw(self, name: str, step: dict[str, Any]) -> None:
        names = self._names(name) | step | {"outreach_id": self._outreach(name, step)}
        self.tell(f"recipient:{names['recipient_id']}", c.OutreachWithdrawn(**names, reason="paused"))

    def take(self, name: str, step: dict[str, Any]) -> None:
        self.outcome(name, step, sender.OutreachAccepted, at=self.now)
        self.step(name, c.StepTaken, **step, at=self.now)

    def reply(self, name: str, text: str) -> None:
        self.outcome(name, MAIL, sender.ReplyReceived, received_at=self.now, text=text)
        self.step(name, c.RecipientReplied, **MAIL)
        self.step(name, c.RecipientExited, step_id="mail", channel=Channel.EMAIL, reason=c.ExitReason.REPLIED)

    def miss(self, name: str, step: dict[str, Any]) -> None:
        self.step(name, c.TaskMissed, **step, due_on=self.now.date())

    def act(self, name: str, kind: ingest.ActivityKind) -> None:
        activity = ingest.ActivityRecorded(
            activity_id=uuid4(), contact_id=self.contact(name), kind=kind, what="catalogue.pdf", at=self.now, source="shop"
        )
        self.tell(f"activity:{activity.activity_id}", activity)

    def step(self, name: str, kind: type[c.RecipientFact], **more: Any) -> None:
        names = self._names(name)
        self.tell(f"recipient:{names['recipient_id']}", kind(**names, **more))

    def outcome(self, name: str, step: dict[str, Any], kind: type[c.OutreachFact], **more: Any) -> None:
        outreach = self._outreach(name, step)
        self.tell(f"outreach:{outreach}", kind(outreach_id=outreach, **self._names(name), **step, **more))

    def _names(self, name: str) -> dict[str, Any]:
        recipient = uuid5(self.campaign, name)
        return {"recipient_id": recipient, "campaign_id": self.campaign, "contact_id": self.contact(name)}

    def _outreach(self, name: str, step: dict[str, Any]) -> UUID:
        return uuid5(self.campaign, f"{name}/{step['step_id']}")


def two_weeks() -> Story:
    """Five contacts, four of them in a campaign; it ends on the second Wednesday.

    Ann replied; Bea got the mail and has a LinkedIn task for today; Cem's task was missed; Dov's next mail is planned for Friday; Eve
    is in no campaign, has no e-mail, and downloaded a file. A sixth was excluded.
    """
    story = Story()
    for name in PEOPLE[:4]:
        story.publish(name, email=True, verified=name != "Dov Eble", social=True)
    story.publish("Eve Fox", social=True)
    story.publish("Flo Grant", email=True)
    story.launch()
    for name in PEOPLE[:4]:
        story.enrol(name)
        story.schedule(name, MAIL, story.now.date())
    story.later(hours=2)
    for name in PEOPLE[:3]:
        story.fall_due(name, MAIL)
        story.take(name, MAIL)
        story.schedule(name, INVITE, date(2026, 3, 10 if name == "Cem Dean" else 11))
    story.later(days=1)
    story.outcome("Ann Berg", MAIL, sender.MailOpened, at=story.now)
    story.step("Ann Berg", c.MessageOpened, **MAIL)
    story.exclude("Flo Grant")
    story.later(days=6)  # the next Monday
    story.reply("Ann Berg", "Tell me more")
    story.act("Eve Fox", ingest.ActivityKind.DOWNLOAD)
    story.schedule("Dov Eble", MAIL, date(2026, 3, 13))
    story.later(days=1)
    story.fall_due("Cem Dean", INVITE)
    story.later(days=1)
    story.miss("Cem Dean", INVITE)
    story.fall_due("Bea Cole", INVITE)
    return story
