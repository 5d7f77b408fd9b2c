"""Earlier versions of records, for the time when what stands now is withdrawn."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0003"
down_revision = "dedupe_0002"

TABLES = """
-- Each version that some import says still, beside the one that stands in `records`.
CREATE TABLE versions (
    workspace_id uuid NOT NULL,
    record_id uuid NOT NULL,
    digest text NOT NULL,
    record jsonb NOT NULL,
    PRIMARY KEY (workspace_id, record_id, digest)
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    baseline.protect(op, "versions")
