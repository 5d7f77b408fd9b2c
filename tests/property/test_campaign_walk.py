"""A recipient's way against a model: whatever happens to it, in whatever order, and however often it is heard."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas.campaign import (
    Act,
    ExitReason,
    OutreachAsked,
    OutreachWithdrawn,
    RecipientConnected,
    RecipientExited,
    RecipientPaused,
    RecipientPostponed,
    RecipientResumed,
    StepBlocked,
    StepFailed,
    StepFellDue,
    StepScheduled,
    StepTaken,
    TaskMissed,
)
from schemas.details import Channel
from schemas.sender import (
    InviteAccepted,
    InviteTakenBack,
    MailBounced,
    MailOpened,
    MeetingBooked,
    OptedOut,
    OutOfOfficeReceived,
    OutreachAccepted,
    OutreachInDoubt,
    OutreachRefused,
    OutreachSettled,
    ReplyReceived,
)
from services.campaign.domain.leaving import leave_from
from services.campaign.domain.moves import LookAgain, Rules, Way, next_move
from services.campaign.domain.outcomes import learn
from services.campaign.domain.plan import Book
from services.campaign.domain.recipient import RecipientEvent, Stage, evolve
from services.campaign.domain.steps import Letter, pause, resume, tell
from services.campaign.planner import is_to_move
from services.campaign.store.walk import NEVER, Traveller, is_looked_at, look_row
from tests.campaigns import CALENDAR, MIXED, MONDAY, enrolled, folded, key_of, outreach, said

RULES = Rules()
NEVER_AFTER_THE_EXIT = (
    StepScheduled,
    StepFellDue,
    OutreachAsked,
    StepBlocked,
    TaskMissed,
    RecipientPostponed,
    RecipientPaused,
    RecipientResumed,
)
STEPS = [step.step_id for step in MIXED.steps]
NEWS: list[Any] = [
    lambda about, at: OutreachAccepted(**about, at=at),
    lambda about, at: OutreachAccepted(**about, at=at),
    lambda about, at: OutreachAccepted(**about, at=at),
    lambda about, at: MailOpened(**about, at=at),
    lambda about, _: OutreachInDoubt(**about, message_id="m"),
    lambda about, _: OutreachSettled(**about, went_out=True, by="user:1"),
    lambda about, _: OutreachSettled(**about, went_out=False, by="user:1"),
    lambda about, _: InviteAccepted(**about),
    lambda about, _: InviteTakenBack(**about),
    lambda about, at: OutOfOfficeReceived(**about, message_id="m", received_at=at),
]
LAST_NEWS: list[Any] = [
    lambda about, _: OutreachRefused(**about, reason="550"),
    lambda about, at: ReplyReceived(**about, received_at=at),
    lambda about, at: MailBounced(**about, message_id="m", received_at=at, permanent=True),
    lambda about, at: MeetingBooked(**about, received_at=at),
    lambda about, at: OptedOut(**about, at=at, by="page"),
]


class Walking(RuleBasedStateMachine):
    """The due table is one row here, kept by the store's own rules; the model is the list of what was told."""

    @initialize(cap=st.integers(1, 3), channels=st.sets(st.sampled_from(list(Channel)), min_size=1))
    def begin(self, cap: int, channels: set[Channel]) -> None:
        self.now, self.book = MONDAY, Book.of(cap)
        self.channels = frozenset(channels)
        self.progress = folded(enrolled())
        self.told = list[RecipientEvent]()
        self.due: dict[str, Any] | None = {"due_at": MONDAY, "step_id": None, "since": MONDAY}
        self.running = True

    @rule(minutes=st.integers(1, 6 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.plan()

    @rule()
    def plan(self) -> None:
        for _ in range(30):
            if not self.running or self.due is None or self.due["due_at"] == NEVER or self.due["due_at"] > self.now:
                return
            self.one_move()
        raise AssertionError("the planner finds no end")

    @rule(step=st.sampled_from(MIXED.steps), news=st.sampled_from(NEWS))
    def something_is_heard(self, step: Any, news: Any) -> None:
        self.hear(step, news)

    @precondition(lambda self: len(self.told) > 3)
    @rule(step=st.sampled_from(MIXED.steps), news=st.sampled_from(LAST_NEWS))
    def something_final_is_heard(self, step: Any, news: Any) -> None:
        self.hear(step, news)

    @rule()
    def what_is_open_is_done(self) -> None:
        for step in MIXED.steps:
            if step.step_id in self.progress.open:
                self.hear(step, NEWS[0])

    @rule()
    def somebody_pauses_it(self) -> None:
        self.tell(pause(self.progress, "holiday"))
        assert pause(self.progress, "holiday") == []

    @rule()
    def somebody_resumes_it(self) -> None:
        self.tell(resume(self.progress))

    @rule()
    def its_campaign_rests_and_runs_again(self) -> None:
        self.running = not self.running
        if self.running and self.due and self.due["step_id"] and self.due["due_at"] <= self.now:
            self.due |= {"step_id": None, "due_at": self.now}

    @precondition(lambda self: len(self.told) > 6)
    @rule()
    def its_campaign_is_stopped(self) -> None:
        self.tell(leave_from(self.progress, MIXED, ExitReason.STOPPED))

    # What these do

    def hear(self, step: Any, news: Any) -> None:
        """Only of what was asked for, as the sender tells of nothing else; and twice."""
        if step.step_id not in {body.step_id for body in self.told if isinstance(body, OutreachAsked)}:
            return
        outcome = news(outreach(self.progress, step), self.now)
        self.tell(learn(self.progress, outcome, self.now))
        assert learn(self.progress, outcome, self.now) == []

    def one_move(self) -> None:
        assert self.due is not None
        traveller = Traveller(key_of("workspace"), self.progress, self.progress)
        if not is_to_move(self.progress):
            self.keep(traveller)
            return
        way = Way(MIXED, CALENDAR, self.book, self.channels, self.due["since"], self.due["step_id"] is None)
        move = next_move(self.progress, way, RULES, self.now)
        if isinstance(move, LookAgain):
            assert move.at > self.now
            traveller.look_at, traveller.anew = move.at, way.anew
            self.keep(traveller)
            return
        self.tell(tell(self.progress, move, way, Letter(said)))
        if self.progress.stage == Stage.ASKED and self.progress.channel != Channel.EMAIL and self.progress.due_on:
            assert self.due is not None
            self.due["due_at"] = CALENDAR.ends(self.progress.due_on)

    def tell(self, events: list[RecipientEvent]) -> None:
        traveller = Traveller(key_of("workspace"), self.progress, self.progress)
        for event in events:
            before, self.progress = self.progress, evolve(self.progress, event)
            if before.passed != self.progress.passed or before.connected != self.progress.connected:
                traveller.since = self.now
        self.told += events
        traveller.progress = self.progress
        self.keep(traveller)

    def keep(self, traveller: Traveller) -> None:
        row = look_row(traveller, self.now)
        if row:
            since = row["since"] or (self.due["since"] if self.due else self.now)
            self.due = {"due_at": row["due_at"], "step_id": row["step_id"], "since": since}
        elif not is_looked_at(self.progress):
            self.due = None

    # What holds

    @invariant()
    def every_step_is_asked_for_once_and_in_order(self) -> None:
        asked = [STEPS.index(body.step_id) for body in self.told if isinstance(body, OutreachAsked)]
        assert asked == sorted(set(asked))

    @invariant()
    def every_step_is_taken_once_at_most(self) -> None:
        taken = [body.step_id for body in self.told if isinstance(body, StepTaken)]
        assert len(taken) == len(set(taken))

    @invariant()
    def after_the_exit_nothing_is_asked_for(self) -> None:
        exits = [place for place, body in enumerate(self.told) if isinstance(body, RecipientExited)]
        assert len(exits) <= 1
        if exits:
            after = self.told[exits[0] :]
            assert not any(isinstance(body, NEVER_AFTER_THE_EXIT) for body in after)
            assert (self.progress.open, self.due) == ({}, None)

    @invariant()
    def what_was_asked_for_is_done_withdrawn_or_open(self) -> None:
        asked = {body.step_id for body in self.told if isinstance(body, OutreachAsked)}
        over = {body.step_id for body in self.told if isinstance(body, StepTaken | OutreachWithdrawn)}
        failed = {body.step_id for body in self.told if isinstance(body, StepFailed)}
        assert asked == over | failed | set(self.progress.open)

    @invariant()
    def messages_go_to_connections_only(self) -> None:
        connected = False
        for body in self.told:
            connected = connected or isinstance(body, RecipientConnected)
            if isinstance(body, OutreachAsked) and body.act == Act.MESSAGE:
                assert connected

    @invariant()
    def only_channels_that_the_contact_has_are_used(self) -> None:
        assert {body.channel for body in self.told if isinstance(body, OutreachAsked)} <= self.channels

    @invariant()
    def somebody_or_the_planner_is_next(self) -> None:
        """No recipient is forgotten: it has left, or is looked at again, or waits for what only others can bring."""
        waits = self.progress.exit or self.progress.stage in {Stage.ASKED, Stage.IN_DOUBT, Stage.BLOCKED}
        assert waits or self.due is not None
        if self.progress.paused and self.progress.stage == Stage.READY and self.due:
            assert self.due["due_at"] == NEVER

    @invariant()
    def a_fold_of_all_that_was_told_is_where_it_stands(self) -> None:
        assert folded(enrolled(), *self.told) == self.progress


Walking.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
TestWalking = Walking.TestCase


def test_left_alone_it_gets_all_that_it_can_be_reached_by_and_completes() -> None:
    for channels in ({Channel.EMAIL}, {Channel.EMAIL, Channel.LINKEDIN}):
        machine = Walking()
        machine.begin(cap=1, channels=channels)
        while machine.progress.exit is None:
            machine.time_passes(360)
            machine.what_is_open_is_done()
        asked = [body.step_id for body in machine.told if isinstance(body, OutreachAsked)]
        # Nobody accepted the invite: no message, and the invite is withdrawn.
        assert asked == (["mail", "last"] if Channel.LINKEDIN not in channels else ["mail", "invite", "withdraw", "last"])
        assert machine.progress.exit == ExitReason.COMPLETED
