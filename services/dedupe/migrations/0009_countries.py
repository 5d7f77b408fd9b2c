"""Which domains go with a company's name is counted by country. All records that have a name alone are looked at again."""

from alembic import op

from services.kit import baseline

revision = "dedupe_0009"
down_revision = "dedupe_0008"

TABLES = """
-- Of a record, the domains that go with its company's name are its own and those of its addresses, except providers'.
CREATE TEMPORARY TABLE counted ON COMMIT DROP AS
    SELECT workspace_id, name, coalesce(record->>'country', '') AS country, domain, count(*) AS records
    FROM names JOIN records USING (workspace_id)
    WHERE company_key = name
      AND (company_domain = domain
           OR EXISTS (SELECT FROM jsonb_array_elements_text(record->'emails') AS email (address)
                      WHERE right('.' || split_part(address, '@', 2), length(domain) + 1) = '.' || domain))
    GROUP BY 1, 2, 3, 4;
TRUNCATE names;
ALTER TABLE names ADD COLUMN country text NOT NULL;    -- of who says so; empty where it is not known
ALTER TABLE names DROP CONSTRAINT names_pkey, ADD PRIMARY KEY (workspace_id, name, domain, country);
INSERT INTO names (workspace_id, name, country, domain, records) SELECT workspace_id, name, country, domain, records FROM counted;
ALTER TABLE homes ADD COLUMN country text NOT NULL DEFAULT '';    -- empty: of all countries together
ALTER TABLE homes ALTER COLUMN country DROP DEFAULT;
ALTER TABLE homes DROP CONSTRAINT homes_pkey, ADD PRIMARY KEY (workspace_id, name, country);
INSERT INTO again SELECT arrived FROM records WHERE company_key IS NOT NULL AND company_domain IS NULL ORDER BY arrived
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "records", "names", "homes"):
        op.execute(TABLES)
