"""The domain that each company's name goes with, as it was last: where it turns, the records that have the name alone follow."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0006"
down_revision = "dedupe_0005"

TABLES = """
CREATE TABLE homes (
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    home text,                      -- NULL: none clearly, any more
    PRIMARY KEY (workspace_id, name)
);
INSERT INTO again SELECT arrived FROM records ORDER BY arrived ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "records"):
        op.execute(TABLES)
    baseline.protect(op, "homes")
