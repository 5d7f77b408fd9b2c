"""Topic → handler."""

from collections.abc import Sequence
from functools import partial

from schemas import topics
from services.kit.service import Context
from services.kit.stream import Hears
from services.publish import handlers


def hears(context: Context) -> Sequence[Hears]:
    digest = context.secrets.digest
    return (
        Hears(topics.DEDUPE_PEOPLE, partial(handlers.when_people_change_look_at_them_again, digest=digest)),
        Hears(topics.DEDUPE_COMPANIES, partial(handlers.when_companies_change_look_at_their_people_again, digest=digest)),
        Hears(topics.DEDUPE_RULES, handlers.when_survivorship_is_set_know_what_to_hide),
        Hears(topics.INGEST_IMPORTS, handlers.when_imports_start_know_their_files),
        Hears(topics.SENDER_OUTCOMES, partial(handlers.when_outcomes_suppress_keep_to_it, digest=digest)),
        Hears(topics.KPI_SCORES, handlers.when_scores_change_show_them),
        Hears(topics.ACCOUNTS_EVENTS, handlers.when_workspaces_appear_know_their_clients),
    )
