"""Imports of web pages: which page is read next, by whom, and what has become of each."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ingest.domain.weburl import WebUrl
from services.ingest.store.imports import Counts
from services.kit.database import as_json, rows, run


@dataclass(frozen=True)
class Visit:
    """A page that this worker may ask for now, as nobody else is at its host."""

    workspace_id: UUID
    import_id: UUID
    line: int
    url: str
    host: str
    linked: bool
    hops: int
    tries: int
    correlation_id: str


@dataclass(frozen=True)
class Fetched:
    """A page that was read, to be taken in."""

    workspace_id: UUID
    import_id: UUID
    line: int
    url: str
    fields: dict[str, str]
    source_id: UUID
    source: str
    asked_at: datetime
    correlation_id: str


@dataclass(frozen=True)
class Ending:
    """An import with nothing more to do, or nothing more to be done."""

    workspace_id: UUID
    import_id: UUID
    source_id: UUID
    counts: Counts
    waiting: int
    correlation_id: str


def add_pages(connection: Connection, workspace_id: UUID, import_id: UUID, pages: Iterable[tuple[int, WebUrl]], *, linked: bool) -> None:
    """Line and page; those that the import does not know yet. The import's row is locked, or new."""
    run(
        connection,
        """INSERT INTO web_pages (workspace_id, import_id, line, asked, url, host, site, linked)
           SELECT :w, :i, line, url, url, host, site, :linked
           FROM json_to_recordset(:pages) AS given (line integer, url text, host text, site text)
           WHERE NOT EXISTS (SELECT FROM web_pages WHERE workspace_id = :w AND import_id = :i AND web_pages.url = given.url)
           ON CONFLICT DO NOTHING""",
        w=workspace_id, i=import_id, linked=linked,
        pages=as_json({"line": line, "url": str(each), "host": each.host, "site": each.site} for line, each in pages),
    )  # fmt: skip
    count(connection, workspace_id, import_id, Counts())


def next_line(connection: Connection, workspace_id: UUID, import_id: UUID) -> int:
    """The first that no page has, nor an address that was refused."""
    [row] = rows(
        connection,
        """SELECT GREATEST((SELECT max(line) FROM web_pages WHERE workspace_id = :w AND import_id = :i),
                           (SELECT max(line) FROM rejected_rows WHERE workspace_id = :w AND import_id = :i)) + 1 AS line""",
        w=workspace_id, i=import_id,
    )  # fmt: skip
    return int(row.line)


def count(connection: Connection, workspace_id: UUID, import_id: UUID, counts: Counts) -> None:
    """Add to the import's counts; and say how far it is."""
    run(
        connection,
        """UPDATE imports SET rows = rows + :rows, accepted = accepted + :accepted, unchanged = unchanged + :unchanged,
                              rejected = rejected + :rejected, (file_bytes, place_offset) = (
               SELECT count(*), count(*) FILTER (WHERE web_pages.state IN ('done', 'refused')) FROM web_pages
               WHERE web_pages.workspace_id = :w AND web_pages.import_id = :i)
           WHERE workspace_id = :w AND import_id = :i""",
        w=workspace_id, i=import_id, **asdict(counts),
    )  # fmt: skip


def room_at(connection: Connection, workspace_id: UUID, import_id: UUID, site: str, most: int) -> int:
    """How many more pages of a site the import may read."""
    found = rows(
        connection, "SELECT count(*) AS n FROM web_pages WHERE workspace_id = :w AND import_id = :i AND site = :s",
        w=workspace_id, i=import_id, s=site,
    )  # fmt: skip
    return max(0, most - int(found[0].n))


