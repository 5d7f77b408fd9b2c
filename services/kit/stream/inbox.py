"""What was heard before: the last version of each stream by topic. The relay may publish twice; nothing is handled twice."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.kit.database import as_json, rows, run

Address = tuple[int, str]
"""A stream's address: workspace (its UUID as a number, which hashes ten times as fast) and name."""

# A subquery for each stream: a join with a table not analysed yet may be planned as a scan of all that was ever heard.
LAST = """
SELECT place,
    (SELECT version FROM heard WHERE heard.topic = :topic AND heard.workspace_id = s.workspace_id AND heard.stream = s.stream) AS version
FROM json_to_recordset(:streams) AS s (place int, workspace_id uuid, stream text)
"""
STORE = """
INSERT INTO heard (topic, workspace_id, stream, version)
SELECT :topic, workspace_id, stream, version FROM json_to_recordset(:streams) AS s (workspace_id uuid, stream text, version int)
ON CONFLICT (topic, workspace_id, stream) DO UPDATE SET version = greatest(heard.version, EXCLUDED.version)
"""


def last_versions(connection: Connection, topic: str, streams: Mapping[Address, int]) -> dict[Address, int]:
    """The last version heard of each of these streams that was ever heard."""
    return versions_of(streams, rows(connection, LAST, topic=topic, streams=table(streams))) if streams else {}


def remember(connection: Connection, topic: str, streams: Mapping[Address, int]) -> None:
    """Store the last version heard of each of these streams."""
    if streams:
        run(connection, STORE, topic=topic, streams=table(streams))


def exchange(connection: Connection, topic: str, streams: Mapping[Address, int]) -> dict[Address, int]:
    """Both in one statement: store these, and return what was stored before."""
    sql = f"WITH stored AS ({STORE}) {LAST}"
    return versions_of(streams, rows(connection, sql, topic=topic, streams=table(streams))) if streams else {}


def versions_of(streams: Iterable[Address], found: Iterable[Row[Any]]) -> dict[Address, int]:
    addresses = list(streams)
    return {addresses[row.place]: row.version for row in found if row.version is not None}


def table(streams: Mapping[Address, int]) -> str:
    return as_json(
        {"place": place, "workspace_id": text_of(workspace), "stream": stream, "version": version}
        for place, ((workspace, stream), version) in enumerate(streams.items())
    )


@lru_cache(maxsize=10_000)
def text_of(workspace: int) -> str:
    return str(UUID(int=workspace))
