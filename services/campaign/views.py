"""What the API shows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from schemas.campaign import Act, ExitReason, OutreachMessage, Step, Window
from schemas.details import Channel
from services.campaign.domain.campaign import Campaign, Status
from services.campaign.domain.enrolment import Refusal
from services.campaign.domain.recipient import Stage


class CampaignRow(BaseModel):
    campaign_id: UUID
    name: str
    status: Status
    version: int
    channels: list[Channel]
    created_at: datetime
    recipients: int
    on_the_way: int
    """Of the recipients, those that have not left."""


class CampaignView(BaseModel):
    campaign_id: UUID
    name: str
    status: Status
    time_zone: str
    window: Window
    version: int
    """Of the sequence that new recipients start with."""
    steps: Sequence[Step]
    sender_ids: Sequence[UUID]
    stop_company_on_reply: bool


class RecipientRow(BaseModel):
    recipient_id: UUID
    contact_id: UUID
    name: str | None
    company: str | None
    score: int | None
    sender_id: UUID
    sequence_version: int
    stage: Stage
    step_id: str | None
    due_at: datetime | None
    paused: bool
    exit: ExitReason | None
    enrolled_at: datetime
    changed_at: datetime


class Refused(BaseModel):
    contact_id: UUID
    reason: Refusal


class EnrolmentView(BaseModel):
    enrolled: int
    refused: Mapping[Refusal, int]
    refusals: Sequence[Refused]
    """The first of them, by contact."""


class ChangedView(BaseModel):
    changed: int


class PreviewView(BaseModel):
    """What would be sent now, to the letter; or why nothing would."""

    step_id: str
    sender_id: UUID
    message: OutreachMessage | None
    blocked: str | None


class TouchView(BaseModel):
    at: datetime
    on: date
    """The day in the campaign's zone."""
    recipient_id: UUID
    contact_id: UUID
    sender_id: UUID
    step_id: str
    act: Act
    blocked: str | None


class DayView(BaseModel):
    on: date
    emails: int
    tasks: int
    blocked: int


class ForecastView(BaseModel):
    """If nobody answers, all e-mails are accepted, all tasks done on their day and no invite is."""

    since: datetime
    until: datetime
    recipients: int
    """How many the forecast is for: those that may go on, up to its limit."""
    days: Sequence[DayView]
    touches: Sequence[TouchView]


def view_of(campaign: Campaign) -> CampaignView:
    return CampaignView(
        campaign_id=campaign.campaign_id,
        name=campaign.name,
        status=campaign.status,
        time_zone=campaign.time_zone,
        window=campaign.window,
        version=campaign.version,
        steps=campaign.sequence.steps,
        sender_ids=campaign.sender_ids,
        stop_company_on_reply=campaign.stop_company_on_reply,
    )
