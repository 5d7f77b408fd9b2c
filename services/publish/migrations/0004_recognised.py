"""Which of the Provider's persons a workspace's own ones are."""

from alembic import op

from services.kit import baseline

revision = "publish_0004"
down_revision = "publish_0003"

TABLES = """
-- As dedupe tells it. NULL: none of them, any more.
CREATE TABLE recognised (
    workspace_id uuid NOT NULL,
    person_id uuid NOT NULL,
    version integer NOT NULL,
    as_person uuid,
    last_person uuid,               -- that it was last, or is
    PRIMARY KEY (workspace_id, person_id)
);
CREATE INDEX recognised_as ON recognised (as_person) WHERE as_person IS NOT NULL;
CREATE INDEX recognised_last ON recognised (last_person) WHERE as_person IS NULL;
"""


def upgrade() -> None:
    op.execute(TABLES)
    baseline.protect(op, "recognised")
