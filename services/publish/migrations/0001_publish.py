"""Publish's tables: golden copies, segments, contacts, lists, suppressions, and how far a review has got."""

from alembic import op

from services.kit import baseline

revision = "publish_0001"
down_revision = None

GOLDEN = """
CREATE TABLE workspaces (
    workspace_id uuid PRIMARY KEY,
    client_id uuid NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL
);
CREATE INDEX workspaces_by_client ON workspaces (client_id);
-- Copies of what dedupe tells; under the Provider's id, or under that of the workspace whose own import they are of.
-- `version` is that of the last event heard of each, so that what is heard again changes nothing.
CREATE TABLE companies (
    workspace_id uuid NOT NULL,
    company_id uuid NOT NULL,
    version integer NOT NULL,
    details jsonb,
    merged_into uuid,
    PRIMARY KEY (workspace_id, company_id)
);
CREATE INDEX companies_merged ON companies (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE persons (
    workspace_id uuid NOT NULL,
    person_id uuid NOT NULL,
    version integer NOT NULL,
    company_id uuid,
    details jsonb,
    merged_into uuid,
    PRIMARY KEY (workspace_id, person_id)
);
CREATE INDEX persons_by_company ON persons (company_id);
CREATE INDEX persons_merged ON persons (workspace_id, merged_into) WHERE merged_into IS NOT NULL;
"""

SEGMENTS = """
CREATE TABLE segments (
    workspace_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    name text NOT NULL,
    rule jsonb NOT NULL,
    retired boolean NOT NULL DEFAULT false,
    PRIMARY KEY (workspace_id, segment_id)
);
-- Workspaces whose segments have changed: all known persons are looked at again, in chunks, from this place on.
CREATE TABLE reviews (
    workspace_id uuid PRIMARY KEY,
    after_scope uuid,
    after_person uuid
);
"""

CONTACTS = """
CREATE TABLE contacts (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    person_id uuid NOT NULL,
    company_id uuid,
    origin text NOT NULL,
    state text NOT NULL,
    published boolean NOT NULL DEFAULT false, -- ever: the workspace's people see it from then on
    segment_ids uuid[] NOT NULL,              -- that it matches now, with the reasons
    reasons text[] NOT NULL,
    details jsonb NOT NULL,
    email boolean NOT NULL,
    verified boolean NOT NULL,
    social boolean NOT NULL,
    name text NOT NULL,
    search text NOT NULL,
    marks text[] NOT NULL,                    -- digests with which suppressions are compared
    why text,                                 -- of an exclusion
    merged_into uuid,
    score smallint,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, contact_id)
);
CREATE INDEX contacts_by_person ON contacts (person_id);
CREATE INDEX contacts_by_name ON contacts (workspace_id, name, contact_id);
CREATE INDEX contacts_by_state ON contacts (workspace_id, state, contact_id);

CREATE TABLE lists (
    workspace_id uuid NOT NULL,
    list_id uuid NOT NULL,
    name text NOT NULL,
    origin text NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, list_id)
);
CREATE UNIQUE INDEX lists_by_name ON lists (workspace_id, lower(name));
CREATE TABLE list_members (
    workspace_id uuid NOT NULL,
    list_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, list_id, contact_id),
    FOREIGN KEY (workspace_id, list_id) REFERENCES lists,
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts
);
CREATE INDEX list_members_by_contact ON list_members (workspace_id, contact_id);
"""

SUPPRESSIONS = """
CREATE TABLE suppressions (
    workspace_id uuid NOT NULL,
    suppression_id uuid NOT NULL,
    scope text NOT NULL,
    campaign_id uuid,
    by text NOT NULL,
    digest text NOT NULL,
    contact_id uuid,
    channel text,
    reason text NOT NULL,
    source text NOT NULL,
    value text,                               -- as people entered it
    active boolean NOT NULL,
    settled boolean NOT NULL,                 -- whether contacts and the client's other workspaces have followed
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, suppression_id)
);
CREATE INDEX suppressions_by_digest ON suppressions (workspace_id, digest) WHERE active;
CREATE INDEX suppressions_of_contacts ON suppressions (workspace_id, contact_id) WHERE active;
CREATE INDEX suppressions_unsettled ON suppressions (workspace_id) WHERE NOT settled;
"""

TABLES = ("workspaces", "companies", "persons", "segments", "reviews", "contacts", "lists", "list_members", "suppressions")


def upgrade() -> None:
    baseline.create(op)
    for part in (GOLDEN, SEGMENTS, CONTACTS, SUPPRESSIONS):
        op.execute(part)
    baseline.protect(op, *TABLES)
