"""Before a service begins: do its database and Kafka belong together? Neither may have been wiped or restored without the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.envelope import Envelope
from schemas.topics import Topic, told_by
from services.kit import kafka
from services.kit.codec import read_envelope
from services.kit.database import Database, rows
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from services.kit.stream.batch import Partition
from services.kit.stream.positions import Identity

REPAIR = "run `smartleads repair positions SERVICE` once you know which of the two was wiped or restored"
SECONDS_TO_READ = 20


class Diverged(Exception):  # noqa: N818 - says what has happened to the two stores
    """The database and Kafka do not belong together. Going on would skip events or handle them again: a person has to decide."""


@dataclass(frozen=True)
class Ends:
    """A topic as Kafka has it: its id, and the end of each partition."""

    topic_id: str
    ends: dict[int, int]


def look(settings: Settings, topics: Iterable[Topic]) -> tuple[str, dict[str, Ends]]:
    """The cluster's id, and these topics by their names in the catalogue. Raises Unavailable where Kafka or a topic is not there."""
    names = {settings.topic_name(topic.name): topic.name for topic in topics}
    try:
        admin = KafkaAdminClient(**kafka.connection(settings))
        try:
            cluster = str(admin.describe_cluster()["cluster_id"])
            described = {found["name"]: found for found in admin.describe_topics(sorted(names))} if names else {}
        finally:
            admin.close()
        missing = sorted(name for name in names if not described[name]["partitions"])
        if missing:
            raise Unavailable(f"Kafka has no topic {', '.join(missing)}: `python -m services.kit migrate` makes them")
        ends = ends_of(settings, described.values())
    except KafkaError as error:
        raise Unavailable(f"Kafka did not answer at {settings.kafka_bootstrap}: {error}") from error
    return cluster, {names[name]: Ends(str(described[name]["topic_id"]), ends[name]) for name in names}


def ends_of(settings: Settings, described: Iterable[Any]) -> dict[str, dict[int, int]]:
    partitions = [TopicPartition(t["name"], p["partition_index"]) for t in described for p in t["partitions"]]
    consumer = KafkaConsumer(**kafka.connection(settings), enable_auto_commit=False)
    try:
        ends: dict[str, dict[int, int]] = {tp.topic: {} for tp in partitions}
        for tp, end in (consumer.end_offsets(partitions) if partitions else {}).items():
            ends[tp.topic][tp.partition] = end
        return ends
    finally:
        consumer.close()


def compare(settings: Settings, service: str, database: Database, heard: Sequence[Topic]) -> Identity:
    """Which Kafka the positions belong to. Raises Diverged, with what to do about it, or Unavailable."""
    told = [topic for topic in told_by(service) if topic.stored]
    cluster, found = look(settings, {*heard, *told})
    with database.transaction() as connection:
        stored = rows(
            connection,
            "SELECT topic, partition, next_offset, cluster_id, topic_id FROM positions WHERE consumer = :consumer",
            consumer=service,
        )
    names = {topic.name for topic in heard}
    for row in stored:
        if row.topic in names:
            check_position(service, row, cluster, found[row.topic])
    check_own_events(settings, service, database, {topic.name: found[topic.name] for topic in told})
    return Identity(cluster, {name: found[name].topic_id for name in names})


def check_position(service: str, row: Any, cluster: str, topic: Ends) -> None:
    where = f"{service} stands at {row.next_offset} in {row.topic}/{row.partition}"
    if row.cluster_id != cluster:
        raise Diverged(f"{where} of Kafka cluster {row.cluster_id}, but this is cluster {cluster}: {REPAIR}")
    if row.topic_id != topic.topic_id:
        raise Diverged(f"{where}, but the topic has been made anew since: {REPAIR}")
    end = topic.ends.get(row.partition, 0)
    if row.next_offset > end:
        raise Diverged(f"{where}, but the partition ends at {end}: {REPAIR}")


def check_own_events(settings: Settings, service: str, database: Database, told: dict[str, Ends]) -> None:
    """The last event of each partition that this service tells must stand in its event store."""
    last = {p: e for p, e in last_events(settings, told).items() if e.version}
    with database.transaction() as connection:
        known = rows(
            connection,
            """SELECT workspace_id, stream, version FROM events JOIN unnest(CAST(:w AS uuid[]), CAST(:s AS text[]), CAST(:v AS int[]))
               AS last (workspace_id, stream, version) USING (workspace_id, stream, version)""",
            w=[e.workspace_id for e in last.values()],
            s=[e.stream for e in last.values()],
            v=[e.version for e in last.values()],
        )
    stored = {(row.workspace_id, row.stream, row.version) for row in known}
    for partition, event in sorted(last.items()):
        if (event.workspace_id, event.stream, event.version) not in stored:
            raise Diverged(
                f"{service} has told event {event.event_id} in {partition.topic}/{partition.number},"
                f" which its event store does not know: {REPAIR}"
            )


def last_events(settings: Settings, topics: dict[str, Ends]) -> dict[Partition, Envelope]:
    """The envelope of the last record of each partition that has one."""
    wanted = {
        TopicPartition(settings.topic_name(name), number): Partition(name, number)
        for name, topic in topics.items()
        for number, end in topic.ends.items()
        if end
    }
    if not wanted:
        return {}
    consumer = KafkaConsumer(**kafka.connection(settings), enable_auto_commit=False)
    try:
        consumer.assign(list(wanted))
        for tp, partition in wanted.items():
            consumer.seek(tp, topics[partition.topic].ends[partition.number] - 1)
        return read_last(consumer, wanted)
    except KafkaError as error:
        raise Unavailable(f"Kafka did not answer at {settings.kafka_bootstrap}: {error}") from error
    finally:
        consumer.close()


def read_last(consumer: KafkaConsumer, wanted: dict[TopicPartition, Partition]) -> dict[Partition, Envelope]:
    found: dict[Partition, Envelope] = {}
    unread = set(wanted)
    while unread:
        polled = consumer.poll(timeout_ms=SECONDS_TO_READ * 1000)
        if not polled:
            raise Unavailable(f"no record came from {min(tp.topic for tp in unread)} within {SECONDS_TO_READ} s")
        for tp, records in polled.items():
            consumer.pause(tp)
            unread.discard(tp)
            envelope = read_envelope(records[0].value)
            if isinstance(envelope, Envelope):
                found[wanted[tp]] = envelope
    return found
