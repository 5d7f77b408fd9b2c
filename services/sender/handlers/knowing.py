"""What other services tell, as far as sending must know it: workspaces, licences, and campaigns that halt or go on."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from schemas.accounts import LicenceGranted, LicenceReturned, WorkspaceCreated
from schemas.campaign import CampaignCreated, CampaignLaunched, CampaignPaused, CampaignResumed, CampaignStopped
from services.kit.clock import Clock
from services.kit.codec import Heard
from services.kit.events import Told, Work
from services.sender.store import directory, outreach
from services.sender.store.directory import Campaign, Workspace


def when_accounts_change_know_workspaces_and_licences(heard: Sequence[Heard], work: Work) -> list[Told]:
    workspaces = dict[UUID, Workspace]()
    granted, returned = dict[UUID, UUID](), set[UUID]()
    for each in heard:
        match each.body:
            case WorkspaceCreated() as body:
                workspaces[body.workspace_id] = Workspace(body.workspace_id, body.client_id, body.time_zone)
            case LicenceGranted() as body:
                granted[body.user_id] = body.client_id
                returned.discard(body.user_id)
            case LicenceReturned() as body:
                granted.pop(body.user_id, None)
                returned.add(body.user_id)
            case _:
                continue
    directory.keep_workspaces(work.connection, workspaces.values())
    directory.keep_licences(work.connection, granted.items(), returned)
    return []


def when_a_campaign_halts_hold_its_mails(heard: Sequence[Heard], work: Work, *, real: Clock) -> list[Told]:
    """Paused or stopped, nothing more of it is handed over; what it still wants, it withdraws or asks for itself."""
    campaigns = dict[UUID, Campaign]()
    for each in heard:
        body, workspace_id = each.body, each.envelope.workspace_id
        if isinstance(body, CampaignCreated):
            campaigns[body.campaign_id] = Campaign(workspace_id, body.campaign_id, body.name, halted=False)
        elif isinstance(body, CampaignPaused | CampaignStopped | CampaignLaunched | CampaignResumed):
            known = campaigns.get(body.campaign_id, Campaign(workspace_id, body.campaign_id))
            campaigns[body.campaign_id] = replace(known, halted=isinstance(body, CampaignPaused | CampaignStopped))
    directory.keep_campaigns(work.connection, campaigns.values())
    outreach.hold(work.connection, [key for key, campaign in campaigns.items() if campaign.halted])
    outreach.go_on(work.connection, [key for key, campaign in campaigns.items() if not campaign.halted], real())
    return []
