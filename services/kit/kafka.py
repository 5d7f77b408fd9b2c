"""Connections to Kafka by kafka-python: settings for all clients of the admin kind and for tests, and topics made from the catalogue."""

from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

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


def delete_topics(settings: Settings) -> None:
    """Delete all topics that bear this prefix; for tests and benchmarks, so it refuses to work without one."""
    if not settings.kafka_topic_prefix:
        raise ValueError("without a prefix these would be the topics of the system itself")
    admin = KafkaAdminClient(**connection(settings))
    try:
        admin.delete_topics([name for name in admin.list_topics() if name.startswith(settings.kafka_topic_prefix)])
    finally:
        admin.close()
