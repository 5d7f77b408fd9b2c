"""Looking ahead: one message as it would be sent, and all of a campaign's in time. Reads, and changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from schemas.campaign import Act, OutreachMessage, Step, StepTaken
from services.campaign.domain.campaign import Campaign
from services.campaign.domain.forecast import Touch, Traveller, forecast
from services.campaign.domain.ids import recipient_id
from services.campaign.domain.moves import Rules, Way
from services.campaign.domain.recipient import Progress, Stage, evolve
from services.campaign.domain.render import Blocked, channels_of, message
from services.campaign.domain.steps import enrol, step_of
from services.campaign.store import ahead, claims
from services.campaign.store.claims import Desk, Reach
from services.campaign.store.streams import campaigns_of
from services.campaign.views import DayView, ForecastView, PreviewView, TouchView
from services.kit.errors import NotFound

MOST_RECIPIENTS = 5000


def one_campaign(connection: Connection, campaign_id: UUID) -> Campaign:
    found = campaigns_of(connection, [campaign_id]).get(campaign_id)
    if found is None:
        raise NotFound(f"there is no campaign {campaign_id} in this workspace")
    return found


def preview(connection: Connection, workspace_id: UUID, campaign_id: UUID, step_id: str, contact_id: UUID) -> PreviewView:
    """For a recipient by its version of the sequence and its sender; for another contact as if it were enrolled now."""
    campaign, details = one_campaign(connection, campaign_id), ahead.details_of(connection, contact_id)
    if details is None:
        raise NotFound(f"there is no contact {contact_id} in this workspace")
    progress = ahead.recipient(connection, workspace_id, recipient_id(campaign_id, contact_id))
    begun = progress or evolve(None, enrol(campaign, contact_id, None, campaign.sender_ids))
    step = step_named(campaign, begun, step_id)
    try:
        written = message(step, details, ahead.name_of_sender(connection, begun.sender_id))
    except Blocked as blocked:
        return PreviewView(step_id=step_id, sender_id=begun.sender_id, message=None, blocked=str(blocked))
    return PreviewView(step_id=step_id, sender_id=begun.sender_id, message=written, blocked=None)


def contact_of(connection: Connection, workspace_id: UUID, key: UUID) -> UUID:
    progress = ahead.recipient(connection, workspace_id, key)
    if progress is None:
        raise NotFound(f"there is no recipient {key} in this workspace")
    return progress.contact_id


def step_named(campaign: Campaign, progress: Progress, step_id: str) -> Step:
    for step in campaign.sequences[progress.sequence_version].steps:
        if step.step_id == step_id:
            return step
    raise NotFound(f"version {progress.sequence_version} of the sequence has no step {step_id}")


def look_ahead(connection: Connection, campaign_id: UUID, rules: Rules, now: datetime, until: datetime) -> ForecastView:
    """A draft and a paused campaign as if they ran from now on. Senders' other campaigns count as far as they are planned."""
    campaign = one_campaign(connection, campaign_id)
    found = ahead.on_the_way(connection, campaign_id, MOST_RECIPIENTS)
    reaches = claims.reach_of(connection, found, {row.recipient_id: row.contact_id for row in found})
    desks = claims.desks_of(connection, {row.sender_id for row in found}, now, lock=False)
    going = [row for row in found if row.sender_id in desks and not reaches[row.recipient_id].barred]
    travellers = [traveller(row, campaign, desks[row.sender_id], reaches[row.recipient_id], now) for row in going]

    def written(progress: Progress, step: Step) -> OutreachMessage:
        return message(step, reaches[progress.recipient_id].details, desks[progress.sender_id].name)

    touches = forecast(travellers, rules, until, written)
    shown = [touch_view(touch, campaign) for touch in touches]
    return ForecastView(since=now, until=until, recipients=len(travellers), days=by_day(shown), touches=shown)


def traveller(row: Row[Any], campaign: Campaign, desk: Desk, reach: Reach, now: datetime) -> Traveller:
    """What was asked for and is not answered yet is taken to be done now."""
    progress = ahead.progress_of(row.state)
    sequence = campaign.sequences[progress.sequence_version]
    way = Way(sequence, campaign.calendar, desk.book, channels_of(reach.details), row.since or now, row.step_id is None)
    if progress.stage != Stage.ASKED:
        return Traveller(progress, way, max(row.due_at, now))
    step = step_named(campaign, progress, progress.step_id or "")
    taken = evolve(progress, StepTaken(**step_of(progress, step), at=now))
    return Traveller(taken, replace(way, since=now), now)


def touch_view(touch: Touch, campaign: Campaign) -> TouchView:
    return TouchView(
        at=touch.at,
        on=campaign.calendar.day_of(touch.at),
        recipient_id=touch.recipient_id,
        contact_id=touch.contact_id,
        sender_id=touch.sender_id,
        step_id=touch.step_id,
        act=touch.act,
        blocked=touch.blocked,
    )


def by_day(touches: Iterable[TouchView]) -> Sequence[DayView]:
    days = defaultdict[date, list[TouchView]](list)
    for touch in touches:
        days[touch.on].append(touch)
    return [day_view(on, those) for on, those in sorted(days.items())]


def day_view(on: date, touches: Sequence[TouchView]) -> DayView:
    going = [touch for touch in touches if not touch.blocked]
    emails = sum(touch.act == Act.EMAIL for touch in going)
    return DayView(on=on, emails=emails, tasks=len(going) - emails, blocked=len(touches) - len(going))
