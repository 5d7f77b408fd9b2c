"""A contact's row: what publish tells of it, what the person did, and the score. (A Lead it is from its first activity on.)"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from schemas.body import Body
from schemas.envelope import Envelope
from schemas.topics import TOPIC_OF
from services.kpi.domain import score as scores
from services.kpi.domain.contact import NO_CARD, UNKNOWN, Card, Contact
from services.kpi.domain.score import Score, Signal
from services.kpi.domain.status import NONE, Names
from services.kpi.domain.timeline import Entry


@dataclass(frozen=True)
class Lead:
    contact_id: UUID
    workspace_id: UUID
    contact: Contact = UNKNOWN
    card: Card = NO_CARD
    signals: tuple[Signal, ...] = ()
    last_action_at: datetime | None = None
    last_action: str | None = None
    """In the words of the timeline."""
    last_reply_at: datetime | None = None
    score: Score | None = None
    rescore_at: datetime | None = None
    """When decay may next change the score."""
    names: Names = NONE
    """The Leads KPIs that it is counted in."""

    @property
    def level(self) -> int | None:
        return self.score.score if self.score else None


def act(lead: Lead, entry: Entry) -> Lead:
    """Take a new entry of the timeline into last action, last reply and signals; in whatever order they come."""
    signal, day = entry.says.signal, entry.at.astimezone(UTC).date()
    this = entry.at, entry.says.words
    # Of two at the same instant the words decide, so that the order of hearing does not.
    last = max(this, (lead.last_action_at, lead.last_action or "")) if lead.last_action_at else this
    return replace(
        lead,
        signals=scores.add(lead.signals, signal, day) if signal else lead.signals,
        last_action_at=last[0],
        last_action=last[1],
        last_reply_at=later(lead.last_reply_at, entry.at if signal == "reply" else None),
    )


def rescore(lead: Lead, now: datetime) -> Lead:
    score = scores.score_of(lead.signals, now.astimezone(UTC).date())
    return replace(lead, score=score, rescore_at=scores.next_look(score, now))


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def newer(versions: Mapping[str, int], envelope: Envelope, body: Body) -> Mapping[str, int] | None:
    """The versions with this event among them; None if it was folded before. One stream may stand on several topics."""
    source = f"{TOPIC_OF[type(body)].name}/{envelope.stream}"
    return None if envelope.version <= versions.get(source, 0) else {**versions, source: envelope.version}
