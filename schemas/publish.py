"""Events of a workspace's contacts, market segments, lists and suppressions."""

from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from schemas.body import Body, Private
from schemas.details import Channel, PersonDetails, Reach


class SegmentDefined(Body):
    """A market segment of the workspace; `rule` is a checked tree: {"all": […]}, {"any": […]}, {"field", "is", "value"}."""

    segment_id: UUID
    name: str
    rule: dict[str, Any]


class SegmentRetired(Body):
    segment_id: UUID


class ListMade(Body):
    list_id: UUID
    name: str
    origin: str
    """`hand`, `import` or `download`."""


class ContactsListed(Body):
    list_id: UUID
    contact_ids: tuple[UUID, ...]


class ContactProposed(Body):
    """A person was found relevant to the workspace. Reasons are sentences for people."""

    SUBJECT: ClassVar[str | None] = "contact_id"

    contact_id: UUID
    """A function of (workspace, person)."""
    person_id: UUID
    company_id: UUID | None = None
    origin: str = "segment"
    """`segment`, or `import` for the workspace's own."""
    segment_ids: tuple[UUID, ...] = ()
    reasons: tuple[str, ...] = ()
    reach: Reach = Reach()
    details: Private[PersonDetails] = PersonDetails()


class ContactRevised(Body):
    SUBJECT: ClassVar[str | None] = "contact_id"

    contact_id: UUID
    person_id: UUID
    company_id: UUID | None = None
    reach: Reach = Reach()
    details: Private[PersonDetails] = PersonDetails()


class ContactPublished(Body):
    contact_id: UUID


class ContactApproved(Body):
    contact_id: UUID


class ContactExcluded(Body):
    contact_id: UUID
    reason: str


class ContactMergedAway(Body):
    contact_id: UUID
    into: UUID


class ContactCorrected(Body):
    """The workspace set a field of its contact. It outranks the Provider's value, and every later one, until it is withdrawn."""

    SUBJECT: ClassVar[str | None] = "contact_id"

    contact_id: UUID
    field: str
    """As in PersonDetails, or `custom:NAME`."""
    value: Private[str | None] = None
    """None: the field is to be empty."""


class ContactCorrectionWithdrawn(Body):
    contact_id: UUID
    field: str


class ContactWithdrawn(Body):
    """No source stands behind the contact any more, as imports were undone. What stands behind it again is told as of any contact."""

    contact_id: UUID
    stays: bool
    """Whether the workspace keeps it: it was approved. Else it is gone, as if it had not been proposed."""


class SuppressionScope(StrEnum):
    CLIENT = "client"
    WORKSPACE = "workspace"
    CAMPAIGN = "campaign"


class SuppressedBy(StrEnum):
    """What is compared: an address, or all addresses of a domain, a company, a profile, or one contact whatever its address."""

    EMAIL = "email"
    DOMAIN = "domain"
    COMPANY = "company"
    LINKEDIN = "linkedin"
    CONTACT = "contact"


class Suppressed(Body):
    """Somebody must not be contacted. The value is a keyed digest, so that it holds on after an erasure and names nobody."""

    suppression_id: UUID
    scope: SuppressionScope = SuppressionScope.WORKSPACE
    campaign_id: UUID | None = None
    by: SuppressedBy
    digest: str
    contact_id: UUID | None = None
    channel: Channel | None = None
    """None: every channel."""
    reason: str


class SuppressionLifted(Body):
    suppression_id: UUID
