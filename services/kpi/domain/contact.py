"""A contact as the KPIs see it: where publishing has brought it, and which ways to it exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.details import Reach
from schemas.publish import (
    ContactApproved,
    ContactExcluded,
    ContactMergedAway,
    ContactProposed,
    ContactPublished,
    ContactRevised,
    ContactWithdrawn,
)
from services.kpi.domain.track import Track, put

ContactEvent = (
    ContactProposed | ContactRevised | ContactPublished | ContactApproved | ContactExcluded | ContactMergedAway | ContactWithdrawn
)

IN_ALL, VERIFIED, SOCIAL_ONLY = 1, 2, 4


class Stand(NamedTuple):
    """What counts of a contact at one time: the bits above, and the contact it was merged into."""

    bits: int = 0
    into: UUID | None = None


NOWHERE = Stand()


@dataclass(frozen=True)
class Contact:
    """Before its first event from publish it is a placeholder, in no KPI: other topics may speak of it first."""

    versions: Mapping[str, int] = field(default_factory=dict)
    """Stream → version of the last event folded."""
    at: datetime | None = None
    state: str = "unknown"
    """`unknown`, `proposed`, `published`, `approved`, `excluded`, `merged` or `withdrawn`."""
    own: bool = False
    """From the workspace's own imports."""
    email: bool = False
    verified: bool = False
    social: bool = False
    person_id: UUID | None = None
    company_id: UUID | None = None
    into: UUID | None = None
    stands: Track[Stand] = ()


UNKNOWN = Contact()


def evolve(contact: Contact, event: ContactEvent, at: datetime) -> Contact:
    at = max(at, contact.at) if contact.at else at
    now = replace(told(contact, event), at=at)
    return replace(now, stands=put(contact.stands, at, stand(now), first=NOWHERE))


def told(contact: Contact, event: ContactEvent) -> Contact:  # noqa: PLR0911 - one answer for each kind of event
    match event:
        case ContactProposed():
            begins = contact.state in {"unknown", "merged", "withdrawn"}
            state = "proposed" if begins else contact.state
            own = contact.own or event.origin == "import"
            return replace(reached(contact, event), state=state, own=own, into=None if begins else contact.into)
        case ContactRevised():
            return reached(contact, event)
        case ContactPublished():
            return replace(contact, state="published", into=None)
        case ContactApproved():
            return replace(contact, state="approved", into=None)
        case ContactExcluded():
            return replace(contact, state="excluded", into=None)
        case ContactMergedAway():
            return replace(contact, state="merged", into=event.into)
        case ContactWithdrawn(stays=stays):
            # What was approved stays known, and counted; its recipients leave.
            return contact if stays else replace(contact, state="withdrawn", into=None)


def reached(contact: Contact, event: ContactProposed | ContactRevised) -> Contact:
    reach: Reach = event.reach
    return replace(
        contact,
        email=reach.email,
        verified=reach.verified,
        social=reach.social,
        person_id=event.person_id,
        company_id=event.company_id,
    )


def stand(contact: Contact) -> Stand:
    """All: published or approved, or the workspace's own; not the excluded, not the proposed, not what was merged away or withdrawn."""
    counted = contact.state in {"published", "approved"} or (contact.own and contact.state == "proposed")
    bits = IN_ALL * counted | VERIFIED * contact.verified | SOCIAL_ONLY * (contact.social and not contact.email)
    return Stand(bits, contact.into)


class Card(NamedTuple):
    """What the Leads page shows of a person. Private: None once the person is erased."""

    name: str | None = None
    title: str | None = None
    company: str | None = None
    erased: bool = False


NO_CARD = Card()


def card_of(event: ContactProposed | ContactRevised, *, erased: bool) -> Card:
    details = event.details
    return Card(details.full_name, details.title, details.company_name, erased)
