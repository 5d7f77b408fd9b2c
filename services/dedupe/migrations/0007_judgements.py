"""What was decided on persons as a list, the latest first, for those who look back and take back."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0007"
down_revision = "dedupe_0006"

TABLES = """
CREATE TABLE judgements (
    workspace_id uuid NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY,
    judgement_id uuid NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, place)
);
INSERT INTO judgements (workspace_id, judgement_id, by, at)
SELECT workspace_id, CAST(body->>'judgement_id' AS uuid), meta->>'actor', occurred_at
FROM events WHERE type = 'PersonsJudged' ORDER BY position;
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "events"):
        op.execute(TABLES)
    baseline.protect(op, "judgements")
