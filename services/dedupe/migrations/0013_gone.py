"""The numbers of records that were withdrawn: one that comes back has its own again, and all that was decided on it holds."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0013"
down_revision = "dedupe_0012"

TABLES = """
CREATE TABLE gone (
    workspace_id uuid NOT NULL,
    record_id uuid NOT NULL,
    arrived bigint NOT NULL,
    PRIMARY KEY (workspace_id, record_id)
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    baseline.protect(op, "gone")
