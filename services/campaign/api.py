"""The HTTP API: campaigns, their recipients, and looking ahead."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field, model_validator
from sqlalchemy import Connection

from schemas.campaign import CampaignCreated, Step, Window
from schemas.campaign import Sequence as Steps
from services.campaign import commands, looking
from services.campaign.domain.recipient import Stage
from services.campaign.store import lists, senders
from services.campaign.views import (
    CampaignRow,
    CampaignView,
    ChangedView,
    EnrolmentView,
    ForecastView,
    PreviewView,
    RecipientRow,
    view_of,
)
from services.kit.errors import Invalid
from services.kit.http import Ask, Desk, Page, Part, may
from services.kit.service import Context

router = APIRouter(prefix="/api/campaign/workspaces/{workspace_id}/campaigns", tags=["campaigns"])
MOST_CONTACTS = 10_000


class NewStep(Step):
    model_config = ConfigDict(extra="forbid")


class NewWindow(Window):
    model_config = ConfigDict(extra="forbid")


class CreateCampaign(Ask):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    steps: tuple[NewStep, ...]
    sender_ids: tuple[UUID, ...]
    time_zone: str | None = None
    """IANA name; else the workspace's."""
    window: NewWindow = NewWindow()
    stop_company_on_reply: bool = False


class ReviseSequence(Ask):
    steps: tuple[NewStep, ...]


class EnrolRecipients(Ask):
    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_CONTACTS)] | None = None
    all_approved: bool = False

    @model_validator(mode="after")
    def one_of_both(self) -> "EnrolRecipients":
        if self.all_approved == (self.contact_ids is not None):
            raise ValueError("name contact_ids, or say all_approved")
        return self


class ChooseRecipients(Ask):
    recipient_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_CONTACTS)]


class PauseRecipients(ChooseRecipients):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.post("", status_code=201)
def create_campaign(ask: CreateCampaign, desk: Annotated[Desk, may("campaign.edit")]) -> CampaignView:
    wanted = CampaignCreated(
        campaign_id=uuid4(),
        name=ask.name,
        time_zone=ask.time_zone or zone_of(desk),
        sequence=Steps(version=1, steps=ask.steps),
        sender_ids=tuple(dict.fromkeys(ask.sender_ids)),
        window=ask.window,
        stop_company_on_reply=ask.stop_company_on_reply,
    )
    return desk.do(lambda work: commands.create(work, desk.workspace_id, wanted))


def zone_of(desk: Desk) -> str:
    zone = desk.caller.zone or desk.read(lambda connection: senders.zone_of(connection, desk.workspace_id))
    if zone is None:
        raise Invalid("the workspace's time zone is not known here yet: name time_zone")
    return zone


@router.get("")
def all_campaigns(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("campaign.view")]) -> Page[CampaignRow]:
    after = part.after(datetime, UUID)
    found = desk.read(lambda connection: lists.campaigns(connection, after, part.limit + 1))
    return part.page(found, lambda row: (row.created_at, row.campaign_id))


@router.get("/{campaign_id}")
def one_campaign(campaign_id: UUID, desk: Annotated[Desk, may("campaign.view")]) -> CampaignView:
    return desk.read(lambda connection: view_of(looking.one_campaign(connection, campaign_id)))


@router.post("/{campaign_id}/sequence")
def revise_sequence(campaign_id: UUID, ask: ReviseSequence, desk: Annotated[Desk, may("campaign.edit")]) -> CampaignView:
    """New recipients start with the new version; those on their way stay on theirs."""
    sequence = Steps(version=0, steps=ask.steps)
    return desk.do(lambda work: commands.revise(work, desk.workspace_id, campaign_id, sequence))


@router.post("/{campaign_id}/launch")
def launch_campaign(campaign_id: UUID, desk: Annotated[Desk, may("campaign.run")]) -> CampaignView:
    return desk.do(lambda work: commands.launch(work, desk.workspace_id, campaign_id))


