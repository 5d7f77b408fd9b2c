"""A campaign: its sequence by version, its senders, and whether it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas.campaign import (
    CampaignCreated,
    CampaignLaunched,
    CampaignPaused,
    CampaignResumed,
    CampaignStopped,
    Sequence,
    SequenceRevised,
    Window,
)
from schemas.details import Channel
from services.campaign.domain.calendar import Calendar
from services.campaign.domain.rules import RuleBroken
from services.campaign.domain.sequences import check_sequence, check_window, check_zone

CampaignEvent = CampaignCreated | SequenceRevised | CampaignLaunched | CampaignPaused | CampaignResumed | CampaignStopped


class Status(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Campaign:
    campaign_id: UUID
    name: str
    time_zone: str
    sequences: Mapping[int, Sequence]
    """By version; a recipient keeps to the one it started with."""
    version: int
    """Of the sequence that new recipients start with."""
    sender_ids: tuple[UUID, ...]
    window: Window
    stop_company_on_reply: bool
    status: Status = Status.DRAFT

    @property
    def sequence(self) -> Sequence:
        return self.sequences[self.version]

    @property
    def channels(self) -> frozenset[Channel]:
        """What any of its recipients may be reached by."""
        return frozenset(step.channel for sequence in self.sequences.values() for step in sequence.steps)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(ZoneInfo(self.time_zone), self.window)


def create(wanted: CampaignCreated) -> list[CampaignEvent]:
    """Raises BadSequence for what could never run."""
    check_zone(wanted.time_zone)
    check_window(wanted.window)
    check_sequence(wanted.sequence)
    if not wanted.sender_ids:
        raise RuleBroken("a campaign needs at least one sender: name the senders on whose behalf it writes")
    return [wanted]


def revise(campaign: Campaign, sequence: Sequence) -> list[CampaignEvent]:
    """New recipients start with the new version; those on their way stay on theirs."""
    check_sequence(sequence)
    if campaign.status == Status.STOPPED:
        raise RuleBroken("the campaign is stopped: create another")
    if sequence.steps == campaign.sequence.steps:
        return []
    numbered = sequence.model_copy(update={"version": campaign.version + 1})
    return [SequenceRevised(campaign_id=campaign.campaign_id, sequence=numbered)]


def launch(campaign: Campaign) -> list[CampaignEvent]:
    if campaign.status != Status.DRAFT:
        raise RuleBroken(f"the campaign is {campaign.status}: only a draft is launched")
    return [CampaignLaunched(campaign_id=campaign.campaign_id)]


def pause(campaign: Campaign) -> list[CampaignEvent]:
    if campaign.status != Status.RUNNING:
        raise RuleBroken(f"the campaign is {campaign.status}: only a running one is paused")
    return [CampaignPaused(campaign_id=campaign.campaign_id)]


def resume(campaign: Campaign) -> list[CampaignEvent]:
    if campaign.status != Status.PAUSED:
        raise RuleBroken(f"the campaign is {campaign.status}: only a paused one is resumed")
    return [CampaignResumed(campaign_id=campaign.campaign_id)]


def stop(campaign: Campaign) -> list[CampaignEvent]:
    if campaign.status == Status.STOPPED:
        raise RuleBroken("the campaign is stopped already")
    return [CampaignStopped(campaign_id=campaign.campaign_id)]


def evolve(campaign: Campaign | None, event: CampaignEvent) -> Campaign:
    match event:
        case CampaignCreated():
            return created(event)
        case SequenceRevised(sequence=sequence):
            known = the(campaign)
            return replace(known, sequences={**known.sequences, sequence.version: sequence}, version=sequence.version)
        case CampaignLaunched() | CampaignResumed():
            return replace(the(campaign), status=Status.RUNNING)
        case CampaignPaused():
            return replace(the(campaign), status=Status.PAUSED)
        case CampaignStopped():
            return replace(the(campaign), status=Status.STOPPED)


def created(event: CampaignCreated) -> Campaign:
    return Campaign(
        campaign_id=event.campaign_id,
        name=event.name,
        time_zone=event.time_zone,
        sequences={event.sequence.version: event.sequence},
        version=event.sequence.version,
        sender_ids=event.sender_ids,
        window=event.window,
        stop_company_on_reply=event.stop_company_on_reply,
    )


def the(campaign: Campaign | None) -> Campaign:
    if campaign is None:
        raise LookupError("a campaign's stream begins with CampaignCreated")
    return campaign
