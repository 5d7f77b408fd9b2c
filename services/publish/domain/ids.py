"""Ids that are functions of what they name, so that the same thing found twice is one thing."""

from uuid import UUID, uuid5

from schemas.publish import SuppressedBy

CONTACTS = UUID("3f6f8a3e-8e0b-4b0e-9c39-6f3f6f5a2a01")
SUPPRESSIONS = UUID("3f6f8a3e-8e0b-4b0e-9c39-6f3f6f5a2a02")


def contact_id(workspace_id: UUID, person_id: UUID) -> UUID:
    return uuid5(CONTACTS, f"{workspace_id}/{person_id}")


def suppression_id(workspace_id: UUID, reach: str, by: SuppressedBy, digest: str) -> UUID:
    """The same mark suppressed twice for the same cause is one suppression; `reach` tells causes apart, each lifted by itself."""
    return uuid5(SUPPRESSIONS, f"{workspace_id}/{reach}/{by}/{digest}")
