"""The send protocol: where one e-mail stands on its way to the mail server, and what may follow (DESIGN.md, section 6).

planned → claimed → handing over → accepted | deferred | rejected | in doubt. Whoever acts on a mail does so under the token of
its claim. *Handing over* is committed before the server gets a byte of the mail; so a mail that is still there when its lease is
over may have gone out, is in doubt, and is never sent again by itself: at most once, whatever crashes (RFC 1047 says why no
sender can do better). All times here are real time, whatever the service's clock says.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from services.sender.domain.answers import Answer, Never, NoAnswer, NotNow, NotTried, Taken


class Stage(StrEnum):
    PLANNED = "planned"
    CLAIMED = "claimed"
    HANDING_OVER = "handing_over"
    DEFERRED = "deferred"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"
    WITHDRAWN = "withdrawn"
    OPEN = "open"
    """A task that waits for a person; done, it is accepted."""


STOPPABLE = frozenset({Stage.PLANNED, Stage.CLAIMED, Stage.DEFERRED, Stage.OPEN})
"""Nothing has left the house: a withdrawal or a suppression still stops it."""
WENT_OUT = frozenset({Stage.HANDING_OVER, Stage.ACCEPTED, Stage.IN_DOUBT})
"""The recipient has it, or may have it."""


@dataclass(frozen=True, slots=True)
class Send:
    stage: Stage = Stage.PLANNED
    token: int = 0
    """Counts the claims: who acts under an older one is refused (a fencing token)."""
    attempts: int = 0
    next_at: datetime | None = None
    """When somebody has to look at it again: to claim it, or because its lease is over. None: never."""
    unwanted: str | None = None
    """Why it was withdrawn, even where that came too late to stop it at once."""


@dataclass(frozen=True, slots=True)
class Claimed:
    until: datetime


@dataclass(frozen=True, slots=True)
class HandingOver:
    until: datetime


@dataclass(frozen=True, slots=True)
class Released:
    """Back to planned: it was not tried, for a reason that is not the mail's own."""

    at: datetime | None
    """None: it waits until its campaign goes on."""


@dataclass(frozen=True, slots=True)
class Accepted:
    pass


@dataclass(frozen=True, slots=True)
class Deferred:
    reason: str
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Rejected:
    reason: str
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class FellIntoDoubt:
    pass


