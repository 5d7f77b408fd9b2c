"""From steps of the protocol to what is stored and told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from schemas.envelope import Envelope
from services.kit.events import Told, Work
from services.sender.domain.facts import Facts
from services.sender.domain.outcome import OutcomeBody, is_news, of_send
from services.sender.domain.send import Deferred, HandingOver, Rejected, SendEvent, after
from services.sender.kinds import OUTREACH
from services.sender.store import outreach
from services.sender.store.outreach import Change, Standing

Step = tuple[Standing, list[SendEvent]]


def tell(facts: Facts, body: OutcomeBody, because: Envelope | None = None) -> Told:
    return Told(OUTREACH, facts.outreach_id, body, facts.workspace_id, because)


def take(work: Work, steps: Iterable[Step], because: Mapping[UUID, Envelope] | None = None) -> list[Told]:
    """Store what these steps make of their rows; returns what the world is told of them. One step for each outreach."""
    changes, told = [], []
    for standing, events in steps:
        if events:
            facts = standing.facts
            changes.append(change(standing, events, work.now))
            bodies = of_send(facts, standing.message_id, events, work.now)
            told += [tell(facts, body, (because or {}).get(facts.outreach_id)) for body in bodies]
    if changes:
        outreach.save(work.connection, changes)
    return told


def change(standing: Standing, events: list[SendEvent], now: datetime) -> Change:
    reason = next((event.reason for event in events if isinstance(event, Deferred | Rejected)), None)
    handed = any(isinstance(event, HandingOver) for event in events)
    return Change(standing, after(standing.send, events), reason, now if handed else None)


def news(work: Work, told: Iterable[Told]) -> list[Told]:
    """Of these, what has not been told before: no second opening, no second opt-out. Locks the streams."""
    told = list(told)
    workspaces = {each.id: each.workspace_id for each in told}
    states = work.load(OUTREACH, workspaces, workspaces)
    kept = []
    for each in told:
        state = states[each.id]
        if is_news(state, each.body):  # type: ignore[arg-type]
            kept.append(each)
            states[each.id] = OUTREACH.evolve(state, each.body)
    return kept
