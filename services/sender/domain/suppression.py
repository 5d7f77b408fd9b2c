"""By what suppressions and outreaches are compared: keyed digests of marks (`schemas.marks`)."""

from uuid import UUID

from schemas.details import Channel
from schemas.marks import Digest, Mark, domain_marks, email_key, is_email, linkedin_key
from schemas.publish import SuppressedBy


def keys_of(contact_id: UUID, channel: Channel, to: str | None, given: tuple[str, ...], digest: Digest) -> list[str]:
    """All keys of an outreach: what the planner gave, and what can be told from the address, so that no one's omission matters."""
    return sorted({*given, *(digest(by, value) for by, value in marks_of(contact_id, channel, to))})


def marks_of(contact_id: UUID, channel: Channel, to: str | None) -> list[Mark]:
    marks: list[Mark] = [(SuppressedBy.CONTACT, str(contact_id))]
    if to and channel is Channel.EMAIL and is_email(to):
        address = email_key(to)
        marks += [(SuppressedBy.EMAIL, address), *domain_marks(address.rpartition("@")[2])]
    if to and channel is Channel.LINKEDIN and (slug := linkedin_key(to)):
        marks.append((SuppressedBy.LINKEDIN, slug))
    return marks


def opt_out_keys(contact_id: UUID, channel: Channel, to: str | None, digest: Digest) -> list[str]:
    """By what somebody who opted out is known from then on: themselves, and the very address or profile."""
    kept = (SuppressedBy.CONTACT, SuppressedBy.EMAIL, SuppressedBy.LINKEDIN)
    return [digest(by, value) for by, value in marks_of(contact_id, channel, to) if by in kept]
