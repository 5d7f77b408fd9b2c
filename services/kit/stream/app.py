"""The Faust app of a worker: one agent per topic, whose messages are batches; nothing of Faust's own but its consumer and agents."""

import faust
from faust.app.base import BootStrategy
from faust.types import StreamT

from schemas.topics import Topic
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from services.kit.stream.lanes import Arrival, Lanes
from services.kit.stream.transport import FAUST, HINT_SECONDS, SCHEME, SESSION_SECONDS


class ConsumeOnly(BootStrategy):
    """Events go out by the relay, so Faust's producer is never started; nor is its web server, which shows tables to anybody."""

    enable_kafka_producer = False
    enable_web = False


class BatchApp(faust.App):
    """A Faust app whose consumer asks `lanes` for all that has to do with positions."""

    logger = FAUST
    BootStrategy = ConsumeOnly

    def __init__(self, settings: Settings, group: str, lanes: Lanes, batch_records: int) -> None:
        self.settings, self.lanes = settings, lanes
        super().__init__(
            group,
            broker=f"{SCHEME}://kafka",  # its scheme names the transport; the addresses are in `settings`
            store="memory://",
            autodiscover=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            broker_max_poll_records=batch_records,
            broker_commit_interval=HINT_SECONDS,
            broker_session_timeout=SESSION_SECONDS,
            stream_buffer_maxsize=4,
            stream_wait_empty=False,
        )

    def _create_directories(self) -> None:
        """Nothing is kept in files."""

    async def failed(self) -> BaseException:
        """Returns what the app crashed with, when it does."""
        await self._crashed.wait()
        return self.crash_reason or Unavailable("the stream's app ended without a reason")

    def hear(self, heard: Topic) -> None:
        """One agent per topic: batches of one topic one after the other, topics side by side."""
        topic = self.topic(self.settings.topic_name(heard.name), key_serializer="raw", value_serializer="raw")

        async def take(stream: StreamT[Arrival]) -> None:
            async for arrival in stream:
                await self.lanes.take(arrival)

        self.agent(topic, name=f"{heard.name}-batches")(take)
