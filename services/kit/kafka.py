"""Connections to Kafka by kafka-python: settings for all clients, topics made from the catalogue, the idempotent producer."""

from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError
from kafka.partitioner.default import murmur2

from schemas.topics import TOPICS
from services.kit.settings import Settings


def connection(settings: Settings) -> dict[str, Any]:
    """What every kafka-python client is given."""
    password = settings.kafka_sasl_password
    return {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_security_protocol,
        "sasl_mechanism": settings.kafka_sasl_mechanism,
        "sasl_plain_username": settings.kafka_sasl_username,
        "sasl_plain_password": password.get_secret_value() if password else None,
        "ssl_cafile": str(settings.kafka_ca_file) if settings.kafka_ca_file else None,
    }


def make_topics(settings: Settings) -> list[str]:
    """Create what the catalogue has and the broker has not. Events are kept for ever: no deletion, no compaction."""
    admin = KafkaAdminClient(**connection(settings))
    try:
        missing = sorted({settings.topic_name(topic.name) for topic in TOPICS} - set(admin.list_topics()))
        for name in missing:
            try:
                admin.create_topics(
                    [
                        NewTopic(
                            name,
                            settings.topic_partitions,
                            settings.topic_replication,
                            topic_configs={"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"},
                        )
                    ]
                )
            except TopicAlreadyExistsError:
                continue
        return missing
    finally:
        admin.close()


def producer(settings: Settings, client_id: str) -> KafkaProducer:
    """Idempotent, `acks=all`: the broker has each record once and in order, or the send fails."""
    return KafkaProducer(
        **connection(settings),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        batch_size=256 * 1024,
        max_request_size=8 * 1024 * 1024,
    )


def partition_of(key: bytes, partitions: int) -> int:
    """Where murmur2, the default partitioner of every Kafka client, puts a key."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)
