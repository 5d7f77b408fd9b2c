"""What operators have corrected, and how far all persons have been chosen anew after a change of the survivorship rules."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0004"
down_revision = "dedupe_0003"

TABLES = """
CREATE TABLE corrections (
    workspace_id uuid NOT NULL,
    person_id uuid NOT NULL,        -- whom it was made to; it holds for whoever that person is found to be
    field text NOT NULL,
    value text,                     -- NULL: the field is to be empty
    by text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, person_id, field)
);
-- One row, the Provider's: the pass over all persons that follows a change of the rules.
CREATE TABLE rechoosing (
    workspace_id uuid PRIMARY KEY,
    version integer NOT NULL,
    after_workspace uuid,
    after_person uuid,
    looked_at bigint NOT NULL DEFAULT 0,
    changed bigint NOT NULL DEFAULT 0,
    finished boolean NOT NULL DEFAULT false
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    baseline.protect(op, "corrections", "rechoosing")
