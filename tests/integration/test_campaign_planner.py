"""The planner on a real PostgreSQL."""

import threading
from collections import Counter, defaultdict
from collections.abc import Sequence as Many
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import pytest

from schemas.campaign import (
    ExitReason,
    OutreachAsked,
    RecipientEnrolled,
    RecipientExited,
    StepBlocked,
    StepFellDue,
    StepScheduled,
    StepTaken,
    TaskMissed,
)
from schemas.publish import ContactRevised
from services.campaign import commands, looking
from services.kit.settings import Settings
from tests.campaign_world import WORKSPACE, World
from tests.campaigns import CALENDAR, MIXED, MONDAY, days, hours, key_of, mails, person

pytestmark = pytest.mark.engines


@pytest.fixture
def world(settings: Settings) -> World:
    made = World(settings)
    made.workspace()
    return made


def test_every_recipient_gets_every_step_once_and_in_order(world: World) -> None:
    world.sender()
    contacts = world.contacts(30)
    campaign = world.campaign(mails(3))
    assert world.enrol(campaign, contacts).enrolled == 30
    for hour in range(0, 24 * 20, 6):
        world.step_to(MONDAY + hours(hour))
    steps = defaultdict[UUID, list[str]](list)
    for due in world.told(StepFellDue):
        steps[due.recipient_id].append(due.step_id)
    assert list(steps.values()) == [["mail0", "mail1", "mail2"]] * 30
    assert [exited.reason for exited in world.told(RecipientExited)] == [ExitReason.COMPLETED] * 30
    assert world.count("due") == 0


def test_what_is_sent_is_what_the_preview_shows(world: World) -> None:
    world.sender()
    [contact] = world.contacts(1)
    campaign = world.campaign(mails(1))
    before = world.read(lambda c: looking.preview(c, WORKSPACE, campaign, "mail0", contact))
    world.enrol(campaign, [contact])
    world.step_to(MONDAY)
    after = world.read(lambda c: looking.preview(c, WORKSPACE, campaign, "mail0", contact))
    world.step_to(MONDAY + hours(8))
    [asked] = world.asked()
    assert asked.message == before.message == after.message
    assert (before.sender_id, after.sender_id) == (asked.sender_id, asked.sender_id)
    assert asked.message.text == "Dear Ann, this is about Acme."
    digests = {world.context.secrets.digest("email", "ann0@example.org"), world.context.secrets.digest("contact", str(contact))}
    assert digests <= set(asked.suppression_digests)


def test_a_draft_plans_nothing_before_it_is_launched(world: World) -> None:
    world.sender()
    campaign = world.campaign(mails(1), launched=False)
    world.enrol(campaign, world.contacts(3))
    assert (world.plan(), world.planner.waiting()) == (0, 0)
    world.launch(campaign)
    assert world.planner.waiting() == 3
    world.plan()
    assert len(world.told(StepScheduled)) == 3


def test_the_planner_waits_for_a_sender_that_is_not_known_yet(world: World) -> None:
    campaign = world.campaign(mails(1))
    world.enrol(campaign, world.contacts(2))
    assert (world.plan(), world.planner.waiting()) == (0, 0)
    world.sender()
    world.plan()
    assert len(world.told(StepScheduled)) == 2


def test_two_planners_at_once_do_everything_once_and_keep_to_the_caps(world: World) -> None:
    senders = [world.sender(number, cap=40) for number in range(3)]
    campaign = world.campaign(mails(2, delay=1), senders)
    world.enrol(campaign, world.contacts(240))
    planners = [world.new_planner(most=15) for _ in range(2)]
    failed = list[BaseException]()

    def run(number: int) -> None:
        try:
            while planners[number].waiting():
                planners[number].step()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failed.append(error)

    for hour in range(0, 24 * 9, 4):
        world.now = MONDAY + hours(hour)
        for _ in range(10):
            threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if not world.accept_all():
                break
    assert failed == []
    asked = world.asked()
    assert Counter(Counter(body.outreach_id for body in asked).values()) == {1: 480}
    assert caps_hold(world, 40)


def caps_hold(world: World, cap: int) -> bool:
    """Of what is planned, and of what was asked for, in any 24 hours of any sender."""
    sender_of = {body.recipient_id: body.sender_id for body in world.told(RecipientEnrolled)}
    planned = defaultdict[UUID, dict[tuple[UUID, str], datetime]](dict)
    for body in world.told(StepScheduled):
        planned[sender_of[body.recipient_id]][body.recipient_id, body.step_id] = body.due_at
    return all(within(sorted(times.values()), cap) for times in planned.values())


def within(times: Many[datetime], cap: int) -> bool:
    return all(last - first >= days(1) for first, last in zip(times, times[cap:], strict=False))


def test_a_weekend_passed_over_in_one_step_of_the_clock_flushes_nothing(world: World) -> None:
    world.sender(cap=5)
    campaign = world.campaign(mails(2))
    world.enrol(campaign, world.contacts(12))
    for day in (0, 4, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18):
        before = len(world.asked())
        world.step_to(MONDAY + days(day) + hours(9))
        assert len(world.asked()) - before <= 5
    assert len(world.told(StepTaken)) == 24


