"""A campaign as the KPIs see it: whether it runs, and its steps in order."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.campaign import (
    CampaignCreated,
    CampaignLaunched,
    CampaignPaused,
    CampaignResumed,
    CampaignStopped,
    Sequence,
    SequenceRevised,
)
from services.kpi.domain.counting import Tally
from services.kpi.domain.track import Track, put

CampaignEvent = CampaignCreated | SequenceRevised | CampaignLaunched | CampaignPaused | CampaignResumed | CampaignStopped


class StepName(NamedTuple):
    step_id: str
    channel: str
    act: str


@dataclass(frozen=True)
class Campaign:
    versions: Mapping[str, int] = field(default_factory=dict)
    at: datetime | None = None
    name: str = ""
    state: str = "unknown"
    """`unknown`, `created`, `running`, `paused` or `stopped`."""
    steps: tuple[StepName, ...] = ()
    """Of all versions of the sequence; step ids are stable."""
    running: Track[bool] = ()


def evolve(campaign: Campaign, event: CampaignEvent, at: datetime) -> Campaign:
    at = max(at, campaign.at) if campaign.at else at
    campaign = replace(told(campaign, event), at=at)
    return replace(campaign, running=put(campaign.running, at, campaign.state == "running", first=False))


def told(campaign: Campaign, event: CampaignEvent) -> Campaign:
    match event:
        case CampaignCreated():
            return replace(with_steps(campaign, event.sequence), name=event.name, state="created")
        case SequenceRevised():
            return with_steps(campaign, event.sequence)
        case CampaignLaunched() | CampaignResumed():
            return replace(campaign, state="running")
        case CampaignPaused():
            return replace(campaign, state="paused")
        case CampaignStopped():
            return replace(campaign, state="stopped")


def moves(before: Mapping[UUID, Campaign], after: Mapping[UUID, Campaign], workspaces: Mapping[UUID, UUID]) -> Counter[Tally]:
    """How many campaigns more or fewer are in each state."""
    moved: Counter[Tally] = Counter()
    for campaign_id, campaign in after.items():
        if campaign.state != before[campaign_id].state:
            moved[Tally(workspaces[campaign_id], "campaign", before[campaign_id].state)] -= 1
            moved[Tally(workspaces[campaign_id], "campaign", campaign.state)] += 1
    return moved


def with_steps(campaign: Campaign, sequence: Sequence) -> Campaign:
    """Those of the newest version first; those that it dropped stay, as they have been reached."""
    newest = tuple(StepName(s.step_id, s.channel.value, s.act.value) for s in sequence.steps)
    kept = {step.step_id for step in newest}
    return replace(campaign, steps=newest + tuple(step for step in campaign.steps if step.step_id not in kept))
