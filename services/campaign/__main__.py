"""`python -m services.campaign [worker|api]`."""

import sys
from collections.abc import Sequence

from services.campaign import agents, api
from services.campaign.planner import Planner
from services.campaign.settings import CampaignSettings
from services.kit.loops import Loop
from services.kit.service import Context, Service, main


def planner(context: Context) -> Planner:
    settings: CampaignSettings = context.settings
    return Planner(context.worker, context.codec, context.clock, settings.rules, settings.campaign_batch)


def loops(context: Context) -> Sequence[Loop]:
    return (Loop("planner", planner(context).step),)


def busy(context: Context) -> int:
    return planner(context).waiting()


SERVICE = Service("campaign", CampaignSettings, hears=agents.hears, routers=api.routers, loops=loops, busy=busy)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
