"""Topic → handler."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from schemas import topics
from schemas.topics import Topic
from services.kit.codec import Heard
from services.kit.events import Told, Work
from services.kit.stream import Hears
from services.kpi import handlers
from services.kpi.ports import Rows
from services.kpi.store.rows import PostgresRows

OverRows = Callable[[Sequence[Heard], Rows, datetime], Iterable[Told]]

HANDLERS: tuple[tuple[Topic, OverRows], ...] = (
    (topics.ACCOUNTS_EVENTS, handlers.when_workspaces_are_created_keep_their_zones),
    (topics.INGEST_IMPORTS, handlers.when_things_change_count_them),
    (topics.INGEST_ACTIVITIES, handlers.when_somebody_acts_or_mail_comes_keep_it_and_score),
    (topics.DEDUPE_PEOPLE, handlers.when_things_change_count_them),
    (topics.DEDUPE_COMPANIES, handlers.when_things_change_count_them),
    (topics.PUBLISH_SEGMENTS, handlers.when_things_change_count_them),
    (topics.PUBLISH_LISTS, handlers.when_things_change_count_them),
    (topics.PUBLISH_CONTACTS, handlers.when_contacts_change_count_them),
    (topics.PUBLISH_SUPPRESSIONS, handlers.when_somebody_acts_or_mail_comes_keep_it_and_score),
    (topics.CAMPAIGN_CAMPAIGNS, handlers.when_campaigns_start_or_stop_restate_their_contacts),
    (topics.CAMPAIGN_RECIPIENTS, handlers.when_recipients_move_on_count_them),
    (topics.CAMPAIGN_OUTREACH, handlers.when_outreach_is_asked_or_withdrawn_count_its_tasks),
    (topics.SENDER_ACCOUNTS, handlers.when_things_change_count_them),
    (topics.SENDER_OUTCOMES, handlers.when_somebody_acts_or_mail_comes_keep_it_and_score),
)


def over_rows(handler: OverRows) -> Callable[[Sequence[Heard], Work], Iterable[Told]]:
    def handle(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
        return handler(heard, PostgresRows(work.connection), work.now)

    return handle


HEARS = tuple(Hears(topic, over_rows(handler)) for topic, handler in HANDLERS)
