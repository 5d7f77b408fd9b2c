"""What ingest needs of others, in its own words."""

from collections.abc import Sequence
from typing import Protocol

from schemas.envelope import Envelope


class RecordBus(Protocol):
    """Carries records to whoever merges them. Returns when they are safe; raises Unavailable to be asked again with the same ones."""

    def publish(self, records: Sequence[Envelope]) -> None: ...
