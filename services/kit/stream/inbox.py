"""What was heard before: the last version of each stream by topic. The relay may publish twice; nothing is handled twice."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Connection

from schemas.envelope import Envelope
from services.kit.database import rows, run

Address = tuple[UUID, str]
"""A stream's address: workspace and name."""


def address(envelope: Envelope) -> Address:
    return envelope.workspace_id, envelope.stream


def last_versions(connection: Connection, topic: str, envelopes: Iterable[Envelope]) -> dict[Address, int]:
    """The last version heard of each stream that these events belong to; bulk records (version 0) have none."""
    wanted = {address(envelope) for envelope in envelopes if envelope.version}
    if not wanted:
        return {}
    found = rows(
        connection,
        """SELECT workspace_id, stream, version
           FROM unnest(CAST(:workspaces AS uuid[]), CAST(:streams AS text[])) AS wanted (workspace_id, stream)
                JOIN heard USING (workspace_id, stream)
           WHERE topic = :topic""",
        topic=topic,
        **columns(wanted),
    )
    return {(row.workspace_id, row.stream): row.version for row in found}


def remember(connection: Connection, topic: str, envelopes: Iterable[Envelope]) -> None:
    """Store the highest version of each stream among these events, in one statement."""
    newest: dict[Address, int] = {}
    for envelope in envelopes:
        if envelope.version:
            where = address(envelope)
            newest[where] = max(envelope.version, newest.get(where, 0))
    if newest:
        run(
            connection,
            """INSERT INTO heard (topic, workspace_id, stream, version)
               SELECT :topic, * FROM unnest(CAST(:workspaces AS uuid[]), CAST(:streams AS text[]), CAST(:versions AS int[]))
               ON CONFLICT (topic, workspace_id, stream) DO UPDATE SET version = greatest(heard.version, EXCLUDED.version)""",
            topic=topic,
            versions=list(newest.values()),
            **columns(newest),
        )


def columns(addresses: Iterable[Address]) -> dict[str, list[str]]:
    """Addresses as two arrays. Text, which the driver writes several times as fast as UUIDs."""
    pairs: Sequence[Address] = list(addresses)
    return {"workspaces": [str(workspace) for workspace, _ in pairs], "streams": [stream for _, stream in pairs]}
