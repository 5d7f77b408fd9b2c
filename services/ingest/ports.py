"""What ingest needs of others, in its own words."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from schemas.envelope import Envelope


class RecordBus(Protocol):
    """Carries records to whoever merges them, while something else is done.

    At the end they are safe, or it raises Unavailable to be asked again with the same ones.
    """

    def publishing(self, records: Sequence[Envelope]) -> AbstractContextManager[None]: ...

    def close(self) -> None: ...
