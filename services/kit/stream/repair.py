"""Brings positions and event store in line with Kafka again, once a person has decided that what Kafka has is to count.

`smartleads repair positions` runs this for a service that `compare` has stopped. What it does is safe to do again. It makes no event
and loses none that either store still has; what both have lost stays lost, and the report says where that may be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from schemas.topics import Topic
from services.kit.database import Database, rows, run
from services.kit.settings import Settings
from services.kit.stream.compare import Ends, look


@dataclass(frozen=True)
class Repaired:
    """One position that was changed, and in words what follows."""

    topic: str
    partition: int
    was: int
    now: int
    what: str


def repair(settings: Settings, service: str, database: Database, heard: Sequence[Topic]) -> list[Repaired]:
    """Move the service's positions to where they can be in the Kafka that there is. Its worker must not be running."""
    cluster, found = look(settings, heard)
    with database.transaction() as connection:
        changes = list(changes_of(connection, service, cluster, found))
        for change in changes:
            run(
                connection,
                """UPDATE positions SET next_offset = :now, cluster_id = :cluster, topic_id = :topic_id
                   WHERE consumer = :consumer AND topic = :topic AND partition = :partition""",
                consumer=service,
                topic=change.topic,
                partition=change.partition,
                now=change.now,
                cluster=cluster,
                topic_id=found[change.topic].topic_id,
            )
    return changes


def changes_of(connection: Connection, service: str, cluster: str, found: dict[str, Ends]) -> Iterable[Repaired]:
    stored = rows(
        connection,
        """SELECT topic, partition, next_offset, cluster_id, topic_id FROM positions
           WHERE consumer = :consumer ORDER BY topic, partition FOR UPDATE""",
        consumer=service,
    )
    for row in stored:
        topic = found.get(row.topic)
        if topic is None:
            continue
        end = topic.ends.get(row.partition, 0)
        if row.topic_id != topic.topic_id or row.cluster_id != cluster:
            what = "another topic than before: heard from its beginning, and what was heard before is dropped by its stream's version"
            yield Repaired(row.topic, row.partition, row.next_offset, 0, what)
        elif row.next_offset > end:
            what = f"Kafka has lost its last {row.next_offset - end} events: those heard before stay as they are, others never come"
            yield Repaired(row.topic, row.partition, row.next_offset, end, what)


def republish(database: Database) -> int:
    """Put the whole event store in the outbox again, after Kafka was wiped: the relay tells it anew, readers drop what they heard.

    Records of bulk imports stand in no event store; their files have to be imported again, which changes nothing else.
    """
    with database.transaction() as connection:
        return run(
            connection, "INSERT INTO outbox (position, workspace_id) SELECT position, workspace_id FROM events ON CONFLICT DO NOTHING"
        )
