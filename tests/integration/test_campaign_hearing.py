"""What campaign hears, in any order and as often as it comes, on a real PostgreSQL."""

import random
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.body import Body
from schemas.campaign import (
    ExitReason,
    OutreachAsked,
    OutreachWithdrawn,
    RecipientExited,
    RecipientReplied,
    StepInDoubt,
    StepScheduled,
    StepTaken,
)
from schemas.details import Channel
from schemas.kpi import ScoreChanged
from schemas.publish import (
    ContactApproved,
    ContactExcluded,
    ContactMergedAway,
    ContactProposed,
    ContactRevised,
    ContactWithdrawn,
    Suppressed,
    SuppressedBy,
    SuppressionLifted,
    SuppressionScope,
)
from schemas.sender import (
    MailBounced,
    OutOfOfficeReceived,
    OutreachAccepted,
    OutreachInDoubt,
    OutreachSettled,
    ReplyReceived,
    SenderPaused,
    SenderRegistered,
    SenderResumed,
)
from services.campaign.domain.enrolment import Refusal
from services.kit.codec import Heard
from services.kit.database import rows
from services.kit.errors import Rejected
from services.kit.settings import Settings
from tests.campaign_world import WORKSPACE, World
from tests.campaigns import MONDAY, days, hours, key_of, mails, outreach, person

pytestmark = pytest.mark.engines
EVENING = MONDAY + hours(8)


@pytest.fixture
def world(settings: Settings) -> World:
    made = World(settings)
    made.workspace()
    return made


