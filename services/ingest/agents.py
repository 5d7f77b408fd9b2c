"""Topic → handler."""

from collections.abc import Sequence
from functools import partial

from schemas import topics
from services.ingest import activities, handlers
from services.kit.service import Context
from services.kit.stream import Hears


def hears(context: Context) -> Sequence[Hears]:
    digest = context.secrets.digest
    return (
        Hears(topics.ACCOUNTS_EVENTS, handlers.when_workspace_is_created_keep_its_zone),
        Hears(topics.PUBLISH_CONTACTS, partial(activities.when_contacts_change_know_their_addresses, digest=digest)),
    )
