"""What comes next for one recipient."""

from datetime import datetime

import pytest

from schemas.campaign import (
    Act,
    InviteWithdrawn,
    RecipientConnected,
    RecipientPostponed,
    StepFellDue,
    TaskMissed,
)
from schemas.details import Channel
from services.campaign.domain.ids import outreach_id
from services.campaign.domain.moves import Ask, Finish, LookAgain, Miss, Plan, Rules, Way, next_move
from services.campaign.domain.plan import Book
from services.campaign.domain.recipient import Progress
from tests.campaigns import (
    ALL_CHANNELS,
    CALENDAR,
    MIXED,
    MONDAY,
    days,
    enrolled,
    fact,
    folded,
    hours,
    scheduled,
    taken,
)

MAIL, INVITE, MESSAGE, WITHDRAW, LAST = MIXED.steps
RULES = Rules(late=hours(24), finish_after=days(3), connection_wait=days(14))
NEW = folded(enrolled())


def way(since: datetime = MONDAY, book: Book | None = None, channels: frozenset[Channel] = ALL_CHANNELS, *, anew: bool = False) -> Way:
    return Way(MIXED, CALENDAR, book or Book.of(50), channels, since, anew)


def planned(at: datetime, step_number: int = 0, start: Progress = NEW) -> Progress:
    return folded(scheduled(start, MIXED.steps[step_number], at), start=start)


def asked(start: Progress, step_number: int) -> Progress:
    of = MIXED.steps[step_number]
    due = StepFellDue(**fact(start, of), outreach_id=outreach_id(start.recipient_id, of.step_id))
    return folded(scheduled(start, of, MONDAY), due, start=start)


def through(step_number: int) -> Progress:
    """With all steps up to this one taken."""
    progress = NEW
    for number, of in enumerate(MIXED.steps[: step_number + 1]):
        progress = folded(taken(progress, of, MONDAY), start=asked(progress, number))
    return progress


def test_a_new_recipient_gets_its_first_mail_in_the_next_window() -> None:
    move = next_move(NEW, way(), RULES, MONDAY - hours(5))
    assert isinstance(move, Plan)
    assert move.step == MAIL
    assert MONDAY <= move.at < MONDAY + hours(8)


def test_first_mails_wait_when_the_next_window_is_full_and_follow_ups_book_ahead() -> None:
    full = Book.of(1, [MONDAY + hours(1)])
    assert next_move(NEW, way(book=full), RULES, MONDAY) == LookAgain(MONDAY + hours(8))
    follow_up = through(3)
    move = next_move(follow_up, way(since=MONDAY - days(3), book=Book.of(1, [MONDAY + hours(1)])), RULES, MONDAY)
    assert isinstance(move, Plan)
    assert move.at >= MONDAY + days(1) + hours(1)


def test_a_mail_is_asked_for_when_it_is_due_and_not_before() -> None:
    progress = planned(MONDAY + hours(2))
    assert next_move(progress, way(), RULES, MONDAY) == LookAgain(MONDAY + hours(2))
    assert next_move(progress, way(), RULES, MONDAY + hours(2)) == Ask(MAIL)


@pytest.mark.parametrize(("late", "is_asked"), [(24, True), (25, False)])
def test_a_mail_that_is_too_late_is_planned_anew(late: int, *, is_asked: bool) -> None:
    now = MONDAY + hours(late)
    move = next_move(planned(MONDAY), way(), RULES, now)
    if is_asked:
        assert move == Ask(MAIL)
    else:
        assert isinstance(move, Plan)
        assert move.at >= now


def test_above_the_cap_a_mail_waits_a_little_or_is_planned_anew() -> None:
    at_nine = Book.of(1, asked=[MONDAY])
    assert next_move(planned(MONDAY + hours(10)), way(book=at_nine), RULES, MONDAY + hours(23)) == LookAgain(MONDAY + hours(24))
    strict = Rules(late=hours(1))
    move = next_move(planned(MONDAY + hours(10)), way(book=Book.of(1, asked=[MONDAY])), strict, MONDAY + hours(10))
    assert isinstance(move, Plan)


def test_what_a_pause_left_overdue_is_planned_anew_however_little_late() -> None:
    move = next_move(planned(MONDAY), way(anew=True), RULES, MONDAY + hours(1))
    assert isinstance(move, Plan)
    assert MONDAY + hours(1) <= move.at < MONDAY + hours(8)


