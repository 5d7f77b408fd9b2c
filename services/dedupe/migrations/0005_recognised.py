"""How many people's records each workspace has, and which of the Provider's persons its own ones are, for that workspace alone."""

from alembic import op

from schemas.body import PROVIDER
from services.kit import baseline

revision = "dedupe_0005"
down_revision = "dedupe_0004"

TABLES = """
CREATE TABLE sizes (
    workspace_id uuid PRIMARY KEY,
    people bigint NOT NULL
);
INSERT INTO sizes SELECT workspace_id, count(*) FROM records WHERE person_id IS NOT NULL GROUP BY workspace_id;
-- The keys that a workspace's own records would have among the Provider's: apart from `keys`, so that they fill no block there.
CREATE TABLE own_keys (
    key bigint NOT NULL,
    record bigint NOT NULL,
    PRIMARY KEY (key, record)
);
CREATE INDEX own_keys_by_record ON own_keys (record);
-- Own person → the Provider's person that they are, as it was told last.
CREATE TABLE recognised (
    workspace_id uuid NOT NULL,
    person_id uuid NOT NULL,
    as_person uuid NOT NULL,
    PRIMARY KEY (workspace_id, person_id)
);
CREATE INDEX recognised_as ON recognised (as_person);
-- Own persons for whom that is to be found out anew.
CREATE TABLE to_recognise (
    workspace_id uuid NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, person_id)
);
-- What has changed of the Provider's persons: keys of records, and the persons that these were and are. Own persons whom that may
-- concern are found by the worker, as who decides for the Provider sees no workspace's.
CREATE TABLE stirred (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    keys bigint[] NOT NULL,
    persons uuid[] NOT NULL
);
INSERT INTO to_recognise SELECT DISTINCT workspace_id, person_id FROM records
WHERE person_id IS NOT NULL AND workspace_id <> '{provider}';
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "records"):
        op.execute(TABLES.replace("{provider}", str(PROVIDER)))
    baseline.protect(op, "sizes", "recognised", "to_recognise")
    baseline.keep_to_workers(op, "own_keys")
