"""From the events of contacts to what the read table says of their states."""

from collections.abc import Mapping, Sequence
from functools import reduce
from uuid import UUID

from schemas.publish import ContactExcluded, ContactPublished, ContactRevised
from services.publish.domain.contacts import Contact, ContactEvent, evolve
from services.publish.store.contacts import Move

States = Mapping[UUID, Contact | None]
Decided = dict[UUID, list[ContactEvent]]
"""Contact → what happens to it."""


def moves_of(homes: Mapping[UUID, UUID], states: States, decided: Decided) -> list[Move]:
    """The new states, in the order of the contacts, so that nobody who writes several waits for another in a circle."""
    moves = (move(homes[key], key, states[key], events) for key, events in sorted(decided.items()))
    return [each for each in moves if each]


def move(workspace_id: UUID, contact_id: UUID, state: Contact | None, events: Sequence[ContactEvent]) -> Move | None:
    moving = [event for event in events if not isinstance(event, ContactRevised)]
    after = reduce(evolve, moving, state)
    if not moving or after is None:
        return None
    why = next((event.reason for event in moving if isinstance(event, ContactExcluded)), None)
    published = any(isinstance(event, ContactPublished) for event in moving)
    return Move(workspace_id, contact_id, after.state, why, after.into, published)
