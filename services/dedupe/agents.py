"""Topic → handler."""

from schemas import topics
from services.dedupe import handlers
from services.kit.stream import Hears

HEARS = (Hears(topics.INGEST_RECORDS, handlers.when_records_arrive_merge_them),)
