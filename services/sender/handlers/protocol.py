"""The steps of the send protocol, many mails in each transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kit.events import Told, Work
from services.sender.domain.answers import Answer
from services.sender.domain.compose import Letter
from services.sender.domain.send import Patience, Rejected, Released, after, answered, claim, hand_over, may_go
from services.sender.handlers.telling import Step, take
from services.sender.store import outreach, queue, suppressions


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that is this process's to send, under the token of the claim."""

    sender_id: UUID
    token: int
    letter: Letter


@dataclass(frozen=True, slots=True)
class GoAhead:
    """Asks: may this be handed over now?"""

    outreach_id: UUID
    token: int


@dataclass(frozen=True, slots=True)
class Result:
    """Says what became of it."""

    outreach_id: UUID
    token: int
    answer: Answer


Wanted = GoAhead | Result


def claim_due(work: Work, now: datetime, patience: Patience, *, busy: Collection[UUID], each: int, most: int) -> list[Claim]:
    """Mails to send now, of accounts that are not busy. `now` is real time here and below."""
    claims, steps = [], list[Step]()
    for due in queue.lock_due(work.connection, now, busy, each, most):
        standing = due.standing
        events = claim(standing.send, now, patience)
        if events and standing.address:
            facts = standing.facts
            letter = Letter(
                facts.workspace_id,
                facts.outreach_id,
                standing.message_id,
                standing.address,
                due.to_name,
                due.subject,
                due.text,
                due.links,
            )
            claims.append(Claim(standing.sender_id, after(standing.send, events).token, letter))
            steps.append((standing, events))
    take(work, steps)
    return claims


def doubt_what_is_overdue(work: Work, now: datetime, patience: Patience) -> list[Told]:
    """Whoever was handing these over has died or hangs: whether they went out is not known."""
    overdue = queue.lock_overdue(work.connection, now)
    return take(work, [(standing, claim(standing.send, now, patience)) for standing in overdue])


def store_steps(wanted: Sequence[Wanted], work: Work, now: datetime, patience: Patience) -> tuple[list[bool], list[Told]]:
    """Store what became of some mails, and say for others, in the order given, whether they may be handed over now.

    The rows are locked before suppressions are looked up: who suppresses somebody waits for these locks or is waited for, so no
    mail is handed over after the opt-out that forbids it was committed.
    """
    standings = outreach.lock(work.connection, {want.outreach_id for want in wanted})
    asked = [want.outreach_id for want in wanted if isinstance(want, GoAhead)]
    stops = stops_of(work, asked) if asked else {}
    steps = list[Step]()
    may = []
    for want in wanted:
        standing = standings.get(want.outreach_id)
        if standing is None:
            may.append(False)
            continue
        if isinstance(want, Result):
            events = answered(standing.send, want.token, want.answer, now, patience)
            may.append(True)
        else:
            events = hand_over(standing.send, want.token, stops.get(want.outreach_id), now, patience)
            may.append(may_go(after(standing.send, events), want.token))
        steps.append((standing, events))
    return may, take(work, steps)


def stops_of(work: Work, asked: Collection[UUID]) -> dict[UUID, Rejected | Released]:
    """What has come in between since these were claimed."""
    held: dict[UUID, Rejected | Released] = {key: Released(None) for key in queue.halted(work.connection, asked)}
    forbidden = suppressions.reasons(work.connection, asked)
    return held | {key: Rejected(reason, suppressed=True) for key, reason in forbidden.items()}