@dataclass(frozen=True, slots=True)
class Settled:
    went_out: bool
    by: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    reason: str


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Withdrawn while it is being handed over: too late to stop it, but if the server says *not now*, that was it."""

    reason: str


@dataclass(frozen=True, slots=True)
class WantedAgain:
    pass


@dataclass(frozen=True, slots=True)
class PlannedAnew:
    at: datetime | None
    """None: a task, which waits for a person."""


SendEvent = (
    Claimed
    | HandingOver
    | Released
    | Accepted
    | Deferred
    | Rejected
    | FellIntoDoubt
    | Settled
    | Withdrawn
    | Unwanted
    | WantedAgain
    | PlannedAnew
)


@dataclass(frozen=True)
class Patience:
    """How long things may take, and how often they are tried. The n-th retry waits `first` · `factor`^(n-1), at most `most`."""

    claim: timedelta = timedelta(seconds=60)
    hand_over: timedelta = timedelta(seconds=300)
    """Longer than the server has to answer, so that only a process that died or hangs outlives its lease."""
    first: timedelta = timedelta(minutes=1)
    factor: int = 3
    most: timedelta = timedelta(hours=4)
    attempts: int = 24
    """After about three days, which is when mail servers give up."""

    def pause(self, attempts: int) -> timedelta:
        """After this many failed attempts (from 1)."""
        times: int = self.factor ** min(attempts - 1, 20)
        return min(self.most, self.first * times)


def claim(send: Send, now: datetime, patience: Patience) -> list[SendEvent]:
    """What to do with a mail whose time to be looked at has come."""
    if send.next_at is None or send.next_at > now:
        return []
    if send.stage is Stage.HANDING_OVER:
        return [FellIntoDoubt()]
    if send.stage in STOPPABLE:
        return [Claimed(now + patience.claim)]
    return []


def hand_over(send: Send, token: int, stop: Rejected | Released | None, now: datetime, patience: Patience) -> list[SendEvent]:
    """The go-ahead to send, or not: `stop` is what a suppression or a pause since the claim makes of it."""
    if send.token != token or send.stage is not Stage.CLAIMED:
        return []
    return [stop or HandingOver(now + patience.hand_over)]


def may_go(send: Send, token: int) -> bool:
    """Whether who holds this token has the go-ahead. Asked again after a commit of unknown outcome, it says the same."""
    return send.token == token and send.stage is Stage.HANDING_OVER


def answered(send: Send, token: int, answer: Answer, now: datetime, patience: Patience) -> list[SendEvent]:
    """Store what became of an attempt. An answer that comes after its lease settles the doubt; under an old token it is void."""
    if send.token != token:
        return []
    if send.stage is Stage.IN_DOUBT:
        return late_answer(answer)
    return in_time(send, answer, now, patience) if send.stage in {Stage.CLAIMED, Stage.HANDING_OVER} else []


def in_time(send: Send, answer: Answer, now: datetime, patience: Patience) -> list[SendEvent]:
    match answer:
        case Taken():
            return [Accepted()]
        case Never(reason=reason):
            return [Rejected(reason)]
        case NoAnswer():
            return [FellIntoDoubt()]
        case NotNow(reason=reason):
            return not_now(send, reason, now, patience)
        case NotTried():
            return [Withdrawn(send.unwanted) if send.unwanted else Released(now)]
        case _:
            assert_never(answer)


def late_answer(answer: Answer) -> list[SendEvent]:
    match answer:
        case Taken():
            return [Settled(went_out=True, by="answer")]
        case Never() | NotNow() | NotTried():
            # It did not go out; but as others may have acted on the doubt by now, it is not tried again by itself either.
            return [Settled(went_out=False, by="answer")]
        case NoAnswer():
            return []
        case _:
            assert_never(answer)


def not_now(send: Send, reason: str, now: datetime, patience: Patience) -> list[SendEvent]:
    if send.unwanted:
        return [Withdrawn(send.unwanted)]
    if send.attempts + 1 >= patience.attempts:
        return [Rejected(f"given up after {send.attempts + 1} attempts: {reason}")]
    return [Deferred(reason, now + patience.pause(send.attempts + 1))]


def settle(send: Send, *, went_out: bool, by: str) -> list[SendEvent]:
    """A Sent folder, a bounce, a reply or a person says what became of a mail in doubt."""
    return [Settled(went_out, by)] if send.stage is Stage.IN_DOUBT else []


def withdraw(send: Send, reason: str) -> list[SendEvent]:
    """Not wanted any more. What is being handed over cannot be stopped, but is not tried a second time."""
    if send.stage is Stage.HANDING_OVER:
        return [Unwanted(reason)]
    return [Withdrawn(reason)] if send.stage in STOPPABLE else []


def suppress(send: Send, reason: str) -> list[SendEvent]:
    return [Rejected(reason, suppressed=True)] if send.stage in STOPPABLE else []


def ask_again(send: Send, at: datetime | None) -> list[SendEvent]:
    """The planner asks for an outreach that it asked for before: it goes out after all, unless it may have gone out already."""
    if send.stage is Stage.HANDING_OVER and send.unwanted:
        return [WantedAgain()]
    return [PlannedAnew(at)] if send.stage in {Stage.WITHDRAWN, Stage.REJECTED} else []


def evolve(send: Send, event: SendEvent) -> Send:  # noqa: C901, PLR0911, PLR0912 - one case per event
    match event:
        case Claimed(until=until):
            return replace(send, stage=Stage.CLAIMED, token=send.token + 1, next_at=until)
        case HandingOver(until=until):
            return replace(send, stage=Stage.HANDING_OVER, next_at=until)
        case Released(at=at):
            return replace(send, stage=Stage.PLANNED, next_at=at)
        case Accepted():
            return replace(send, stage=Stage.ACCEPTED, attempts=send.attempts + 1, next_at=None)
        case Deferred(retry_at=retry_at):
            return replace(send, stage=Stage.DEFERRED, attempts=send.attempts + 1, next_at=retry_at)
        case Rejected():
            return replace(send, stage=Stage.REJECTED, next_at=None)
        case FellIntoDoubt():
            return replace(send, stage=Stage.IN_DOUBT, attempts=send.attempts + 1, next_at=None)
        case Settled(went_out=went_out):
            return replace(send, stage=Stage.ACCEPTED if went_out else Stage.REJECTED, next_at=None)
        case Withdrawn(reason=reason):
            return replace(send, stage=Stage.WITHDRAWN, next_at=None, unwanted=reason)
        case Unwanted(reason=reason):
            return replace(send, unwanted=reason)
        case WantedAgain():
            return replace(send, unwanted=None)
        case PlannedAnew(at=at):
            return Send(stage=Stage.PLANNED if at else Stage.OPEN, token=send.token, next_at=at)
        case _:
            assert_never(event)


def after(send: Send, events: list[SendEvent]) -> Send:
    for event in events:
        send = evolve(send, event)
    return send
