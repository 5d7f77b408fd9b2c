"""Topic → handler: what the sender hears."""

from functools import partial

from schemas import topics
from services.kit.clock import system_clock
from services.kit.service import Context
from services.kit.stream import Hears
from services.sender.handlers import asking, knowing, stopping
from services.sender.wiring import composer_of


def hears(context: Context) -> tuple[Hears, ...]:
    ask = partial(
        asking.when_outreach_is_asked_plan_it,
        composer=composer_of(context.settings),
        digest=context.secrets.digest,
        real=system_clock,
    )
    return (
        Hears(topics.ACCOUNTS_EVENTS, knowing.when_accounts_change_know_workspaces_and_licences),
        Hears(topics.CAMPAIGN_CAMPAIGNS, partial(knowing.when_a_campaign_halts_hold_its_mails, real=system_clock)),
        Hears(topics.CAMPAIGN_OUTREACH, ask),
        Hears(topics.PUBLISH_SUPPRESSIONS, stopping.when_somebody_is_suppressed_stop_what_is_open),
    )
