"""How far a consumer has got in each partition: stored with the effects, in the same transaction, and never without them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from services.kit.database import rows, run
from services.kit.stream.batch import Partition

# A worker that hangs in mid-transaction (stopped, or cut off from the network) must not hold the partition for ever.
LOCK_LIMITS = "SET LOCAL lock_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = '60s';"


class Moved(Exception):  # noqa: N818 - says what has happened
    """The stored position is not where this batch begins: another worker has the partition, or had it in between."""

    def __init__(self, partition: Partition, first: int) -> None:
        super().__init__(f"{partition.topic}/{partition.number} does not stand at {first}, where the batch begins")


@dataclass(frozen=True)
class Identity:
    """Which Kafka the positions belong to: the cluster's id, and the id of each topic by its name in the catalogue."""

    cluster_id: str
    topic_ids: Mapping[str, str]


def stored(connection: Connection, consumer: str, partitions: Iterable[Partition], identity: Identity) -> dict[Partition, int]:
    """The positions of these partitions; those heard for the first time begin at 0, and have a row from now on."""
    wanted = sorted(partitions)
    arrays = {"consumer": consumer, "topics": [p.topic for p in wanted], "numbers": [p.number for p in wanted]}
    run(
        connection,
        """INSERT INTO positions (consumer, topic, partition, next_offset, cluster_id, topic_id)
           SELECT :consumer, topic, partition, 0, :cluster, topic_id
           FROM unnest(CAST(:topics AS text[]), CAST(:numbers AS int[]), CAST(:ids AS text[])) AS new (topic, partition, topic_id)
           ON CONFLICT DO NOTHING""",
        cluster=identity.cluster_id,
        ids=[identity.topic_ids[p.topic] for p in wanted],
        **arrays,
    )
    found = rows(
        connection,
        """SELECT topic, partition, next_offset FROM positions
           JOIN unnest(CAST(:topics AS text[]), CAST(:numbers AS int[])) AS wanted (topic, partition) USING (topic, partition)
           WHERE consumer = :consumer""",
        **arrays,
    )
    return {Partition(row.topic, row.partition): row.next_offset for row in found}


def move(connection: Connection, consumer: str, partition: Partition, first: int, following: int) -> bool:
    """From `first` to `following`, and hold the partition until the transaction ends; says whether anything of its topic is parked.

    Raises Moved if it does not stand at `first`; then nothing of the transaction may be kept. This comes first in a transaction: who
    is too late is told so before it has worked.
    """
    moved = rows(
        connection,
        LOCK_LIMITS  # noqa: S608 - a constant
        + """UPDATE positions SET next_offset = :following
           WHERE consumer = :consumer AND topic = :topic AND partition = :number AND next_offset = :first
           RETURNING EXISTS (SELECT FROM parked WHERE consumer = :consumer AND topic = :topic) AS parked""",
        consumer=consumer,
        topic=partition.topic,
        number=partition.number,
        first=first,
        following=following,
    )
    if not moved:
        raise Moved(partition, first)
    return bool(moved[0].parked)


def hold(connection: Connection, consumer: str, partition: Partition) -> None:
    """Keep every batch of the partition waiting until the transaction ends."""
    run(
        connection,
        LOCK_LIMITS + """SELECT FROM positions WHERE consumer = :consumer AND topic = :topic AND partition = :number FOR UPDATE""",
        consumer=consumer,
        topic=partition.topic,
        number=partition.number,
    )
