"""Which columns of its file a mapping leaves out: what it has not seen is another matter."""

from alembic import op

revision = "ingest_0006"
down_revision = "ingest_0005"

COLUMNS = """
-- Empty for versions made before this was kept: their columns that are not mapped are proposed anew.
ALTER TABLE mappings ADD COLUMN left_out text[] NOT NULL DEFAULT '{}';
"""


def upgrade() -> None:
    op.execute(COLUMNS)
