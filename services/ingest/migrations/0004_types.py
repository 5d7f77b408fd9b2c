"""The types of a source's own columns, kept with the version of its mapping; and rows that came in without a value not of its type."""

from alembic import op

revision = "ingest_0004"
down_revision = "ingest_0003"

COLUMNS = """
-- Column → how its values are written; a column that is not in it is text.
ALTER TABLE mappings ADD COLUMN types jsonb NOT NULL DEFAULT '{}';
-- Of such rows, the row itself was taken.
ALTER TABLE rejected_rows ADD COLUMN taken boolean NOT NULL DEFAULT false;
ALTER TABLE imports ADD COLUMN flawed bigint NOT NULL DEFAULT 0;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
