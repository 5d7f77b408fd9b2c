"""Raw pages as they were fetched: kept for a while, so that it can be shown what a page said."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.ingest.domain.values import storable
from services.ingest.store.web import Visit
from services.kit.database import rows, run


@dataclass(frozen=True)
class Evidence:
    url: str
    fetched_at: datetime
    status: int
    headers: Mapping[str, str]
    body: bytes


def keep(connection: Connection, visit: Visit, it: Evidence) -> None:
    run(
        connection,
        """INSERT INTO web_evidence (workspace_id, import_id, line, url, fetched_at, status, headers, sha256, size, body)
           VALUES (:w, :i, :line, :url, :at, :status, CAST(:headers AS json), :sha256, :size, :body)""",
        w=visit.workspace_id, i=visit.import_id, line=visit.line, url=it.url, at=it.fetched_at, status=it.status,
        headers=json.dumps({name: storable(value) for name, value in it.headers.items()}),
        sha256=hashlib.sha256(it.body).hexdigest(), size=len(it.body), body=zlib.compress(it.body),
    )  # fmt: skip


def listed(connection: Connection, workspace_id: UUID, import_id: UUID, after: int, limit: int) -> Sequence[Row[Any]]:
    """Without the pages themselves."""
    return rows(
        connection,
        """SELECT line, url, fetched_at, status, headers, sha256, size FROM web_evidence
           WHERE workspace_id = :w AND import_id = :i AND line > :after ORDER BY line LIMIT :limit""",
        w=workspace_id, i=import_id, after=after, limit=limit,
    )  # fmt: skip


def body_of(connection: Connection, workspace_id: UUID, import_id: UUID, line: int) -> bytes | None:
    found = rows(
        connection, "SELECT body FROM web_evidence WHERE workspace_id = :w AND import_id = :i AND line = :line",
        w=workspace_id, i=import_id, line=line,
    )  # fmt: skip
    return zlib.decompress(found[0].body) if found else None


def forget(connection: Connection, now: datetime, days: int) -> int:
    """Erase what was fetched longer ago than so many days. Returns how many pages that were."""
    return run(connection, "DELETE FROM web_evidence WHERE fetched_at < :before", before=now - timedelta(days=days))
