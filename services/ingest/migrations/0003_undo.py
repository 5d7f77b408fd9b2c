"""What each import says of each record, so that an import can be undone; and the undoing of imports as a job."""

from alembic import op

from services.kit import baseline

revision = "ingest_0003"
down_revision = "ingest_0002"

# `records` holds what was said last of each record, as before: a new record is one row, and no more. What was said before that moves to
# `earlier` when somebody says something again, be it the same.
SAYINGS = """
ALTER TABLE records ADD COLUMN dated boolean NOT NULL DEFAULT false;  -- the source itself says of when it is
CREATE INDEX records_by_import ON records (workspace_id, import_id, line);
CREATE TABLE earlier (
    workspace_id uuid NOT NULL,
    record_id uuid NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY,
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    digest text NOT NULL,
    dated boolean NOT NULL,
    PRIMARY KEY (workspace_id, record_id, place)
);
CREATE INDEX earlier_by_import ON earlier (workspace_id, import_id, place);
"""

UNDOS = """
ALTER TABLE imports DROP CONSTRAINT imports_state_check;
ALTER TABLE imports ADD CONSTRAINT imports_state_check CHECK (state IN ('running', 'finished', 'failed', 'undoing', 'undone'));
-- Of an import that was there before this, nobody knows what it said over.
ALTER TABLE imports ADD COLUMN remembered boolean NOT NULL DEFAULT false;
ALTER TABLE imports ALTER COLUMN remembered SET DEFAULT true;
CREATE INDEX imports_undoing ON imports (workspace_id, source_id) WHERE state = 'undoing';
CREATE TABLE undos (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    correlation_id text NOT NULL,
    ended_at timestamptz,
    -- Records done so far.
    gone bigint NOT NULL DEFAULT 0,
    back bigint NOT NULL DEFAULT 0,
    stayed bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, import_id),
    FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, import_id)
);
"""


def upgrade() -> None:
    op.execute(SAYINGS)
    op.execute(UNDOS)
    baseline.protect(op, "earlier", "undos")