def running(world: World, count: int, steps: int = 3, **more: Any) -> list[UUID]:
    """A campaign on the evening of its first day: every recipient has its first mail. Returns the contacts."""
    world.sender(cap=1000)
    contacts = world.contacts(count, company=lambda number: key_of("company", number // 2))
    campaign = world.campaign(mails(steps), **more)
    world.enrol(campaign, contacts)
    world.plan()
    world.step_to(EVENING)
    assert len(world.asked()) == count
    return contacts


def outcome(world: World, kind: type[Body], asked: OutreachAsked, **more: Any) -> Heard:
    step = next(step for step in mails(3).steps if step.step_id == asked.step_id)
    return world.heard(kind(**outreach(asked, step), **more), asked.recipient_id)


def suppressed(world: World, by: SuppressedBy, value: str, **more: Any) -> Suppressed:
    key = key_of("suppression", by, value)
    body = Suppressed(suppression_id=key, by=by, digest=world.context.secrets.digest(by, value), reason="customer", **more)
    world.hear(world.heard(body, key))
    world.plan()
    return body


def exits(world: World) -> dict[UUID, ExitReason]:
    return {body.contact_id: body.reason for body in world.told(RecipientExited)}


@pytest.mark.parametrize("seed", range(3))
def test_in_whatever_order_the_topics_come_the_end_is_the_same(world: World, seed: int) -> None:
    """Contacts, senders, suppressions and scores heard in any order between topics; those of one key in their own."""
    contact, other, sender = key_of("contact", 0), key_of("contact", 1), key_of("sender", 0)
    digest = world.context.secrets.digest("email", "ann1@example.org")
    registered = SenderRegistered(sender_id=sender, user_id=uuid4(), channels=("email", "linkedin"), daily_cap=9, name="Bea")
    streams: list[list[tuple[Body, UUID]]] = [
        [
            (ContactProposed(contact_id=contact, person_id=uuid4(), details=person(0, title="CTO")), contact),
            (ContactApproved(contact_id=contact), contact),
            (ContactRevised(contact_id=contact, person_id=uuid4(), details=person(0, title="CEO")), contact),
        ],
        [
            (ContactProposed(contact_id=other, person_id=uuid4(), details=person(1)), other),
            (ContactApproved(contact_id=other), other),
        ],
        [(ScoreChanged(contact_id=contact, score=7, formula=1, reasons=()), contact)],
        [(registered, sender), (SenderPaused(sender_id=sender, reason="holiday"), sender), (SenderResumed(sender_id=sender), sender)],
        [(Suppressed(suppression_id=key_of("s"), by=SuppressedBy.EMAIL, digest=digest, reason="customer"), key_of("s"))],
    ]
    chance = random.Random(seed)  # noqa: S311 - a shuffle
    while streams:
        stream = chance.choice(streams)
        world.hear(world.heard(*stream.pop(0)))
        streams = [each for each in streams if each]
    campaign = world.campaign(mails(1))
    answer = world.enrol(campaign)
    assert (answer.enrolled, answer.refused) == (1, {Refusal.SUPPRESSED: 1})
    with world.context.worker.transaction() as connection:
        [row] = rows(connection, "SELECT details->>'title' AS title, score FROM contacts WHERE contact_id = :c", c=contact)
    assert (row.title, row.score) == ("CEO", 7)
    world.plan()
    world.step_to(EVENING)
    assert [body.contact_id for body in world.asked()] == [contact]


def test_an_approval_heard_before_the_contact_keeps_its_place(world: World) -> None:
    contact = key_of("contact", 0)
    approved = world.heard(ContactApproved(contact_id=contact), contact)
    world.hear(approved)
    world.sender()
    campaign = world.campaign(mails(1))
    assert world.enrol(campaign, [contact]).refused == {Refusal.NO_CHANNEL: 1}
    world.hear(world.heard(ContactProposed(contact_id=contact, person_id=uuid4(), details=person()), contact))
    assert world.enrol(campaign, [contact]).enrolled == 1


def test_enrolment_says_who_was_refused_and_why(world: World) -> None:
    world.sender()
    contacts = world.contacts(6, lambda number: person(number, work_email=None) if number == 1 else person(number))
    proposed, unknown = key_of("contact", 99), key_of("contact", 100)
    world.hear(world.heard(ContactProposed(contact_id=proposed, person_id=uuid4(), details=person(99)), proposed))
    world.hear(world.heard(ContactExcluded(contact_id=contacts[2], reason="competitor"), contacts[2]))
    world.hear(world.heard(ContactMergedAway(contact_id=contacts[3], into=contacts[4]), contacts[3]))
    suppressed(world, SuppressedBy.DOMAIN, "example.org", channel=Channel.LINKEDIN)
    suppressed(world, SuppressedBy.CONTACT, str(contacts[5]))
    campaign = world.campaign(mails(1))
    assert world.enrol(campaign, [contacts[0]]).enrolled == 1
    answer = world.enrol(campaign, [*contacts, proposed, unknown])
    assert answer.enrolled == 1
    assert answer.refused == {
        Refusal.ALREADY: 1,
        Refusal.NO_CHANNEL: 1,
        Refusal.EXCLUDED: 1,
        Refusal.MERGED: 1,
        Refusal.SUPPRESSED: 1,
        Refusal.NOT_APPROVED: 1,
        Refusal.UNKNOWN: 1,
    }
    assert {refused.contact_id: refused.reason for refused in answer.refusals}[contacts[1]] == Refusal.NO_CHANNEL
    assert world.enrol(campaign).enrolled == 0


@pytest.mark.parametrize(
    ("by", "value", "more", "gone"),
    [
        (SuppressedBy.EMAIL, "ann1@example.org", {}, {1}),
        (SuppressedBy.DOMAIN, "example.org", {}, {0, 1, 2, 3}),
        (SuppressedBy.COMPANY, "acme", {}, {0, 1, 2, 3}),
        (SuppressedBy.LINKEDIN, "ann-2", {}, {2}),
        (SuppressedBy.CONTACT, str(key_of("contact", 3)), {}, {3}),
        (SuppressedBy.EMAIL, "ann1@example.org", {"channel": Channel.EMAIL}, {1}),
        (SuppressedBy.EMAIL, "ann1@example.org", {"channel": Channel.LINKEDIN}, set()),
        (SuppressedBy.EMAIL, "ann1@example.org", {"scope": SuppressionScope.CAMPAIGN, "campaign_id": key_of("another")}, set()),
        (SuppressedBy.EMAIL, "somebody@else.org", {}, set()),
    ],
)
def test_a_suppression_takes_out_whom_it_means_and_nobody_else(
    world: World, by: SuppressedBy, value: str, more: dict[str, Any], gone: set[int]
) -> None:
    contacts = running(world, 4)
    suppressed(world, by, value, **more)
    assert exits(world) == {contacts[number]: ExitReason.SUPPRESSED for number in gone}
    assert world.planner.waiting() == 0


def test_a_suppression_of_the_client_holds_in_its_other_workspaces_alone(world: World) -> None:
    contacts = running(world, 2)
    elsewhere, stranger = key_of("elsewhere"), key_of("stranger")
    digest = world.context.secrets.digest("email", "ann0@example.org")
    with world.context.worker.transaction() as connection:
        for workspace_id, client_id in ((elsewhere, key_of("client")), (stranger, key_of("another client"))):
            rows(connection, "INSERT INTO workspaces VALUES (:w, :c, 'UTC') RETURNING 1", w=workspace_id, c=client_id)
    for number, workspace_id in enumerate((stranger, elsewhere)):
        key = key_of("suppression", number)
        body = Suppressed(suppression_id=key, scope=SuppressionScope.CLIENT, by=SuppressedBy.EMAIL, digest=digest, reason="customer")
        world.hear(world.heard(body, key, workspace_id))
        world.plan()
        assert exits(world) == ({contacts[0]: ExitReason.SUPPRESSED} if workspace_id == elsewhere else {})


def test_a_suppression_that_was_lifted_means_nobody_any_more(world: World) -> None:
    world.sender()
    [contact] = world.contacts(1)
    body = suppressed(world, SuppressedBy.CONTACT, str(contact))
    campaign = world.campaign(mails(1))
    assert world.enrol(campaign, [contact]).refused == {Refusal.SUPPRESSED: 1}
    world.hear(world.heard(SuppressionLifted(suppression_id=body.suppression_id), body.suppression_id))
    assert world.enrol(campaign, [contact]).enrolled == 1


def test_an_excluded_contact_leaves_and_what_was_asked_for_is_withdrawn(world: World) -> None:
    world.sender()
    contacts = world.contacts(2)
    campaign = world.campaign(mails(1))
    world.enrol(campaign, contacts)
    world.plan()
    world.now = EVENING
    world.plan()
    world.hear(world.heard(ContactExcluded(contact_id=contacts[0], reason="customer"), contacts[0]))
    world.plan()
    assert exits(world) == {contacts[0]: ExitReason.EXCLUDED}
    [withdrawn] = world.told(OutreachWithdrawn)
    assert (withdrawn.contact_id, withdrawn.reason) == (contacts[0], "excluded")


def test_a_contact_without_a_source_leaves_and_is_refused_until_a_source_stands_behind_it_again(world: World) -> None:
    world.sender()
    contacts = world.contacts(2)
    campaign = world.campaign(mails(1))
    world.enrol(campaign, contacts)
    world.plan()
    world.hear(world.heard(ContactWithdrawn(contact_id=contacts[0], stays=True), contacts[0]))
    world.plan()
    assert exits(world) == {contacts[0]: ExitReason.SOURCE_WITHDRAWN}
    other = world.campaign(mails(1))
    assert world.enrol(other, [contacts[0]]).refused == {Refusal.SOURCE_WITHDRAWN: 1}
    world.hear(world.heard(ContactRevised(contact_id=contacts[0], person_id=uuid4(), details=person()), contacts[0]))
    assert world.enrol(other, [contacts[0]]).enrolled == 1


def test_one_reply_stops_the_company_where_the_campaign_says_so(world: World) -> None:
    contacts = running(world, 6, stop_company_on_reply=True)
    asked = {body.contact_id: body for body in world.asked()}
    world.hear(outcome(world, ReplyReceived, asked[contacts[2]], received_at=world.now))
    world.plan()
    assert exits(world) == {contacts[2]: ExitReason.REPLIED, contacts[3]: ExitReason.COMPANY_REPLIED}


def test_one_reply_stops_one_recipient_elsewhere(world: World) -> None:
    contacts = running(world, 6)
    world.hear(outcome(world, ReplyReceived, world.asked()[0], received_at=world.now))
    world.plan()
    assert list(exits(world).values()) == [ExitReason.REPLIED]
    assert len(contacts) == 6


def test_a_batch_heard_twice_changes_nothing(world: World) -> None:
    running(world, 8)
    asked = world.asked()
    batch = [
        outcome(world, ReplyReceived, asked[0], received_at=world.now),
        outcome(world, MailBounced, asked[1], message_id="m", received_at=world.now, permanent=True),
        outcome(world, OutOfOfficeReceived, asked[2], message_id="m", received_at=world.now),
        *(outcome(world, OutreachAccepted, body, at=world.now) for body in asked),
    ]
    world.hear(*batch)
    world.plan()
    events, due = world.count("events"), world.count("due")
    world.hear(*batch)
    world.plan()
    assert (world.count("events"), world.count("due")) == (events, due)


def test_out_of_office_moves_the_next_mail_behind_the_absence(world: World) -> None:
    running(world, 1)
    world.plan()
    until = MONDAY + days(9)
    world.hear(outcome(world, OutOfOfficeReceived, world.asked()[0], message_id="m", received_at=world.now, until=until))
    world.plan()
    first, again = world.told(StepScheduled)[-2:]
    assert (first.step_id, again.step_id) == ("mail1", "mail1")
    assert first.due_at < until <= again.due_at


def test_a_mail_in_doubt_holds_its_recipient_and_nobody_else(world: World) -> None:
    world.sender()
    campaign = world.campaign(mails(2))
    world.enrol(campaign, world.contacts(2))
    world.plan()
    world.now = EVENING
    world.plan()
    doubted, fine = world.asked()
    world.hear(outcome(world, OutreachInDoubt, doubted, message_id="m"), outcome(world, OutreachAccepted, fine, at=world.now))
    world.answered |= {doubted.outreach_id, fine.outreach_id}
    world.plan()
    world.step_to(MONDAY + days(3))
    world.step_to(MONDAY + days(3) + hours(8))
    assert Counter(body.recipient_id for body in world.asked())[doubted.recipient_id] == 1
    assert [body.recipient_id for body in world.told(StepInDoubt)] == [doubted.recipient_id]
    world.hear(outcome(world, OutreachSettled, doubted, went_out=True, by="user:1"))
    world.plan()
    assert world.told(StepScheduled)[-1].recipient_id == doubted.recipient_id
    assert len(world.told(StepTaken)) == 3


def test_a_paused_sender_writes_to_nobody_and_then_flushes_nothing(world: World) -> None:
    sender = world.sender()
    campaign = world.campaign(mails(1))
    world.enrol(campaign, world.contacts(5))
    world.plan()
    world.hear(world.heard(SenderPaused(sender_id=sender, reason="holiday"), sender))
    world.now = EVENING - hours(1)
    assert (world.plan(), world.planner.waiting(), world.asked()) == (0, 0, [])
    world.hear(world.heard(SenderResumed(sender_id=sender), sender))
    world.plan()
    assert world.asked() == []
    assert all(body.due_at >= world.now for body in world.told(StepScheduled)[5:])


def test_of_two_merged_contacts_in_one_campaign_one_leaves(world: World) -> None:
    contacts = running(world, 3)
    world.hear(world.heard(ContactMergedAway(contact_id=contacts[1], into=contacts[0]), contacts[1]))
    world.plan()
    assert exits(world) == {contacts[1]: ExitReason.EXCLUDED}


def test_what_was_never_asked_for_is_rejected(world: World) -> None:
    running(world, 1)
    stranger = world.asked()[0].model_copy(update={"recipient_id": uuid4()})
    with pytest.raises(Rejected, match="nothing was asked for it"):
        world.hear(outcome(world, ReplyReceived, stranger, received_at=world.now))
    assert world.told(RecipientReplied) == []


def test_nothing_crosses_from_one_workspace_to_another(world: World) -> None:
    contacts = running(world, 2)
    other, key = key_of("other workspace"), contacts[0]
    world.hear(world.heard(ContactExcluded(contact_id=key, reason="customer"), uuid4(), other))
    world.plan()
    assert exits(world) == {}
    with world.context.api.transaction(other) as connection:
        assert rows(connection, "SELECT 1 FROM recipients UNION ALL SELECT 1 FROM campaigns UNION ALL SELECT 1 FROM due") == []
    assert other != WORKSPACE
