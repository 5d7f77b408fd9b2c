"""Topic → handler."""

from collections.abc import Sequence
from functools import partial

from schemas import topics
from services.campaign import handlers
from services.kit.service import Context
from services.kit.stream import Hears


def hears(context: Context) -> Sequence[Hears]:
    digest = context.secrets.digest
    return (
        Hears(topics.PUBLISH_CONTACTS, partial(handlers.when_contacts_change_keep_a_copy, digest=digest)),
        Hears(topics.PUBLISH_SUPPRESSIONS, handlers.when_somebody_is_suppressed_take_out_their_recipients),
        Hears(topics.SENDER_ACCOUNTS, handlers.when_senders_change_keep_to_them),
        Hears(topics.SENDER_OUTCOMES, handlers.when_an_outreach_has_its_outcome_walk_on),
        Hears(topics.KPI_SCORES, partial(handlers.when_scores_change_keep_them, digest=digest)),
        Hears(topics.ACCOUNTS_EVENTS, handlers.when_workspaces_are_created_know_their_zones),
    )
