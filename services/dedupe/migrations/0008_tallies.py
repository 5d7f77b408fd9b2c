"""Counts of what the records of each company say. Descriptions are written in another form from now on: those that there are go, and are
made anew as they are wanted.
"""

from alembic import op

from services.kit import baseline

revision = "dedupe_0008"
down_revision = "dedupe_0007"

TABLES = """
-- How many records mean the company, and for each field: value → how many of these say it (`domain.company.Tally`).
CREATE TABLE tallies (
    workspace_id uuid NOT NULL,
    company_id uuid NOT NULL,
    tally json NOT NULL,
    PRIMARY KEY (workspace_id, company_id)
);
WITH said AS (
    SELECT workspace_id, company_id, field, value, count(*) AS records
    FROM records CROSS JOIN LATERAL (VALUES ('name', record->>'company_name'), ('domain', company_domain),
                                            ('country', record->>'country'), ('city', record->>'city')) AS said (field, value)
    WHERE company_id IS NOT NULL AND value IS NOT NULL
    GROUP BY workspace_id, company_id, field, value),
fields AS (
    SELECT workspace_id, company_id, field, jsonb_object_agg(value, records) AS of FROM said GROUP BY workspace_id, company_id, field),
companies AS (SELECT workspace_id, company_id, jsonb_object_agg(field, of) AS said FROM fields GROUP BY workspace_id, company_id),
sizes AS (SELECT workspace_id, company_id, count(*) AS records FROM records WHERE company_id IS NOT NULL GROUP BY workspace_id, company_id)
INSERT INTO tallies
SELECT workspace_id, company_id, json_build_object('records', records, 'said', coalesce(said, '{}'))
FROM sizes LEFT JOIN companies USING (workspace_id, company_id);
TRUNCATE described;
ALTER TABLE sizes ADD COLUMN mark bigint NOT NULL DEFAULT 0;    -- of who decided there last (`sitting`)
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "records"):
        op.execute(TABLES)
    baseline.protect(op, "tallies")
