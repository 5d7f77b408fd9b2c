"""Records that were described by an earlier version of what was learned are found among all."""

from alembic import op

revision = "dedupe_0014"
down_revision = "dedupe_0013"


def upgrade() -> None:
    op.execute("CREATE INDEX described_by_version ON described (version)")
