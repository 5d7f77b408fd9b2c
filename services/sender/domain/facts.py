"""What all events of one outreach name, and what of it is private."""

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from schemas.campaign import Act
from schemas.details import Channel


class Named(TypedDict):
    """The fields of `schemas.campaign.OutreachFact`."""

    outreach_id: UUID
    recipient_id: UUID
    campaign_id: UUID
    contact_id: UUID
    step_id: str
    channel: Channel
    act: Act


@dataclass(frozen=True, slots=True)
class Facts:
    workspace_id: UUID
    outreach_id: UUID
    recipient_id: UUID
    campaign_id: UUID
    contact_id: UUID
    step_id: str
    channel: Channel
    act: Act

    def named(self) -> Named:
        """For the body of an event: `OutreachAccepted(**facts.named(), at=now)`."""
        return Named(
            outreach_id=self.outreach_id,
            recipient_id=self.recipient_id,
            campaign_id=self.campaign_id,
            contact_id=self.contact_id,
            step_id=self.step_id,
            channel=self.channel,
            act=self.act,
        )