# Hosts are of all workspaces, and so the workers' alone to know.
NEW_HOSTS = """
INSERT INTO web_hosts (host, free_at)
SELECT DISTINCT host, CAST(:now AS timestamptz) FROM web_pages
WHERE state = 'waiting' AND NOT EXISTS (SELECT FROM web_hosts WHERE web_hosts.host = web_pages.host)
ORDER BY host ON CONFLICT DO NOTHING
"""
CLAIM = """
WITH mine AS (
    SELECT web_pages.*, imports.correlation_id FROM web_hosts JOIN web_pages USING (host) JOIN imports USING (workspace_id, import_id)
    WHERE web_pages.state = 'waiting' AND imports.state = 'running' AND free_at <= :now
      AND (web_hosts.lease_until IS NULL OR web_hosts.lease_until < clock_timestamp())
      AND NOT EXISTS (SELECT FROM undos WHERE undos.workspace_id = imports.workspace_id AND undos.import_id = imports.import_id)
    ORDER BY free_at, imports.asked_at, line LIMIT 1 FOR UPDATE OF web_hosts SKIP LOCKED),
held AS (
    UPDATE web_hosts SET lease_by = :me, lease_until = clock_timestamp() + make_interval(secs => :seconds)
    FROM mine WHERE web_hosts.host = mine.host)
UPDATE web_pages SET tries = web_pages.tries + 1 FROM mine
WHERE web_pages.workspace_id = mine.workspace_id AND web_pages.import_id = mine.import_id AND web_pages.line = mine.line
RETURNING web_pages.workspace_id, web_pages.import_id, web_pages.line, web_pages.url, web_pages.host, web_pages.linked, web_pages.hops,
          web_pages.tries, mine.correlation_id
"""


def claim(connection: Connection, me: UUID, now: datetime, seconds: float) -> Visit | None:
    """The next page whose host is free; the host is this worker's for so many seconds. None if none is to be asked now."""
    run(connection, NEW_HOSTS, now=now)
    found = rows(connection, CLAIM, me=me, now=now, seconds=seconds)
    return next((Visit(**row._asdict()) for row in found), None)


def release(connection: Connection, visit: Visit, me: UUID, free_at: datetime | None) -> bool:
    """Let the host go, to be asked again from then on (None: it was not asked). False if it is no longer this worker's."""
    held = run(
        connection,
        """UPDATE web_hosts SET lease_by = NULL, lease_until = NULL, free_at = GREATEST(free_at, COALESCE(:free_at, free_at))
           WHERE host = :host AND lease_by = :me""",
        host=visit.host, me=me, free_at=free_at,
    )  # fmt: skip
    run(
        connection,
        "UPDATE web_pages SET tries = 0 WHERE workspace_id = :w AND import_id = :i AND line = :line",
        w=visit.workspace_id, i=visit.import_id, line=visit.line,
    )  # fmt: skip
    return held == 1


def lock_running(connection: Connection, workspace_id: UUID, import_id: UUID) -> bool:
    """Whether it is running; it stays so until the end of the transaction."""
    found = rows(
        connection,
        "SELECT 1 FROM imports WHERE workspace_id = :w AND import_id = :i AND state = 'running' FOR UPDATE",
        w=workspace_id, i=import_id,
    )  # fmt: skip
    return bool(found)


def move(connection: Connection, visit: Visit, to: WebUrl) -> None:
    """The page has led elsewhere: it waits for its turn there."""
    run(
        connection,
        """UPDATE web_pages SET url = :url, host = :host, site = :site, hops = hops + 1
           WHERE workspace_id = :w AND import_id = :i AND line = :line""",
        w=visit.workspace_id, i=visit.import_id, line=visit.line, url=str(to), host=to.host, site=to.site,
    )  # fmt: skip


def settle(connection: Connection, page: Visit | Fetched, state: str, fields: Mapping[str, str] | None = None) -> None:
    run(
        connection,
        """UPDATE web_pages SET state = :state, fields = CAST(:fields AS json)
           WHERE workspace_id = :w AND import_id = :i AND line = :line""",
        w=page.workspace_id, i=page.import_id, line=page.line, state=state, fields=None if fields is None else json.dumps(fields),
    )  # fmt: skip


