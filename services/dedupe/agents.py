"""Topic → handler."""

from collections.abc import Sequence
from functools import partial

from schemas import topics
from services.dedupe import handlers
from services.dedupe.models import Judges
from services.kit.stream import Hears


def hears(judges: Judges) -> Sequence[Hears]:
    return (Hears(topics.INGEST_RECORDS, partial(handlers.when_records_arrive_merge_them, judges=judges)),)
