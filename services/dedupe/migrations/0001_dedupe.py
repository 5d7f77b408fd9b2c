"""Records in normal form with the person and company that they belong to, and the index of the keys that persons are found by."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0001"
down_revision = None

TABLES = """
CREATE TABLE records (
    workspace_id uuid NOT NULL,
    record_id uuid NOT NULL,
    -- In the order of first arrival: the first record of a person gives them their name.
    arrived bigint GENERATED ALWAYS AS IDENTITY,
    person_id uuid,                 -- NULL: it is about a company alone
    company_id uuid,
    company_key text,
    company_domain text,
    digest text NOT NULL,
    record jsonb NOT NULL,
    PRIMARY KEY (workspace_id, record_id)
);
CREATE INDEX records_by_person ON records (workspace_id, person_id);
CREATE INDEX records_by_company ON records (workspace_id, company_id);
CREATE INDEX records_by_company_key ON records (workspace_id, company_key);
-- `key_id` is a digest, so that the index holds no address. A key that decides has one person; one that only suggests may have many.
CREATE TABLE keys (
    workspace_id uuid NOT NULL,
    key_id uuid NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL,
    PRIMARY KEY (workspace_id, key_id, person_id)
);
"""


def upgrade() -> None:
    baseline.create(op)
    op.execute(TABLES)
    baseline.protect(op, "records", "keys")
