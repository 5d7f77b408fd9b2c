"""What comes next for one recipient, and when: decided the same way on the real clock and in the forecast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from schemas.campaign import Act, Sequence, Step
from schemas.details import Channel
from services.campaign.domain.calendar import Calendar
from services.campaign.domain.plan import Book, place_in_windows
from services.campaign.domain.recipient import Progress, Stage


@dataclass(frozen=True)
class Rules:
    late: timedelta = timedelta(hours=24)
    """An e-mail found due later than this after its time is planned anew, not sent."""
    finish_after: timedelta = timedelta(days=3)
    """From the last step to the exit."""
    connection_wait: timedelta = timedelta(days=14)
    """How long a message waits for its invite to be accepted; then the sequence goes on without it."""


@dataclass(frozen=True)
class Way:
    """What the planner walks a recipient by: the version of the sequence that it is on, and everything around it."""

    sequence: Sequence
    calendar: Calendar
    book: Book
    """Of the recipient's sender; places are taken in it."""
    channels: frozenset[Channel]
    """By which the contact can be reached."""
    since: datetime
    """When the step before was over, or the connection made."""
    anew: bool = False
    """What was planned is to be planned again."""


@dataclass(frozen=True)
class Ask:
    step: Step


@dataclass(frozen=True)
class Plan:
    step: Step
    at: datetime


@dataclass(frozen=True)
class LookAgain:
    at: datetime
    """Later than now."""


@dataclass(frozen=True)
class Miss:
    step: Step
    """Of a task whose day is over."""


@dataclass(frozen=True)
class Finish:
    pass


Move = Ask | Plan | LookAgain | Miss | Finish


class Holds(Enum):
    GO = auto()
    WAIT = auto()
    SKIP = auto()


def next_move(progress: Progress, way: Way, rules: Rules, now: datetime) -> Move:
    """For a recipient that has not left, is not paused, and awaits nothing but perhaps that a task be done."""
    if progress.step_id is None:
        return following(progress, way, rules, now)
    step = next(step for step in way.sequence.steps if step.step_id == progress.step_id)
    if progress.stage == Stage.ASKED:
        over = day_over(progress, way)
        return LookAgain(over) if now < over else Miss(step)
    if progress.stage == Stage.PLANNED and not way.anew:
        return when_due(progress, step, way, rules, now)
    return anew(progress, step, way, now)


def when_due(progress: Progress, step: Step, way: Way, rules: Rules, now: datetime) -> Move:
    assert progress.due_at is not None  # noqa: S101
    if now < progress.due_at:
        return LookAgain(progress.due_at)
    if step.channel != Channel.EMAIL:
        # A task has its day, and cannot be asked for once that is over.
        return Ask(step) if now < day_over(progress, way) else anew(progress, step, way, now)
    may_at = way.book.may_ask_at(now)
    if may_at is None:
        return LookAgain(way.calendar.next_window(now)[1])
    if may_at - progress.due_at > rules.late:
        return anew(progress, step, way, now)
    if may_at > now:
        return LookAgain(may_at)
    way.book.ask(now)
    return Ask(step)


def day_over(progress: Progress, way: Way) -> datetime:
    """When the day of its current task ends."""
    assert progress.due_on is not None  # noqa: S101
    return way.calendar.ends(progress.due_on)


def anew(progress: Progress, step: Step, way: Way, now: datetime) -> Move:
    if progress.due_at is not None and step.channel == Channel.EMAIL:
        way.book.free(progress.due_at)
    return placed(progress, step, way, max(now, progress.not_before or now), only_first=False)


def following(progress: Progress, way: Way, rules: Rules, now: datetime) -> Move:
    """The next step that holds, its delay counted from the step before; those left out on the way leave their delays."""
    earliest = way.since
    for step in after(way.sequence, progress.passed):
        earliest = way.calendar.earliest(earliest, step.delay_days, working=step.working_days)
        match holds(step, progress, way):
            case Holds.GO:
                first = progress.passed is None
                return placed(progress, step, way, max(earliest, now, progress.not_before or now), only_first=first)
            case Holds.WAIT if now < way.since + rules.connection_wait:
                return LookAgain(way.since + rules.connection_wait)
    over = way.since + rules.finish_after
    return Finish() if now >= over else LookAgain(over)


def holds(step: Step, progress: Progress, way: Way) -> Holds:
    """Whether a step applies: messages go to Connections only, and an invite is withdrawn only while it is pending."""
    if step.channel not in way.channels:
        return Holds.SKIP
    invites = [other.step_id for other in way.sequence.steps if other.act == Act.INVITE]
    if step.act == Act.MESSAGE and not progress.connected:
        pending = any(invite in progress.taken or invite in progress.open for invite in invites) and not progress.withdrawn
        return Holds.WAIT if pending else Holds.SKIP
    if step.act == Act.WITHDRAW:
        pending = any(invite in progress.taken for invite in invites) and not progress.connected and not progress.withdrawn
        return Holds.GO if pending else Holds.SKIP
    return Holds.GO


def placed(progress: Progress, step: Step, way: Way, earliest: datetime, *, only_first: bool) -> Move:
    """E-mails go where the sender's cap has room; first ones only into the next window, so that they never crowd out the follow-ups."""
    start, end = way.calendar.next_window(earliest)
    if step.channel != Channel.EMAIL:
        return Plan(step, max(earliest, way.calendar.starts(way.calendar.day_of(start))))
    seed = f"{progress.recipient_id}/{step.step_id}"
    at = place_in_windows(way.book, way.calendar, earliest, seed, only_first=only_first)
    return LookAgain(end) if at is None else Plan(step, at)


def after(sequence: Sequence, passed: str | None) -> Iterable[Step]:
    ids = [step.step_id for step in sequence.steps]
    return sequence.steps[0 if passed is None else ids.index(passed) + 1 :]
