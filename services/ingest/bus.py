"""The record bus over Kafka: bulk records go straight to their topic, not through the event store (DESIGN.md, section 3)."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from schemas.envelope import Envelope
from schemas.topics import INGEST_RECORDS
from services.kit.codec import encode
from services.kit.errors import Unavailable
from services.kit.publisher import Publisher, Record
from services.kit.settings import Settings


class KafkaBus:
    """May be used from many threads. Connects when it is first needed, and anew after a failure."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings, self._client_id = settings, client_id
        self._topic = settings.topic_name(INGEST_RECORDS.name)
        self._turn = threading.Lock()
        self._stack = ExitStack()
        self._publisher: Publisher | None = None

    @contextmanager
    def publishing(self, records: Sequence[Envelope]) -> Iterator[None]:
        # Keyed by record: its versions must stay in order, an import's rows need not.
        made = [Record(self._topic, e.stream.removeprefix("record:").encode(), encode(e)) for e in records]
        with self._turn:
            try:
                with self._connected().publishing(made):
                    yield
            except Unavailable:
                self._drop()
                raise

    def close(self) -> None:
        with self._turn:
            self._drop()

    def _connected(self) -> Publisher:
        if self._publisher is None:
            self._publisher = self._stack.enter_context(Publisher(self._settings, self._client_id))
        return self._publisher

    def _drop(self) -> None:
        self._publisher = None
        # It may not be able to say goodbye to a broker that is not there; nothing of what it held was promised to anyone.
        with suppress(Unavailable):
            self._stack.close()
