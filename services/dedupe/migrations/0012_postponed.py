"""Questions that were put off are found from both sides, as links and decisions are."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0012"
down_revision = "dedupe_0011"

BOTH_SIDES = """
INSERT INTO postponed (workspace_id, record, other, until)
SELECT workspace_id, other, record, until FROM postponed ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "postponed"):
        op.execute(BOTH_SIDES)
