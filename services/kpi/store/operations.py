"""What the operations page shows of the whole pipeline, over all workspaces."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.kit.database import rows
from services.kpi.domain.counting import NO_CAMPAIGN
from services.kpi.domain.status import STANDINGS


def stages(connection: Connection) -> Sequence[Row[Any]]:
    """How many things of each kind are in each state."""
    return rows(
        connection,
        """SELECT kind, state, sum(value)::bigint AS number FROM tallies
           WHERE state <> 'unknown' GROUP BY kind, state HAVING sum(value) <> 0 ORDER BY kind, state""",
    )


def standings(connection: Connection) -> Sequence[Row[Any]]:
    """How many recipients there are in each standing."""
    return rows(
        connection,
        """SELECT 'recipient' AS kind, kpi AS state, sum(value)::bigint AS number FROM counters
           WHERE campaign_id <> :none AND step_id = '' AND kpi = ANY (:standings)
           GROUP BY kpi HAVING sum(value) <> 0 ORDER BY kpi""",
        none=NO_CAMPAIGN,
        standings=list(STANDINGS),
    )


def imports(connection: Connection, after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    return rows(
        connection,
        f"""SELECT workspace_id, id, state, fold->'details' AS details FROM things
            WHERE kind = 'import' {"AND id > CAST(:after AS uuid)" if after else ""} ORDER BY id LIMIT :limit""",  # noqa: S608
        limit=limit,
        **({"after": str(after)} if after else {}),
    )


def due_to_score(connection: Connection, now: Any) -> int:
    [found] = rows(connection, "SELECT count(*) AS n FROM contacts WHERE rescore_at <= :now", now=now)
    return int(found.n)
