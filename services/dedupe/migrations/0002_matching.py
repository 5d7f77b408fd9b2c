"""What the learned model needs: blocking keys of all kinds, scored links, numbers of what companies are called, what was learned, and what
is to be looked at again. Records that are there already are all looked at again.
"""

from alembic import op

from services.kit import baseline

revision = "dedupe_0002"
down_revision = "dedupe_0001"

TABLES = """
DROP TABLE keys;
ALTER TABLE records ADD COLUMN keys bigint[] NOT NULL DEFAULT '{}';
CREATE UNIQUE INDEX records_by_number ON records (arrived);
-- Digests of workspace and key → numbers of records (`arrived`). No address stands in it, nor in `shared` and `again`: these three are
-- the same for all, and lead only to records, of which everybody sees their own.
CREATE TABLE keys (
    key bigint NOT NULL,
    record bigint NOT NULL,
    PRIMARY KEY (key, record)
);
-- Keys of phones and mailboxes that several people have: they say nothing about who somebody is.
CREATE TABLE shared (
    key bigint PRIMARY KEY
);
-- Pairs that may be one person, each from both sides. `bits`: log2 of the odds. `apart`: these are two persons as it stands.
CREATE TABLE links (
    workspace_id uuid NOT NULL,
    record bigint NOT NULL,
    other bigint NOT NULL,
    bits double precision NOT NULL,
    apart boolean NOT NULL,
    PRIMARY KEY (record, other)
);
CREATE INDEX links_apart ON links (workspace_id, bits DESC, record DESC, other DESC) WHERE apart AND record < other;
-- What people decided on two records, from both sides: that these are one person, that they are two, or (NULL) that no earlier judgement
-- on the pair holds. Of several, the last holds; where that is taken back, the one before.
CREATE TABLE decided (
    workspace_id uuid NOT NULL,
    record bigint NOT NULL,
    other bigint NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY,
    same boolean,
    judgement_id uuid NOT NULL,
    PRIMARY KEY (record, other, place)
);
CREATE INDEX decided_by_judgement ON decided (judgement_id);
-- Questions that were put off.
CREATE TABLE postponed (
    workspace_id uuid NOT NULL,
    record bigint NOT NULL,
    other bigint NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (record, other)
);
-- What is compared of a record, as one version of what was learned describes it: many times cheaper to read than to make.
CREATE TABLE described (
    workspace_id uuid NOT NULL,
    record bigint PRIMARY KEY,
    version integer NOT NULL,
    digest text NOT NULL,
    written bytea NOT NULL
);
-- How many records say that a company of this name has this domain.
CREATE TABLE names (
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    domain text NOT NULL,
    records integer NOT NULL,
    PRIMARY KEY (workspace_id, name, domain)
);
-- Versions of what was learned (`linkage.knowledge`), the last in use.
CREATE TABLE knowledge (
    version integer PRIMARY KEY,
    learned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    records bigint NOT NULL,
    written bytea NOT NULL
);
-- Numbers of records that are to be looked at again.
CREATE TABLE again (
    record bigint PRIMARY KEY
);
INSERT INTO again SELECT arrived FROM records WHERE person_id IS NOT NULL;
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "records"):
        op.execute(TABLES)
    baseline.protect(op, "links", "names", "decided", "postponed", "described")
