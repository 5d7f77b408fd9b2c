"""What the live tables say, all of one instant: to be held against a recount of the events up to the positions that go with it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from services.kit.database import rows, run
from services.kpi.domain.recount.count import Number

Position = tuple[str, int]
"""Topic and partition."""
Place = tuple[str, int, int]
"""Topic, partition and offset."""


@dataclass(frozen=True)
class Live:
    positions: Mapping[Position, int]
    """The next offset to be heard."""
    parked: frozenset[Place]
    """What could not be handled, and so is in no figure."""
    numbers: Counter[Number]
    recipients: dict[str, set[str]]
    contacts: dict[str, set[str]]
    tallies: Counter[tuple[str, str, str]]


def live(connection: Connection, consumer: str) -> Live:
    """`connection` must be at the beginning of its transaction."""
    run(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    positions, parked = heard(connection, consumer)
    tallies = rows(
        connection,
        """SELECT workspace_id, kind, state, sum(value)::bigint AS n FROM tallies
           WHERE state <> 'unknown' GROUP BY 1, 2, 3 HAVING sum(value) <> 0""",
    )
    return Live(
        positions,
        parked,
        numbers(connection),
        names(connection, "SELECT recipient_id AS id, names FROM recipients"),
        names(connection, "SELECT contact_id AS id, names FROM contacts"),
        Counter({(str(row.workspace_id), row.kind, row.state): row.n for row in tallies}),
    )


def heard(connection: Connection, consumer: str, *, hold: bool = False) -> tuple[dict[Position, int], frozenset[Place]]:
    """How far the topics were heard, and what of it is parked; `hold`: nothing more is heard until the transaction ends."""
    positions = rows(
        connection,
        f"""SELECT topic, partition, next_offset FROM positions WHERE consumer = :consumer
            ORDER BY topic, partition {"FOR UPDATE" if hold else ""}""",  # noqa: S608 - nothing of a caller's
        consumer=consumer,
    )
    parked = rows(connection, 'SELECT topic, partition, "offset" FROM parked WHERE consumer = :consumer', consumer=consumer)
    return (
        {(row.topic, row.partition): row.next_offset for row in positions},
        frozenset((row.topic, row.partition, row.offset) for row in parked),
    )


def numbers(connection: Connection) -> Counter[Number]:
    """By local day."""
    zones = {row.workspace_id: ZoneInfo(row.time_zone) for row in rows(connection, "SELECT * FROM workspaces")}
    found: Counter[Number] = Counter()
    for row in rows(
        connection,
        """SELECT workspace_id, campaign_id, step_id, kpi, began, sum(value)::bigint AS value
           FROM counters GROUP BY 1, 2, 3, 4, 5""",
    ):
        day = row.began.astimezone(zones.get(row.workspace_id) or UTC).date().isoformat()
        found[Number(str(row.workspace_id), str(row.campaign_id), row.step_id, row.kpi, day)] += row.value
    return Counter({number: by for number, by in found.items() if by})


def names(connection: Connection, sql: str) -> dict[str, set[str]]:
    return {str(row.id): set(row.names) for row in rows(connection, sql) if row.names}