def test_delays_are_counted_from_the_step_before() -> None:
    invite = next_move(through(0), way(since=MONDAY + hours(3)), RULES, MONDAY + hours(3))
    assert invite == Plan(INVITE, CALENDAR.starts(CALENDAR.day_of(MONDAY) + days(1)))


def test_a_task_has_its_day_and_is_planned_anew_when_that_is_over() -> None:
    tuesday = CALENDAR.starts(CALENDAR.day_of(MONDAY) + days(1))
    progress = planned(tuesday, 1, through(0))
    assert next_move(progress, way(), RULES, tuesday + hours(23)) == Ask(INVITE)
    assert next_move(progress, way(), RULES, tuesday + hours(24)) == Plan(INVITE, tuesday + hours(24))


def test_a_task_that_is_not_done_on_its_day_is_missed_when_that_is_over() -> None:
    progress, over = asked(through(0), 1), CALENDAR.ends(CALENDAR.day_of(MONDAY))
    assert next_move(progress, way(), RULES, MONDAY + hours(9)) == LookAgain(over)
    assert next_move(progress, way(), RULES, over) == Miss(INVITE)


def test_the_sequence_goes_on_after_a_missed_task_which_may_still_be_done() -> None:
    pending = asked(through(0), 1)
    missed = folded(TaskMissed(**fact(pending, INVITE), due_on=CALENDAR.day_of(MONDAY)), start=pending)
    assert "invite" in missed.open
    assert next_move(missed, way(since=MONDAY + days(1)), RULES, MONDAY + days(1)) == LookAgain(MONDAY + days(15))


def test_a_message_waits_for_its_invite_to_be_accepted_and_then_goes_on_without_it() -> None:
    assert next_move(through(1), way(), RULES, MONDAY) == LookAgain(MONDAY + days(14))
    move = next_move(through(1), way(), RULES, MONDAY + days(14))
    assert isinstance(move, Plan)
    assert move.step == WITHDRAW


def test_a_message_goes_to_connections_its_delay_counted_from_the_connection() -> None:
    connected = folded(RecipientConnected(**fact(NEW, INVITE)), start=through(1))
    since = MONDAY + days(1)
    assert next_move(connected, way(since=since), RULES, since) == Plan(MESSAGE, CALENDAR.starts(CALENDAR.day_of(MONDAY) + days(3)))


def test_an_invite_is_not_withdrawn_from_connections_nor_messages_sent_after_its_withdrawal() -> None:
    connected = folded(RecipientConnected(**fact(NEW, INVITE)), start=through(2))
    move = next_move(connected, way(), RULES, MONDAY)
    assert isinstance(move, Plan)
    assert move.step == LAST
    withdrawn = folded(InviteWithdrawn(**fact(NEW, INVITE)), start=through(1))
    move = next_move(withdrawn, way(), RULES, MONDAY)
    assert isinstance(move, Plan)
    assert move.step == LAST


def test_steps_by_a_channel_that_the_contact_lacks_are_left_out_and_leave_their_delays() -> None:
    move = next_move(through(0), way(channels=frozenset({Channel.EMAIL})), RULES, MONDAY)
    assert isinstance(move, Plan)
    assert move.step == LAST
    # 1 + 2 + 1 + 3 working days after Monday.
    assert CALENDAR.day_of(move.at) == CALENDAR.day_of(MONDAY) + days(9)


def test_who_is_out_of_office_gets_nothing_before() -> None:
    away = folded(RecipientPostponed(**named(NEW), until=MONDAY + days(7), reason="out of office"), start=planned(MONDAY + hours(1)))
    move = next_move(away, way(), RULES, MONDAY)
    assert isinstance(move, Plan)
    assert MONDAY + days(7) <= move.at < MONDAY + days(7) + hours(8)


def test_after_the_last_step_and_some_days_it_is_over() -> None:
    done = through(4)
    assert next_move(done, way(), RULES, MONDAY) == LookAgain(MONDAY + days(3))
    assert next_move(done, way(), RULES, MONDAY + days(3)) == Finish()


def named(progress: Progress) -> dict[str, object]:
    return {"recipient_id": progress.recipient_id, "campaign_id": progress.campaign_id, "contact_id": progress.contact_id}


def test_every_act_but_mail_is_a_task() -> None:
    assert [of.act for of in MIXED.steps] == [Act.EMAIL, Act.INVITE, Act.MESSAGE, Act.WITHDRAW, Act.EMAIL]
