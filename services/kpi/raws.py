"""All events from the beginning of the topics up to given positions, as plain JSON: no codec, no body models, nothing of the fold."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition

from services.kit import kafka
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from services.kpi.domain.recount.facts import Raw
from services.kpi.store.live import Position

SECONDS_OF_SILENCE = 20


def raws(settings: Settings, until: Mapping[Position, int], without: Iterable[tuple[str, int, int]]) -> Iterator[Raw]:
    """`without`: topic, partition and offset of records to leave out. Raises Unavailable if Kafka falls silent before the end."""
    ends = {TopicPartition(settings.topic_name(topic), number): (topic, end) for (topic, number), end in until.items() if end}
    skipped = set(without)
    consumer = KafkaConsumer(**kafka.connection(settings), enable_auto_commit=False)
    try:
        consumer.assign(list(ends))
        consumer.seek_to_beginning()
        waiting = set(ends)
        while waiting:
            polled = consumer.poll(timeout_ms=SECONDS_OF_SILENCE * 1000, max_records=5000)
            if not polled:
                raise Unavailable(f"Kafka gave no more of {min(tp.topic for tp in waiting)}, though it has more")
            for partition, records in polled.items():
                topic, end = ends[partition]
                for record in records:
                    if record.offset < end and (topic, partition.partition, record.offset) not in skipped:
                        yield raw(topic, record.value)
                if records[-1].offset >= end - 1:
                    waiting.discard(partition)
                    consumer.pause(partition)
    finally:
        consumer.close()


def raw(topic: str, value: bytes) -> Raw:
    event: dict[str, Any] = msgspec.json.decode(value)
    at = datetime.fromisoformat(event["occurred_at"])
    return Raw(topic, event["workspace_id"], event["stream"], event["version"], at, event["type"], event["body"])
