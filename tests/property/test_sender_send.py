"""The send protocol as a state machine against whatever may happen: nothing is lost, and nothing goes out twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.sender.domain.answers import Answer, Never, NoAnswer, NotNow, NotTried, Taken
from services.sender.domain.send import (
    WENT_OUT,
    Patience,
    Rejected,
    Released,
    Send,
    Stage,
    after,
    answered,
    ask_again,
    claim,
    hand_over,
    may_go,
    settle,
    suppress,
    withdraw,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATIENCE = Patience(claim=timedelta(seconds=60), hand_over=timedelta(seconds=120), attempts=4)
REFUSALS: list[Answer] = [NotNow("450"), Never("550")]
OBSTACLES: list[Answer] = [NotTried(), NotNow("no connection")]
FINAL = {Stage.ACCEPTED, Stage.REJECTED, Stage.WITHDRAWN, Stage.IN_DOUBT}


class Protocol(RuleBasedStateMachine):
    """One mail, any number of workers (some dead, some only slow), and a server that may take what it does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.send = Send(next_at=START)
        self.claims: list[int] = []
        """Tokens that workers believe to hold."""
        self.going: list[int] = []
        """Tokens whose workers have the go-ahead and have not written the mail yet."""
        self.answers: list[tuple[int, Answer]] = []
        """What workers have heard and not stored yet."""
        self.deliveries = 0
        self.wanted = True
        self.judged_by_a_person = False

    @rule(seconds=st.integers(0, 100_000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def a_worker_claims(self) -> None:
        events = claim(self.send, self.now, PATIENCE)
        self.send = after(self.send, events)
        if self.send.stage is Stage.CLAIMED and events:
            self.claims.append(self.send.token)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), stop=st.sampled_from([None, None, Rejected("suppressed", suppressed=True), Released(None)]))
    def a_worker_asks_for_the_go_ahead(self, data: st.DataObject, stop: Rejected | Released | None) -> None:
        token = data.draw(st.sampled_from(self.claims))
        self.claims.remove(token)
        self.send = after(self.send, hand_over(self.send, token, stop, self.now, PATIENCE))
        if may_go(self.send, token):
            self.going.append(token)

    @precondition(lambda self: self.going)
    @rule(data=st.data(), taken=st.booleans(), heard=st.booleans())
    def a_worker_writes_the_mail(self, data: st.DataObject, taken: bool, heard: bool) -> None:
        token = data.draw(st.sampled_from(self.going))
        self.going.remove(token)
        self.deliveries += taken
        known = Taken() if taken else data.draw(st.sampled_from(REFUSALS))
        self.answers.append((token, known if heard else NoAnswer()))

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def a_worker_cannot_try(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(self.claims))
        self.claims.remove(token)
        self.answers.append((token, data.draw(st.sampled_from(OBSTACLES))))

    @precondition(lambda self: self.answers)
    @rule(data=st.data(), dies=st.booleans())
    def a_worker_stores_its_answer_or_dies(self, data: st.DataObject, dies: bool) -> None:
        token, answer = data.draw(st.sampled_from(self.answers))
        self.answers.remove((token, answer))
        if not dies:
            self.send = after(self.send, answered(self.send, token, answer, self.now, PATIENCE))

    @precondition(lambda self: self.claims or self.going)
    @rule()
    def all_workers_die(self) -> None:
        self.claims, self.going, self.answers = [], [], []

    @rule()
    def it_is_withdrawn(self) -> None:
        self.send = after(self.send, withdraw(self.send, "replied"))
        self.wanted = False

    @rule()
    def it_is_suppressed(self) -> None:
        self.send = after(self.send, suppress(self.send, "opted out"))

    @precondition(lambda self: not self.judged_by_a_person)
    @rule()
    def it_is_asked_for_again(self) -> None:
        self.send = after(self.send, ask_again(self.send, self.now))
        self.wanted = True

    @precondition(lambda self: self.send.stage is Stage.IN_DOUBT)
    @rule()
    def a_bounce_or_a_person_settles_it(self) -> None:
        self.send = after(self.send, settle(self.send, went_out=self.deliveries > 0, by="bounce"))
        # Found not to have gone out, it may go out when it is asked for again: that is somebody's decision, made knowingly.
        self.judged_by_a_person = True

    @invariant()
    def nothing_goes_out_twice(self) -> None:
        assert self.deliveries <= 1

    @invariant()
    def what_went_out_is_never_planned_again(self) -> None:
        if self.deliveries:
            assert self.send.stage in WENT_OUT or self.judged_by_a_person

    @invariant()
    def nothing_is_lost(self) -> None:
        """It is settled, or somebody will look at it again; a held one waits for its campaign."""
        assert self.send.stage in FINAL or self.send.next_at is not None or self.send.stage is Stage.PLANNED

    @invariant()
    def only_one_worker_may_go(self) -> None:
        assert len([token for token in self.going if may_go(self.send, token)]) <= 1


TestProtocol = Protocol.TestCase
