"""What people ask of campaigns. Each reads, decides and folds in the one transaction that its caller commits."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from schemas.campaign import CampaignCreated, Sequence
from services.campaign.domain import campaign as campaigns
from services.campaign.domain import steps
from services.campaign.domain.campaign import Campaign, CampaignEvent, Status
from services.campaign.domain.enrolment import Candidate, Refusal, refusal
from services.campaign.domain.recipient import Progress, RecipientEvent
from services.campaign.domain.rules import BadSequence, RuleBroken
from services.campaign.store import campaigns as kept
from services.campaign.store import contacts, senders
from services.campaign.store.streams import CAMPAIGN
from services.campaign.store.walk import Walk
from services.campaign.views import CampaignView, ChangedView, EnrolmentView, Refused, view_of
from services.kit.errors import Conflict, Invalid, NotFound
from services.kit.events import Told, Work

MOST_SHOWN = 100
Answer = tuple[CampaignView, list[Told]]


@contextmanager
def by_the_rules() -> Iterator[None]:
    """What the domain's rules forbid, in the words of the HTTP edge."""
    try:
        yield
    except BadSequence as broken:
        raise Invalid(str(broken)) from broken
    except RuleBroken as broken:
        raise Conflict(str(broken)) from broken


def create(work: Work, workspace_id: UUID, wanted: CampaignCreated) -> Answer:
    with by_the_rules():
        return changed(work, workspace_id, None, campaigns.create(wanted))


def revise(work: Work, workspace_id: UUID, campaign_id: UUID, sequence: Sequence) -> Answer:
    return change(work, workspace_id, campaign_id, lambda campaign: campaigns.revise(campaign, sequence))


def launch(work: Work, workspace_id: UUID, campaign_id: UUID) -> Answer:
    return change(work, workspace_id, campaign_id, campaigns.launch)


def pause(work: Work, workspace_id: UUID, campaign_id: UUID) -> Answer:
    return change(work, workspace_id, campaign_id, campaigns.pause)


def resume(work: Work, workspace_id: UUID, campaign_id: UUID) -> Answer:
    answer = change(work, workspace_id, campaign_id, campaigns.resume)
    kept.plan_overdue_anew(work.connection, campaign_id, work.now)
    return answer


def stop(work: Work, workspace_id: UUID, campaign_id: UUID) -> Answer:
    answer = change(work, workspace_id, campaign_id, campaigns.stop)
    kept.send_all_away(work.connection, campaign_id)
    return answer


def change(work: Work, workspace_id: UUID, campaign_id: UUID, decide: Callable[[Campaign], list[CampaignEvent]]) -> Answer:
    campaign = the_campaign(work, workspace_id, campaign_id)
    with by_the_rules():
        return changed(work, workspace_id, campaign, decide(campaign))


def changed(work: Work, workspace_id: UUID, campaign: Campaign | None, events: list[CampaignEvent]) -> Answer:
    after = campaign
    for event in events:
        after = campaigns.evolve(after, event)
    known = campaigns.the(after)
    kept.keep(work.connection, workspace_id, known, work.now)
    return view_of(known), [Told(CAMPAIGN, known.campaign_id, event, workspace_id) for event in events]


def the_campaign(work: Work, workspace_id: UUID, campaign_id: UUID) -> Campaign:
    """Locked, so that nobody stops or pauses it meanwhile."""
    campaign = work.load(CAMPAIGN, [campaign_id], workspace_id)[campaign_id]
    if campaign is None:
        raise NotFound(f"there is no campaign {campaign_id} in this workspace")
    return campaign


def enrol(work: Work, workspace_id: UUID, campaign_id: UUID, contact_ids: Collection[UUID] | None) -> tuple[EnrolmentView, list[Told]]:
    """`contact_ids` None: all approved contacts. Who is refused is counted by reason."""
    campaign = the_campaign(work, workspace_id, campaign_id)
    if campaign.status == Status.STOPPED:
        raise Conflict("the campaign is stopped: create another")
    able = able_senders(work, campaign)
    found = contacts.candidates(work.connection, campaign_id, contact_ids)
    refused = {each.contact_id: why for each in found if (why := refusal(each, campaign.channels))}
    refused |= dict.fromkeys(set(contact_ids or ()) - {each.contact_id for each in found}, Refusal.UNKNOWN)
    told = enrolled(work, workspace_id, campaign, [each for each in found if each.contact_id not in refused], able)
    shown = [Refused(contact_id=key, reason=why) for key, why in sorted(refused.items())[:MOST_SHOWN]]
    return EnrolmentView(enrolled=len(told), refused=Counter(refused.values()), refusals=shown), told


def enrolled(work: Work, workspace_id: UUID, campaign: Campaign, taken: Collection[Candidate], able: list[UUID]) -> list[Told]:
    events = [steps.enrol(campaign, each.contact_id, each.company_id, able) for each in taken]
    walk = Walk.of(work, {event.recipient_id: workspace_id for event in events})
    for event in events:
        walk.tell(event.recipient_id, [event])
    return walk.finish()


def able_senders(work: Work, campaign: Campaign) -> list[UUID]:
    """The campaign's senders who have all its channels; one not heard of yet is taken at the campaign's word."""
    known = senders.channels_of(work.connection, campaign.sender_ids)
    able = [key for key in campaign.sender_ids if key not in known or campaign.channels <= known[key]]
    if not able:
        needed = ", ".join(sorted(campaign.channels))
        raise Conflict(f"none of the campaign's senders has all channels of its sequence ({needed}): connect them, or name other senders")
    return able


def pause_recipients(
    work: Work, workspace_id: UUID, campaign_id: UUID, keys: Collection[UUID], reason: str
) -> tuple[ChangedView, list[Told]]:
    return change_recipients(work, workspace_id, campaign_id, keys, lambda progress: steps.pause(progress, reason))


def resume_recipients(work: Work, workspace_id: UUID, campaign_id: UUID, keys: Collection[UUID]) -> tuple[ChangedView, list[Told]]:
    return change_recipients(work, workspace_id, campaign_id, keys, steps.resume)


def change_recipients(
    work: Work, workspace_id: UUID, campaign_id: UUID, keys: Collection[UUID], decide: Callable[[Progress], list[RecipientEvent]]
) -> tuple[ChangedView, list[Told]]:
    walk = Walk.of(work, dict.fromkeys(keys, workspace_id))
    for key in keys:
        progress = walk[key]
        if progress is None or progress.campaign_id != campaign_id:
            raise NotFound(f"there is no recipient {key} in this campaign")
        walk.tell(key, decide(progress))
    told = walk.finish()
    return ChangedView(changed=len({each.id for each in told})), told
