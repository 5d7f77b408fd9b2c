"""All records are described and judged anew: relatives and names in two scripts are compared otherwise, shared keys are kept."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0015"
down_revision = "dedupe_0014"

ANEW = """
DELETE FROM described;
INSERT INTO again SELECT arrived FROM records WHERE person_id IS NOT NULL ORDER BY arrived ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "described", "records"):
        op.execute(ANEW)
