"""The topics from the beginning, or from where one has got to, up to given positions: for those who count or fold everything anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition

from services.kit import kafka
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from services.kpi.domain.recount.facts import Raw
from services.kpi.store.live import Place, Position

SECONDS_OF_SILENCE = 20
AT_A_TIME = 5000


def raws(settings: Settings, until: Mapping[Position, int], without: Iterable[Place]) -> Iterator[Raw]:
    """All events, as plain JSON: no codec, no body models, nothing of the fold."""
    for (topic, _), records in batches(settings, {}, until, without):
        yield from (raw(topic, record.value) for record in records)


def raw(topic: str, value: bytes) -> Raw:
    event: dict[str, Any] = msgspec.json.decode(value)
    at = datetime.fromisoformat(event["occurred_at"])
    return Raw(topic, event["workspace_id"], event["stream"], event["version"], at, event["type"], event["body"])


def batches(
    settings: Settings, begin: Mapping[Position, int], until: Mapping[Position, int], without: Iterable[Place]
) -> Iterator[tuple[Position, Sequence[Any]]]:
    """Kafka records of one partition at a time, in order. Raises Unavailable if Kafka falls silent before the end."""
    ends = {
        TopicPartition(settings.topic_name(topic), number): ((topic, number), end)
        for (topic, number), end in until.items()
        if end > begin.get((topic, number), 0)
    }
    skipped = set(without)
    consumer = KafkaConsumer(**kafka.connection(settings), enable_auto_commit=False)
    try:
        consumer.assign(list(ends))
        for partition, (position, _) in ends.items():
            consumer.seek(partition, begin.get(position, 0))
        waiting = set(ends)
        while waiting:
            polled = consumer.poll(timeout_ms=SECONDS_OF_SILENCE * 1000, max_records=AT_A_TIME)
            if not polled:
                raise Unavailable(f"Kafka gave no more of {min(tp.topic for tp in waiting)}, though it has more")
            for partition, records in polled.items():
                position, end = ends[partition]
                wanted = [r for r in records if r.offset < end and (*position, r.offset) not in skipped]
                if wanted:
                    yield position, wanted
                if records[-1].offset >= end - 1:
                    waiting.discard(partition)
                    consumer.pause(partition)
    finally:
        consumer.close()
