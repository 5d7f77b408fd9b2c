"""That two persons are one is kept of all pairs of their records, as that they are two is: it held for one pair, and ended with that."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0011"
down_revision = "dedupe_0010"

HELD = """
WITH held AS (
    UPDATE decided SET same = true FROM streams
    WHERE same IS NULL AND streams.workspace_id = decided.workspace_id AND stream = 'judgement:' || judgement_id
          AND state->>'verdict' = 'same'
    RETURNING decided.record)
INSERT INTO again SELECT DISTINCT arrived FROM held JOIN records ON arrived = held.record ORDER BY arrived ON CONFLICT DO NOTHING;
ALTER TABLE decided ALTER COLUMN same SET NOT NULL;
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "decided", "streams", "records"):
        op.execute(HELD)
