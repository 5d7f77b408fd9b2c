"""A contact's life in a workspace: proposed → published → approved or excluded; or merged away into another; or withdrawn.

What is known of the person (details, reach, which segments it matches now) is not part of this state: it changes with the person,
stands in the read table, and is told by ContactRevised. A proposed contact that matches no segment any more stays until it is
decided on: it is left out when the Provider publishes all that match, and goes when it is named.

Where no source stands behind a contact any more, what nobody has approved is gone: `withdrawn`. What was approved stays, marked as
withdrawn: it is known, but not to be written to. Both come back as they were when a source stands behind them again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from schemas.details import PersonDetails, Reach
from schemas.publish import (
    ContactApproved,
    ContactCorrected,
    ContactCorrectionWithdrawn,
    ContactExcluded,
    ContactMergedAway,
    ContactProposed,
    ContactPublished,
    ContactRevised,
    ContactWithdrawn,
)

ContactCorrection = ContactCorrected | ContactCorrectionWithdrawn
"""What the workspace says of a contact changes nothing of its life; what it leads to is told by ContactRevised."""
ContactLife = ContactProposed | ContactRevised | ContactPublished | ContactApproved | ContactExcluded | ContactMergedAway | ContactWithdrawn
ContactEvent = ContactLife | ContactCorrection


class State(StrEnum):
    """In the order in which they win when two contacts become one; `merged` and `withdrawn` are none of these."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    APPROVED = "approved"
    EXCLUDED = "excluded"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


NOT_THERE = frozenset({State.MERGED, State.WITHDRAWN})
"""A contact that is none, and may become one again."""
RANK = {state: rank for rank, state in enumerate(State)}
MERGED_WITH_EXCLUDED = "The person was found to be the same as one that was excluded."


@dataclass(frozen=True)
class Contact:
    person_id: UUID
    state: State = State.PROPOSED
    held: State = State.PROPOSED
    """The state, or what it was when the contact was merged away or withdrawn: it wins or yields there, and holds again after that."""
    into: UUID | None = None
    withdrawn: bool = False
    """No source stands behind it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A person as seen from one workspace now: what the contact is to show, and what speaks for and against it."""

    contact_id: UUID
    person_id: UUID
    company_id: UUID | None
    details: PersonDetails
    reach: Reach
    origin: str = "segment"
    """`segment`, or `import` for the workspace's own."""
    segment_ids: tuple[UUID, ...] = ()
    reasons: tuple[str, ...] = ()
    barred: str | None = None
    """Why the exclusion list forbids it."""
    inherited: State | None = None
    """The highest state of the contacts merged into this one."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the contact shows already."""

    company_id: UUID | None
    details: PersonDetails
    reach: Reach


def evolve(contact: Contact | None, event: ContactEvent) -> Contact:  # noqa: PLR0911 - one answer for each kind of event
    match event:
        case ContactProposed():
            return Contact(event.person_id)
        case ContactRevised():
            return replace(contact or Contact(event.person_id), withdrawn=False)
        case ContactCorrected() | ContactCorrectionWithdrawn():
            return contact or Contact(event.contact_id)
        case ContactPublished():
            return moved(contact, event.contact_id, State.PUBLISHED)
        case ContactApproved():
            return moved(contact, event.contact_id, State.APPROVED)
        case ContactExcluded():
            return moved(contact, event.contact_id, State.EXCLUDED)
        case ContactMergedAway():
            return replace(contact or Contact(event.contact_id), state=State.MERGED, into=event.into)
        case ContactWithdrawn(stays=stays):
            withdrawn = replace(contact or Contact(event.contact_id), withdrawn=True)
            return withdrawn if stays else replace(withdrawn, state=State.WITHDRAWN)


def moved(contact: Contact | None, contact_id: UUID, state: State) -> Contact:
    return replace(contact or Contact(contact_id), state=state, held=state)


def settle(contact: Contact | None, sight: Sight, shown: Shown | None) -> list[ContactEvent]:
    """What follows for the contact from how its person is seen now. Nothing, if it shows and is all that already."""
    if contact is None or contact.state in NOT_THERE:
        return begin(contact, sight)
    if contact.state == State.EXCLUDED:
        return []
    events: list[ContactEvent] = []
    if contact.withdrawn or shown != Shown(sight.company_id, sight.details, sight.reach):
        events.append(revised(sight))
    wanted = State.EXCLUDED if sight.barred else highest((contact.state, sight.inherited))
    return events + steps(sight.contact_id, contact.state, wanted, sight.barred or MERGED_WITH_EXCLUDED)


def begin(contact: Contact | None, sight: Sight) -> list[ContactEvent]:
    """A contact is made of what matches a segment and is not barred, of the workspace's own, and of what goes on from a merged one."""
    own = State.PUBLISHED if sight.origin == "import" else None
    wanted = highest((own, sight.inherited, contact.held if contact else None))
    if wanted in {None, State.PROPOSED}:
        if not sight.segment_ids or sight.barred:
            return []
        wanted = State.PROPOSED
    if sight.barred:
        wanted = State.EXCLUDED
    return [proposed(sight), *steps(sight.contact_id, State.PROPOSED, wanted, sight.barred or MERGED_WITH_EXCLUDED)]


def merge_away(contact: Contact | None, contact_id: UUID, into: UUID, others: Collection[UUID]) -> list[ContactEvent]:
    """`others`: what is merged into the same, where it may have been merged into first."""
    if contact is None or (contact.state == State.MERGED and contact.into in {into, *others}):
        return []
    return [ContactMergedAway(contact_id=contact_id, into=into)]


def withdraw(contact: Contact | None, contact_id: UUID) -> list[ContactEvent]:
    """No record is left of the person. An excluded contact stays so; who was merged away has gone on in another."""
    if contact is None or contact.withdrawn or contact.state in {State.EXCLUDED, State.MERGED}:
        return []
    return [ContactWithdrawn(contact_id=contact_id, stays=contact.state == State.APPROVED)]


def steps(contact_id: UUID, state: State, wanted: State | None, why_excluded: str) -> list[ContactEvent]:
    """The events from one state up to a wanted one; none where that is not above it."""
    if wanted is None or RANK[wanted] <= RANK[state]:
        return []
    if wanted == State.EXCLUDED:
        return [ContactExcluded(contact_id=contact_id, reason=why_excluded)]
    events: list[ContactEvent] = []
    if state == State.PROPOSED:
        events.append(ContactPublished(contact_id=contact_id))
    if wanted == State.APPROVED:
        events.append(ContactApproved(contact_id=contact_id))
    return events


def highest(states: Iterable[State | None]) -> State | None:
    return max((state for state in states if state), key=RANK.__getitem__, default=None)


def proposed(sight: Sight) -> ContactProposed:
    return ContactProposed(
        contact_id=sight.contact_id,
        person_id=sight.person_id,
        company_id=sight.company_id,
        origin=sight.origin,
        segment_ids=sight.segment_ids,
        reasons=sight.reasons,
        reach=sight.reach,
        details=sight.details,
    )


def revised(sight: Sight) -> ContactRevised:
    return ContactRevised(
        contact_id=sight.contact_id,
        person_id=sight.person_id,
        company_id=sight.company_id,
        reach=sight.reach,
        details=sight.details,
    )
