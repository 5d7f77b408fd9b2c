"""What an outreach's outcome means for its recipient."""

from typing import Any

import pytest

from schemas.body import Body
from schemas.campaign import (
    ExitReason,
    InviteWithdrawn,
    LinkClicked,
    MeetingAccepted,
    MessageOpened,
    OutreachWithdrawn,
    RecipientBounced,
    RecipientConnected,
    RecipientExited,
    RecipientOptedOut,
    RecipientPostponed,
    RecipientReplied,
    StepFailed,
    StepFellDue,
    StepInDoubt,
    StepTaken,
)
from schemas.sender import (
    InviteAccepted,
    InviteTakenBack,
    MailBounced,
    MailClicked,
    MailOpened,
    MeetingBooked,
    OptedOut,
    OutOfOfficeReceived,
    OutreachAccepted,
    OutreachDeferred,
    OutreachInDoubt,
    OutreachRefused,
    OutreachSettled,
    ReplyReceived,
    TaskOpened,
)
from services.campaign.domain.ids import outreach_id
from services.campaign.domain.outcomes import Outcome, learn
from services.campaign.domain.recipient import Progress, RecipientEvent, Stage
from tests.campaigns import MIXED, MONDAY, days, enrolled, fact, folded, key_of, outreach, scheduled, taken

MAIL, INVITE, _, WITHDRAW, LAST = MIXED.steps
NEW = folded(enrolled())
ASKED = folded(scheduled(NEW, MAIL, MONDAY), StepFellDue(**fact(NEW, MAIL), outreach_id=outreach_id(NEW.recipient_id, "mail")), start=NEW)
TAKEN = folded(taken(NEW, MAIL, MONDAY), start=ASKED)
ABOUT: dict[str, Any] = outreach(NEW, MAIL)
REPLY = ReplyReceived(**ABOUT, received_at=MONDAY)


def after(progress: Progress, outcome: Outcome) -> tuple[Progress, list[RecipientEvent]]:
    events = learn(progress, outcome, MONDAY)
    return folded(*events, start=progress), events


def kinds(events: list[RecipientEvent]) -> list[type[Body]]:
    return [type(event) for event in events]


def test_what_was_accepted_is_taken_and_the_planner_is_next() -> None:
    progress, events = after(ASKED, OutreachAccepted(**ABOUT, at=MONDAY))
    assert kinds(events) == [StepTaken]
    assert (progress.stage, progress.passed, progress.open) == (Stage.READY, "mail", {})


@pytest.mark.parametrize(
    ("outcome", "told", "reason"),
    [
        (REPLY, RecipientReplied, ExitReason.REPLIED),
        (MeetingBooked(**ABOUT, received_at=MONDAY), MeetingAccepted, ExitReason.MEETING),
        (OptedOut(**ABOUT, at=MONDAY, by="page"), RecipientOptedOut, ExitReason.OPTED_OUT),
        (MailBounced(**ABOUT, message_id="m", received_at=MONDAY, permanent=True), RecipientBounced, ExitReason.BOUNCED),
    ],
)
def test_what_ends_a_sequence_says_so_and_withdraws_what_is_open(outcome: Outcome, told: type[Body], reason: ExitReason) -> None:
    progress, events = after(ASKED, outcome)
    assert kinds(events) == [told, RecipientExited, OutreachWithdrawn]
    assert (progress.exit, progress.open) == (reason, {})
    assert kinds(after(TAKEN, outcome)[1]) == [told, RecipientExited]


def test_a_reply_after_the_exit_is_still_a_reply() -> None:
    gone = folded(RecipientExited(**named(NEW), reason=ExitReason.COMPLETED), start=TAKEN)
    assert kinds(after(gone, REPLY)[1]) == [RecipientReplied]


def test_what_went_out_is_told_even_of_who_has_left() -> None:
    gone, _ = after(ASKED, REPLY)
    assert kinds(after(gone, OutreachAccepted(**ABOUT, at=MONDAY))[1]) == [StepTaken]


