"""Where the persons' fields are from, what workspaces have corrected, and what is needed to name a source to whom may know it."""

from alembic import op

from services.kit import baseline

revision = "publish_0003"
down_revision = "publish_0002_withdrawn"

TABLES = """
ALTER TABLE persons
    ADD COLUMN provenance jsonb,
    ADD COLUMN corrected text[] NOT NULL DEFAULT '{}';  -- fields that an operator has set: no company's outranks them
CREATE TABLE corrections (
    workspace_id uuid NOT NULL,
    person_id uuid NOT NULL,        -- whose contact it was made to; it holds for whoever that person is found to be
    contact_id uuid NOT NULL,
    field text NOT NULL,
    value text,                     -- NULL: the field is to be empty
    by text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, person_id, field)
);
-- Persons to be looked at again for one workspace, as it corrected something.
CREATE TABLE looks (
    workspace_id uuid NOT NULL,
    scope uuid NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, scope, person_id)
);
CREATE TABLE imports (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    file_name text NOT NULL,
    PRIMARY KEY (workspace_id, import_id)
);
-- One row, the Provider's: sources that are not named to customers.
CREATE TABLE survivorship (
    workspace_id uuid PRIMARY KEY,
    version integer NOT NULL,
    hidden_sources text[] NOT NULL
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    baseline.protect(op, "corrections", "looks", "imports", "survivorship")
