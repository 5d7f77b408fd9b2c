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

    def __init__(self, partition: Partition, stored: int | None, first: int) -> None:
        super().__init__(f"{partition.topic}/{partition.number} stands at {stored}, the batch begins at {first}")
        self.stored = stored


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


def lock(connection: Connection, consumer: str, partition: Partition) -> tuple[int | None, bool]:
    """Hold the partition until the transaction ends. Returns its position (None: no row) and whether anything of its topic is parked."""
    [*found] = rows(
        connection,
        LOCK_LIMITS  # noqa: S608 - a constant
        + """SELECT next_offset, EXISTS (SELECT FROM parked WHERE consumer = :consumer AND topic = :topic) AS parked
           FROM positions WHERE consumer = :consumer AND topic = :topic AND partition = :number FOR UPDATE""",
        consumer=consumer,
        topic=partition.topic,
        number=partition.number,
    )
    return (found[0].next_offset, found[0].parked) if found else (None, False)


def move(connection: Connection, consumer: str, partition: Partition, first: int, following: int) -> None:
    """From `first` to `following`; Moved if it does not stand at `first`, and then nothing of the transaction may be kept."""
    moved = run(
        connection,
        """UPDATE positions SET next_offset = :following
           WHERE consumer = :consumer AND topic = :topic AND partition = :number AND next_offset = :first""",
        consumer=consumer,
        topic=partition.topic,
        number=partition.number,
        first=first,
        following=following,
    )
    if moved != 1:
        raise Moved(partition, None, first)