def fetched(connection: Connection) -> Fetched | None:
    """A page to be taken in, locked until the end of the transaction."""
    found = rows(
        connection,
        """SELECT web_pages.workspace_id, import_id, line, url, fields, imports.source_id, sources.name AS source, imports.asked_at,
                  imports.correlation_id
           FROM web_pages JOIN imports USING (workspace_id, import_id)
                JOIN sources ON sources.workspace_id = imports.workspace_id AND sources.source_id = imports.source_id
           WHERE web_pages.state = 'fetched' LIMIT 1 FOR UPDATE OF web_pages SKIP LOCKED""",
    )  # fmt: skip
    return next((Fetched(**row._asdict()) for row in found), None)


def to_end(connection: Connection, *, off: bool) -> Ending | None:
    """An import of which every page is done; or that is to be undone, or can go on no more, once what was fetched is taken in. Locked."""
    found = rows(
        connection,
        """SELECT workspace_id, import_id FROM imports
           WHERE web AND state = 'running' AND NOT EXISTS (
               SELECT FROM web_pages WHERE web_pages.workspace_id = imports.workspace_id AND web_pages.import_id = imports.import_id
                 AND web_pages.state IN ('waiting', 'fetched') AND (web_pages.state = 'fetched' OR NOT (:off OR EXISTS (
                   SELECT FROM undos WHERE undos.workspace_id = imports.workspace_id AND undos.import_id = imports.import_id))))
           LIMIT 1 FOR UPDATE SKIP LOCKED""",
        off=off,
    )  # fmt: skip
    if not found:
        return None
    # Looked at anew under the lock: a page may have been fetched, and pages found on it, since.
    [row] = rows(
        connection,
        """SELECT workspace_id, import_id, source_id, rows, accepted, unchanged, rejected, correlation_id,
                  (SELECT count(*) FROM web_pages WHERE workspace_id = :w AND import_id = :i AND state = 'waiting') AS waiting,
                  (SELECT count(*) FROM web_pages WHERE workspace_id = :w AND import_id = :i AND state = 'fetched') AS fetched,
                  EXISTS (SELECT FROM undos WHERE workspace_id = :w AND import_id = :i) AS undo
           FROM imports WHERE workspace_id = :w AND import_id = :i""",
        w=found[0].workspace_id, i=found[0].import_id,
    )  # fmt: skip
    if row.fetched or (row.waiting and not (off or row.undo)):
        return None
    counts = Counts(row.rows, row.accepted, row.unchanged, row.rejected)
    return Ending(row.workspace_id, row.import_id, row.source_id, counts, row.waiting, row.correlation_id)


def let_go(connection: Connection, ending: Ending) -> None:
    """Of the pages of an import that has ended, none waits any longer."""
    run(
        connection, "UPDATE web_pages SET state = 'refused' WHERE workspace_id = :w AND import_id = :i AND state = 'waiting'",
        w=ending.workspace_id, i=ending.import_id,
    )  # fmt: skip


def sweep(connection: Connection, now: datetime) -> int:
    """Forget what is known of hosts that nobody has asked for a day, and robots.txt that have to be asked for anew."""
    gone = run(connection, "DELETE FROM web_robots WHERE good_until < :now", now=now)
    return gone + run(
        connection,
        "DELETE FROM web_hosts WHERE free_at < :before AND (lease_until IS NULL OR lease_until < clock_timestamp())",
        before=now - timedelta(days=1),
    )


def robots_of(connection: Connection, origin: str, now: datetime) -> Any:
    found = rows(connection, "SELECT text, fault FROM web_robots WHERE origin = :o AND good_until > :now", o=origin, now=now)
    return next(iter(found), None)


def keep_robots(connection: Connection, origin: str, text: str, fault: str | None, good_until: datetime) -> None:
    run(
        connection,
        """INSERT INTO web_robots (origin, text, fault, good_until) VALUES (:o, :t, :f, :until)
           ON CONFLICT (origin) DO UPDATE SET text = EXCLUDED.text, fault = EXCLUDED.fault, good_until = EXCLUDED.good_until""",
        o=origin, t=text, f=fault, until=good_until,
    )  # fmt: skip
