"""The rows that the KPIs are folded into, the counters, the timelines, and what users set on the Leads page."""

from alembic import op

from services.kit import baseline

revision = "kpi_0001"
down_revision = None

FOLDED = """
CREATE TABLE workspaces (
    workspace_id uuid PRIMARY KEY,
    name text NOT NULL,
    time_zone text NOT NULL
);
CREATE TABLE campaigns (
    workspace_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    fold json NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id)
);
-- One row per contact; `names` are the Leads KPIs that it is counted in: the counters move by what is added and taken there.
CREATE TABLE contacts (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    fold json,
    names text[] NOT NULL DEFAULT '{}',
    name text,                -- private, as are title and company: services/kpi/private.py
    title text,
    company text,
    erased boolean NOT NULL DEFAULT false,
    signals json,
    last_action_at timestamptz,
    last_action text,
    last_reply_at timestamptz,
    score integer,
    reasons json,
    rescore_at timestamptz,
    -- The score, halved for every 14 days since the last action, as a logarithm: its order does not depend on the time of asking.
    combined double precision GENERATED ALWAYS AS (
        ln(score) / ln(2) + extract(epoch FROM last_action_at AT TIME ZONE 'UTC') / 1209600
    ) STORED,
    PRIMARY KEY (workspace_id, contact_id)
) WITH (fillfactor = 80);
CREATE INDEX contacts_by_action ON contacts (workspace_id, coalesce(last_action_at, 'epoch'), contact_id);
CREATE INDEX contacts_by_score ON contacts (workspace_id, coalesce(score, 0), contact_id);
CREATE INDEX contacts_by_both ON contacts (workspace_id, coalesce(combined, 0), contact_id);
CREATE INDEX contacts_to_score ON contacts (rescore_at) WHERE rescore_at IS NOT NULL;
-- Pairs of contacts of which one was ever merged into the other, both ways round.
CREATE TABLE kin (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    other_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, other_id)
);
-- One row per recipient; `names` as in contacts, each as `step|kpi`.
CREATE TABLE recipients (
    workspace_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    fold json NOT NULL,
    names text[] NOT NULL,
    touches integer NOT NULL,
    PRIMARY KEY (workspace_id, recipient_id)
) WITH (fillfactor = 80);
CREATE INDEX recipients_by_contact ON recipients (workspace_id, contact_id);
CREATE INDEX recipients_by_campaign ON recipients (workspace_id, campaign_id, contact_id);
-- What is beside contacts and recipients: persons, companies, imports, outreach, segments, lists, senders, suppressions.
CREATE TABLE things (
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    id uuid NOT NULL,
    fold json,
    state text,
    PRIMARY KEY (workspace_id, kind, id)
) WITH (fillfactor = 80);
CREATE INDEX imports ON things (workspace_id, id) WHERE kind = 'import';
"""

COUNTED = """
-- A number is the sum of its parts; its change since an instant is the sum of those whose local day began since. The workspace's own
-- numbers have the campaign 0 and no step. `partition` is that of the batch, so that two batches seldom want the same row.
CREATE TABLE counters (
    workspace_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    step_id text NOT NULL,
    kpi text NOT NULL,
    began timestamptz NOT NULL,
    partition integer NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id, step_id, kpi, began, partition)
) WITH (fillfactor = 80);
CREATE TABLE tallies (
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    partition integer NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (workspace_id, kind, state, partition)
) WITH (fillfactor = 80);
CREATE TABLE entries (
    workspace_id uuid NOT NULL,
    event_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    words text NOT NULL,
    text text,                -- private: what was written
    campaign_id uuid,
    step_id text,
    channel text,
    PRIMARY KEY (workspace_id, event_id)
);
CREATE INDEX entries_by_contact ON entries (workspace_id, contact_id, at, event_id);
"""

SET_BY_USERS = """
-- Not folded from events: what users did on the Leads page. A rebuild leaves these alone.
CREATE TABLE archived (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, contact_id)
);
CREATE TABLE seen (
    workspace_id uuid NOT NULL,
    actor text NOT NULL,
    contact_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, actor, contact_id)
);
CREATE TABLE preferences (
    workspace_id uuid NOT NULL,
    actor text NOT NULL,
    leads json NOT NULL,
    PRIMARY KEY (workspace_id, actor)
);
"""

OWN = (
    "workspaces", "campaigns", "contacts", "kin", "recipients", "things", "counters", "tallies", "entries",
    "archived", "seen", "preferences",
)  # fmt: skip


def upgrade() -> None:
    baseline.create(op)
    for part in (FOLDED, COUNTED, SET_BY_USERS):
        op.execute(part)
    baseline.protect(op, *OWN)
