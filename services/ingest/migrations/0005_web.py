"""Company web pages: imports that read them, page by page; whose turn it is at which host; what robots.txt said; and the raw pages."""

from alembic import op

from services.kit import baseline

revision = "ingest_0005"
down_revision = "ingest_0004"

PAGES = """
-- Of such an import, `file_bytes` and `place_offset` count pages: all that are known so far, and those done.
ALTER TABLE imports ADD COLUMN web boolean NOT NULL DEFAULT false;
CREATE TABLE web_pages (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    asked text NOT NULL,
    url text NOT NULL,  -- where it has led to so far
    host text NOT NULL,
    site text NOT NULL,
    linked boolean NOT NULL,  -- found on a page that was given
    -- What was fetched stays as it is until it is taken in: a second try tells the same.
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'fetched', 'done', 'refused')),
    hops integer NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,  -- workers that began since the last request was answered
    fields json,
    PRIMARY KEY (workspace_id, import_id, line),
    UNIQUE (workspace_id, import_id, asked),
    FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, import_id)
);
CREATE INDEX web_pages_open ON web_pages (host) WHERE state IN ('waiting', 'fetched');
CREATE TABLE web_evidence (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    url text NOT NULL,
    fetched_at timestamptz NOT NULL,
    status integer NOT NULL,
    headers json NOT NULL,
    sha256 text NOT NULL,
    size integer NOT NULL,
    body bytea NOT NULL,  -- zlib
    PRIMARY KEY (workspace_id, import_id, line),
    FOREIGN KEY (workspace_id, import_id, line) REFERENCES web_pages (workspace_id, import_id, line)
);
CREATE INDEX web_evidence_by_age ON web_evidence (fetched_at);
"""

HOSTS = """
-- One request at a time at each host, whoever asks, and a pause after it.
CREATE TABLE web_hosts (
    host text PRIMARY KEY,
    free_at timestamptz NOT NULL,
    lease_by uuid,
    lease_until timestamptz
);
CREATE TABLE web_robots (
    origin text PRIMARY KEY,
    text text NOT NULL,
    fault text,
    good_until timestamptz NOT NULL
);
"""


def upgrade() -> None:
    op.execute(PAGES)
    op.execute(HOSTS)
    baseline.protect(op, "web_pages", "web_evidence")
    baseline.keep_to_workers(op, "web_robots", "web_hosts")