def test_after_a_pause_what_is_overdue_is_planned_anew(world: World) -> None:
    world.sender(cap=6)
    campaign = world.campaign(mails(1))
    world.enrol(campaign, world.contacts(6))
    world.step_to(MONDAY)
    first = {body.recipient_id: body.due_at for body in world.told(StepScheduled)}
    world.do(lambda work: commands.pause(work, WORKSPACE, campaign))
    world.now = MONDAY + hours(7)
    assert (world.plan(), world.planner.waiting()) == (0, 0)
    asked_before = len(world.asked())
    world.do(lambda work: commands.resume(work, WORKSPACE, campaign))
    world.plan()
    assert len(world.asked()) == asked_before
    again = world.told(StepScheduled)[len(first) :]
    overdue = {key for key, due_at in first.items() if due_at <= world.now} - {body.recipient_id for body in world.asked()}
    assert {body.recipient_id for body in again} == overdue
    assert all(body.due_at >= world.now for body in again)


def test_a_stopped_campaign_lets_everybody_go_and_withdraws_what_is_open(world: World) -> None:
    world.sender()
    campaign = world.campaign(MIXED)
    world.enrol(campaign, world.contacts(20))
    world.now = MONDAY + hours(8)
    world.plan()
    world.do(lambda work: commands.stop(work, WORKSPACE, campaign))
    assert world.planner.waiting() == 20
    world.plan()
    assert Counter(body.reason for body in world.told(RecipientExited)) == {ExitReason.STOPPED: 20}
    assert (world.count("due"), world.count("leaving"), world.count("recipients", "exit IS NULL")) == (0, 0, 0)


def test_a_task_falls_due_on_its_day_and_is_missed_when_that_is_over(world: World) -> None:
    world.sender()
    [contact] = world.contacts(1)
    campaign = world.campaign(MIXED)
    world.enrol(campaign, [contact])
    world.plan()
    world.step_to(MONDAY + hours(8))
    tuesday = CALENDAR.day_of(MONDAY + days(1))
    world.now = CALENDAR.starts(tuesday)
    world.plan()
    invite = world.asked()[-1]
    assert (invite.step_id, invite.due_on) == ("invite", tuesday)
    assert invite.message.to == "https://www.linkedin.com/in/ann-0"
    world.now = CALENDAR.ends(tuesday) - hours(1)
    assert world.plan() == 0
    world.now = CALENDAR.ends(tuesday)
    world.plan()
    [missed] = world.told(TaskMissed)
    assert (missed.step_id, missed.due_on) == ("invite", tuesday)
    world.accept_all()
    assert [body.step_id for body in world.told(StepTaken)] == ["mail", "invite"]
    assert world.planner.waiting() == 0


def test_what_is_missing_blocks_by_name_until_it_is_known(world: World) -> None:
    world.sender()
    [contact] = world.contacts(1, lambda number: person(number, company_name=None))
    campaign = world.campaign(mails(1))
    world.enrol(campaign, [contact])
    world.plan()
    world.step_to(MONDAY + hours(8))
    [blocked] = world.told(StepBlocked)
    assert blocked.reason == "company_name is missing, and the template has no default for it"
    assert (world.asked(), world.count("due")) == ([], 0)
    revised = ContactRevised(contact_id=contact, person_id=key_of("person", 0), details=person(0))
    world.hear(world.heard(revised, contact))
    world.plan()
    world.step_to(MONDAY + days(1) + hours(8))
    assert [body.message.subject for body in world.asked()] == ["About Acme"]


def test_a_sender_keeps_its_recipients_and_the_rotation_uses_all(world: World) -> None:
    senders = [world.sender(number) for number in range(4)]
    campaign = world.campaign(mails(2), senders)
    world.enrol(campaign, world.contacts(120))
    for day in range(6):
        world.step_to(MONDAY + days(day) + hours(9))
    by_recipient = defaultdict[UUID, set[UUID]](set)
    for body in world.asked():
        by_recipient[body.recipient_id].add(body.sender_id)
    assert all(len(found) == 1 for found in by_recipient.values())
    shares = Counter(next(iter(found)) for found in by_recipient.values())
    assert set(shares) == set(senders)
    assert min(shares.values()) > 15


def test_the_forecast_is_what_then_happens_send_for_send(world: World) -> None:
    world.sender(cap=7)
    campaign = world.campaign(MIXED)
    world.enrol(campaign, world.contacts(25))
    until = MONDAY + days(40)
    rules = world.context.settings.rules
    seen = world.read(lambda c: looking.look_ahead(c, campaign, rules, MONDAY, until))
    assert seen.recipients == 25
    moments = sorted({touch.at for touch in seen.touches} | {MONDAY} | {MONDAY + days(day) + hours(8) for day in range(40)})
    for at in moments:
        world.step_to(at)
    happened = [(body.at, body.recipient_id, body.step_id) for body in world.told(StepTaken)]
    assert sorted(happened) == sorted((touch.at, touch.recipient_id, touch.step_id) for touch in seen.touches)
    assert sum(day.emails for day in seen.days) == 50
    assert sum(day.tasks for day in seen.days) == 50
    assert all(first.on < second.on for first, second in pairwise(seen.days))


def test_outreach_is_asked_for_by_the_recipients_own_stream(world: World) -> None:
    world.sender()
    campaign = world.campaign(mails(1))
    world.enrol(campaign, world.contacts(1))
    world.plan()
    world.step_to(MONDAY + hours(8))
    [due] = world.told(StepFellDue)
    [asked] = world.told(OutreachAsked)
    assert due.outreach_id == asked.outreach_id