@router.post("/{campaign_id}/pause")
def pause_campaign(campaign_id: UUID, desk: Annotated[Desk, may("campaign.run")]) -> CampaignView:
    return desk.do(lambda work: commands.pause(work, desk.workspace_id, campaign_id))


@router.post("/{campaign_id}/resume")
def resume_campaign(campaign_id: UUID, desk: Annotated[Desk, may("campaign.run")]) -> CampaignView:
    """What fell due meanwhile is planned anew within caps and windows."""
    return desk.do(lambda work: commands.resume(work, desk.workspace_id, campaign_id))


@router.post("/{campaign_id}/stop")
def stop_campaign(campaign_id: UUID, desk: Annotated[Desk, may("campaign.run")]) -> CampaignView:
    """For good: whoever is on the way leaves, and what is open is withdrawn."""
    return desk.do(lambda work: commands.stop(work, desk.workspace_id, campaign_id))


@router.post("/{campaign_id}/recipients")
def enrol_recipients(campaign_id: UUID, ask: EnrolRecipients, desk: Annotated[Desk, may("recipient.edit")]) -> EnrolmentView:
    """Says who was refused, and why."""
    return desk.do(lambda work: commands.enrol(work, desk.workspace_id, campaign_id, ask.contact_ids))


@router.get("/{campaign_id}/recipients")
def all_recipients(
    campaign_id: UUID,
    part: Annotated[Part, Depends()],
    desk: Annotated[Desk, may("recipient.view")],
    stage: Annotated[list[Stage], Query()] = [],  # noqa: B006 - FastAPI copies it
) -> Page[RecipientRow]:
    """With `stage` those who stand there and have not left."""
    [after] = part.after(UUID) or [None]
    found = desk.read(lambda connection: lists.recipients(connection, campaign_id, stage, after, part.limit + 1))
    return part.page(found, lambda row: (row.recipient_id,))


@router.post("/{campaign_id}/recipients/pause")
def pause_recipients(campaign_id: UUID, ask: PauseRecipients, desk: Annotated[Desk, may("recipient.edit")]) -> ChangedView:
    return desk.do(lambda work: commands.pause_recipients(work, desk.workspace_id, campaign_id, ask.recipient_ids, ask.reason))


@router.post("/{campaign_id}/recipients/resume")
def resume_recipients(campaign_id: UUID, ask: ChooseRecipients, desk: Annotated[Desk, may("recipient.edit")]) -> ChangedView:
    return desk.do(lambda work: commands.resume_recipients(work, desk.workspace_id, campaign_id, ask.recipient_ids))


@router.get("/{campaign_id}/preview")
def preview_message(
    campaign_id: UUID,
    step_id: str,
    desk: Annotated[Desk, may("recipient.view")],
    contact_id: UUID | None = None,
    recipient_id: UUID | None = None,
) -> PreviewView:
    """To the letter what is sent to this recipient, or would be to this contact."""
    if (contact_id is None) == (recipient_id is None):
        raise Invalid("name contact_id or recipient_id")
    workspace_id = desk.workspace_id

    def look(connection: Connection) -> PreviewView:
        contact = contact_id or looking.contact_of(connection, workspace_id, recipient_id or workspace_id)
        return looking.preview(connection, workspace_id, campaign_id, step_id, contact)

    return desk.read(look)


@router.get("/{campaign_id}/forecast")
def forecast_campaign(
    campaign_id: UUID, desk: Annotated[Desk, may("recipient.view")], days: Annotated[int, Query(ge=1, le=120)] = 30
) -> ForecastView:
    """Who gets what, when, if nobody answers: by the planner's own code."""
    rules, now = desk.context.settings.rules, desk.context.clock()
    return desk.read(lambda connection: looking.look_ahead(connection, campaign_id, rules, now, now + timedelta(days=days)))


def routers(_: Context) -> Sequence[APIRouter]:
    return (router,)
