"""Ids that are functions of other ids, so that whoever tells a thing twice tells it of the same thing."""

from uuid import UUID, uuid5

RECIPIENTS = UUID("0b8f7c1e-5a55-4e0f-8f0f-6f4f3c1f2a10")
OUTREACHES = UUID("7f6a3f0c-1f7e-4a39-9a8e-2f1d0a6f5b21")


def recipient_id(campaign_id: UUID, contact_id: UUID) -> UUID:
    return uuid5(RECIPIENTS, f"{campaign_id}/{contact_id}")


def outreach_id(recipient: UUID, step_id: str) -> UUID:
    return uuid5(OUTREACHES, f"{recipient}/{step_id}")