def test_a_mail_in_doubt_holds_the_recipient_until_it_is_settled() -> None:
    doubt, events = after(ASKED, OutreachInDoubt(**ABOUT, message_id="m"))
    assert kinds(events) == [StepInDoubt]
    assert doubt.stage == Stage.IN_DOUBT
    out, events = after(doubt, OutreachSettled(**ABOUT, went_out=True, by="user:1"))
    assert (kinds(events), out.stage, out.passed) == ([StepTaken], Stage.READY, "mail")
    back, events = after(doubt, OutreachSettled(**ABOUT, went_out=False, by="user:1"))
    assert (kinds(events), back.stage, back.passed, back.exit) == ([StepFailed], Stage.READY, "mail", None)


@pytest.mark.parametrize(("suppressed", "reason"), [(True, ExitReason.SUPPRESSED), (False, ExitReason.FAILED)])
def test_what_is_refused_has_failed_and_ends_the_sequence(*, suppressed: bool, reason: ExitReason) -> None:
    progress, events = after(ASKED, OutreachRefused(**ABOUT, reason="550", suppressed=suppressed))
    assert kinds(events) == [StepFailed, RecipientExited]
    assert progress.exit == reason


def test_a_refusal_of_what_was_withdrawn_is_no_news() -> None:
    gone, _ = after(ASKED, REPLY)
    assert learn(gone, OutreachRefused(**ABOUT, reason="withdrawn"), MONDAY) == []


def test_out_of_office_postpones_to_its_date_or_by_fourteen_days() -> None:
    away = OutOfOfficeReceived(**ABOUT, message_id="m", received_at=MONDAY)
    progress, events = after(TAKEN, away)
    assert kinds(events) == [RecipientPostponed]
    assert progress.not_before == MONDAY + days(14)
    dated = OutOfOfficeReceived(**ABOUT, message_id="m", received_at=MONDAY, until=MONDAY + days(20))
    assert after(progress, dated)[0].not_before == MONDAY + days(20)
    assert progress.exit is None


def test_what_was_planned_is_planned_anew_when_somebody_is_away() -> None:
    planned = folded(scheduled(NEW, LAST, MONDAY + days(1)), start=TAKEN)
    progress, _ = after(planned, OutOfOfficeReceived(**ABOUT, message_id="m", received_at=MONDAY))
    assert (progress.stage, progress.step_id, progress.passed) == (Stage.READY, None, "mail")


def test_an_invite_accepted_or_taken_back_is_remembered() -> None:
    about = outreach(NEW, INVITE)
    connected, events = after(TAKEN, InviteAccepted(**about))
    assert (kinds(events), connected.connected) == ([RecipientConnected], True)
    withdrawn, events = after(TAKEN, InviteTakenBack(**about))
    assert (kinds(events), withdrawn.withdrawn) == ([InviteWithdrawn], True)


def test_a_withdrawal_done_is_an_invite_withdrawn() -> None:
    pending = folded(StepFellDue(**fact(NEW, WITHDRAW), outreach_id=outreach_id(NEW.recipient_id, "withdraw")), start=TAKEN)
    assert kinds(after(pending, OutreachAccepted(**outreach(NEW, WITHDRAW), at=MONDAY))[1]) == [StepTaken, InviteWithdrawn]


def test_persons_and_machines_open_and_click_apart() -> None:
    progress, events = after(TAKEN, MailOpened(**ABOUT, at=MONDAY, by_machine=True))
    assert kinds(events) == [MessageOpened]
    progress, events = after(progress, MailOpened(**ABOUT, at=MONDAY))
    assert kinds(events) == [MessageOpened]
    assert kinds(after(progress, MailClicked(**ABOUT, at=MONDAY))[1]) == [LinkClicked]
    assert learn(progress, MailOpened(**ABOUT, at=MONDAY + days(1)), MONDAY) == []


@pytest.mark.parametrize(
    "outcome",
    [
        OutreachDeferred(**ABOUT, reason="451", retry_at=MONDAY),
        TaskOpened(**ABOUT, sender_id=key_of("sender")),
        MailBounced(**ABOUT, message_id="m", received_at=MONDAY, permanent=False),
    ],
)
def test_what_the_sender_sees_to_by_itself_changes_nothing(outcome: Outcome) -> None:
    assert learn(ASKED, outcome, MONDAY) == []


def named(progress: Progress) -> dict[str, Any]:
    return {"recipient_id": progress.recipient_id, "campaign_id": progress.campaign_id, "contact_id": progress.contact_id}
