"""Campaigns for tests: a sequence with all acts, a campaign, its recipients on their way."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from schemas.campaign import (
    Act,
    CampaignCreated,
    OutreachAsked,
    OutreachMessage,
    RecipientEnrolled,
    Sequence,
    Step,
    StepFact,
    StepScheduled,
    StepTaken,
    Window,
)
from schemas.details import Channel, PersonDetails
from schemas.sender import OutreachAccepted
from services.campaign.domain.calendar import Calendar
from services.campaign.domain.ids import outreach_id, recipient_id
from services.campaign.domain.plan import Book
from services.campaign.domain.recipient import Progress, RecipientEvent, evolve
from services.campaign.domain.sequences import CHANNEL_OF

IDS = UUID("6b1f2a44-0000-4000-8000-5d5a1c0ffee0")
ROME = ZoneInfo("Europe/Rome")
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""09:00 in Rome, when the window opens."""
WINDOW = Window(opens_hour=9, closes_hour=17)
CALENDAR = Calendar(ROME, WINDOW)
ALL_CHANNELS = frozenset(Channel)
TEXT = "Dear {{ given_name | default: 'colleague' }}, this is about {{ company_name }}."


def key_of(*words: object) -> UUID:
    """The same id for the same words."""
    return uuid5(IDS, "/".join(map(str, words)))


def step(step_id: str, act: Act = Act.EMAIL, delay: int = 0, **more: Any) -> Step:
    subject = "About {{ company_name }}" if act == Act.EMAIL else None
    told = {"subject": subject, "text": TEXT if act in {Act.EMAIL, Act.MESSAGE} else ""} | more
    return Step(step_id=step_id, channel=CHANNEL_OF[act], act=act, delay_days=delay, **told)


def mails(count: int, delay: int = 2) -> Sequence:
    return Sequence(version=1, steps=tuple(step(f"mail{n}", delay=delay if n else 0) for n in range(count)))


MIXED = Sequence(
    version=1,
    steps=(
        step("mail", delay=0),
        step("invite", Act.INVITE, delay=1),
        step("message", Act.MESSAGE, delay=2),
        step("withdraw", Act.WITHDRAW, delay=1),
        step("last", delay=3),
    ),
)


def campaign_created(sequence: Sequence = MIXED, senders: Iterable[UUID] = (), **more: Any) -> CampaignCreated:
    given = {
        "campaign_id": key_of("campaign"),
        "name": "Spring",
        "time_zone": "Europe/Rome",
        "sequence": sequence,
        "sender_ids": tuple(senders) or (key_of("sender", 0),),
        "window": WINDOW,
    }
    return CampaignCreated(**(given | more))


def person(number: int = 0, **more: Any) -> PersonDetails:
    known = {
        "full_name": f"Ann Lee {number}",
        "given_name": "Ann",
        "work_email": f"ann{number}@example.org",
        "linkedin": f"https://www.linkedin.com/in/ann-{number}",
        "company_name": "Acme",
    }
    return PersonDetails(**(known | more))


def enrolled(contact: UUID | None = None, sender: UUID | None = None) -> RecipientEnrolled:
    campaign, contact_id = key_of("campaign"), contact or key_of("contact")
    return RecipientEnrolled(
        recipient_id=recipient_id(campaign, contact_id),
        campaign_id=campaign,
        contact_id=contact_id,
        company_id=key_of("company"),
        sender_id=sender or key_of("sender", 0),
        sequence_version=1,
    )


def folded(*events: RecipientEvent, start: Progress | None = None) -> Progress:
    progress = start
    for event in events:
        progress = evolve(progress, event)
    assert progress is not None
    return progress


def scheduled(progress: Progress, of: Step, at: datetime) -> StepScheduled:
    return StepScheduled(**fact(progress, of), due_at=at, due_on=CALENDAR.day_of(at))


def taken(progress: Progress, of: Step, at: datetime) -> StepTaken:
    return StepTaken(**fact(progress, of), at=at)


def fact(progress: Progress, of: Step) -> dict[str, Any]:
    named = {"recipient_id": progress.recipient_id, "campaign_id": progress.campaign_id, "contact_id": progress.contact_id}
    return named | {"step_id": of.step_id, "channel": of.channel, "act": of.act}


def outreach(progress: Progress | StepFact | OutreachAsked, of: Step) -> dict[str, Any]:
    """What an outcome of this step names."""
    named = {"recipient_id": progress.recipient_id, "campaign_id": progress.campaign_id, "contact_id": progress.contact_id}
    where = {"step_id": of.step_id, "channel": of.channel, "act": of.act}
    return named | where | {"outreach_id": outreach_id(progress.recipient_id, of.step_id)}


def accepted(asked: OutreachAsked, at: datetime) -> OutreachAccepted:
    return OutreachAccepted(**asked.model_dump(include={*OutreachAccepted.model_fields} - {"at", "message_id", "done_by"}), at=at)


def book(cap: int = 50) -> Book:
    return Book.of(cap)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def said(_: Step) -> OutreachMessage:
    return OutreachMessage(to="ann@example.org", subject="Hello", text="Hello")
