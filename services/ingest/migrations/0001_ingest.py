"""Sources with their mappings, imports as resumable jobs, what was refused, and what is known of each record."""

from alembic import op

from services.kit import baseline

revision = "ingest_0001"
down_revision = None

TABLES = """
CREATE TABLE workspaces (
    workspace_id uuid PRIMARY KEY,
    time_zone text NOT NULL
);
CREATE TABLE sources (
    workspace_id uuid NOT NULL,
    source_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, source_id)
);
-- A mapping is never changed: records name the version that they were read with.
CREATE TABLE mappings (
    workspace_id uuid NOT NULL,
    source_id uuid NOT NULL,
    version integer NOT NULL,
    mapping jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, source_id, version),
    FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, source_id)
);
CREATE TABLE imports (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    source_id uuid NOT NULL,
    file_name text NOT NULL,
    mapping_version integer NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'finished', 'failed')),
    reason text,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    ended_at timestamptz,
    correlation_id text NOT NULL,
    -- Of an uploaded file: how it is read, and how far it has been.
    file_bytes bigint NOT NULL DEFAULT 0,
    layout jsonb,
    day_order text NOT NULL DEFAULT 'dmy',
    place_offset bigint NOT NULL DEFAULT 0,
    place_line bigint NOT NULL DEFAULT 1,
    rows bigint NOT NULL DEFAULT 0,
    accepted bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    -- Who works on it until when, in real time; and how often one that did has not come back since the last chunk.
    lease_by uuid,
    lease_until timestamptz,
    takeovers integer NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, import_id),
    FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, source_id)
);
CREATE INDEX imports_running ON imports (lease_until) WHERE state = 'running';
CREATE TABLE rejected_rows (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    reason text NOT NULL,
    raw text NOT NULL,
    PRIMARY KEY (workspace_id, import_id, line),
    FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, import_id)
);
-- The digest of what was last published of each record: what comes again unchanged is not published again.
CREATE TABLE records (
    workspace_id uuid NOT NULL,
    record_id uuid NOT NULL,
    source_id uuid NOT NULL,
    digest text NOT NULL,
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    PRIMARY KEY (workspace_id, record_id)
);
"""


def upgrade() -> None:
    baseline.create(op)
    op.execute(TABLES)
    baseline.protect(op, "workspaces", "sources", "mappings", "imports", "rejected_rows", "records")
