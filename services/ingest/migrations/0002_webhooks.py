"""Secrets of webhooks; by which addresses contacts are known; activities that wait for somebody to have theirs."""

from alembic import op

from services.kit import baseline

revision = "ingest_0002"
down_revision = "ingest_0001"

TABLES = """
CREATE TABLE hooks (
    workspace_id uuid NOT NULL,
    source_id uuid NOT NULL,
    secret text NOT NULL,          -- encrypted, as is the former one, which holds on for a while after a rotation
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    former text,
    former_until timestamptz,
    PRIMARY KEY (workspace_id, source_id),
    FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, source_id)
);
CREATE UNIQUE INDEX hooks_by_source ON hooks (source_id);
-- Keyed digests: they name nobody.
CREATE TABLE addresses (
    workspace_id uuid NOT NULL,
    digest text NOT NULL,
    contact_id uuid NOT NULL,
    merged boolean NOT NULL DEFAULT false,  -- it was that of a contact who was found to be the same person
    PRIMARY KEY (workspace_id, digest, contact_id)
);
CREATE INDEX addresses_by_contact ON addresses (workspace_id, contact_id);
CREATE TABLE waiting_activities (
    workspace_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    digest text NOT NULL,
    source text NOT NULL,
    deed jsonb NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, activity_id)
);
CREATE INDEX waiting_by_digest ON waiting_activities (workspace_id, digest);
CREATE INDEX waiting_by_age ON waiting_activities (kept_at);
"""

# Who calls a webhook names no workspace, only the source. A transaction that names a source sees that one's row, and no other.
BY_SOURCE = """
CREATE POLICY named_source ON hooks FOR SELECT USING (source_id = NULLIF(current_setting('app.source', true), '')::uuid);
"""


def upgrade() -> None:
    op.execute(TABLES)
    baseline.protect(op, "hooks", "addresses", "waiting_activities")
    op.execute(BY_SOURCE)
