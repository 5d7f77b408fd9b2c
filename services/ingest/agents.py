"""Topic → handler."""

from schemas import topics
from services.ingest import handlers
from services.kit.stream import Hears

HEARS = (Hears(topics.ACCOUNTS_EVENTS, handlers.when_workspace_is_created_keep_its_zone),)
