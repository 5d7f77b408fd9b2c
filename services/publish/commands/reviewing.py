"""Publish, approve and exclude contacts, in chunks; and what that would do."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from services.kit.events import Told, Work
from services.publish.domain.contacts import State
from services.publish.domain.review import Act, Verdict, judge, review
from services.publish.kinds import CONTACT
from services.publish.moves import moves_of
from services.publish.store import contacts, reading, recognised
from services.publish.store.reading import Filter


@dataclass(frozen=True)
class Outcome:
    """How many contacts were meant, and what became of them (or would). Of those refused, how many for what reason."""

    asked: int = 0
    changed: int = 0
    unchanged: int = 0
    unknown: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.asked + other.asked,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.unknown + other.unknown,
            dict(Counter(self.refused) + Counter(other.refused)),
        )


@dataclass(frozen=True)
class Review:
    """An act on contacts of a workspace; `proposals` as in Filter."""

    workspace_id: UUID
    act: Act
    reason: str
    proposals: bool


def outcome(act: Act, states: Mapping[State, int], unknown: int = 0) -> Outcome:
    """What the act does to so many contacts in each state."""
    verdicts, refused = Counter[Verdict](), Counter[str]()
    for state, n in states.items():
        verdict, why = judge(act, state)
        verdicts[verdict] += n
        if why:
            refused[why] += n
    asked = sum(states.values()) + unknown
    return Outcome(asked, verdicts[Verdict.CHANGED], verdicts[Verdict.UNCHANGED], unknown, dict(refused))


def review_contacts(work: Work, asked: Review, ids: Iterable[UUID]) -> tuple[Outcome, list[Told]]:
    """Act on these contacts, each as it is when it is locked."""
    ids = set(ids)
    known = reading.states_of(work.connection, asked.workspace_id, ids, proposals=asked.proposals)
    states = work.load(CONTACT, known, asked.workspace_id)
    events = {key: review(state, key, asked.act, asked.reason) for key, state in states.items()}
    contacts.move(work.connection, moves_of(dict.fromkeys(states, asked.workspace_id), states, events), work.now)
    recognised.ask_looks(work.connection, asked.workspace_id, [key for key, bodies in events.items() if bodies])
    told = [Told(CONTACT, key, body, asked.workspace_id) for key, bodies in events.items() for body in bodies]
    return outcome(asked.act, Counter(state.state for state in states.values() if state), len(ids) - len(known)), told


def preview(connection: Connection, asked: Review, which: Filter | Iterable[UUID]) -> Outcome:
    """What the act would do now."""
    if isinstance(which, Filter):
        return outcome(asked.act, reading.count(connection, asked.workspace_id, which))
    ids = set(which)
    states = reading.states_of(connection, asked.workspace_id, ids, proposals=asked.proposals)
    return outcome(asked.act, Counter(states.values()), len(ids) - len(states))
