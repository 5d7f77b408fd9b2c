"""Campaigns and recipients as they are read, the due table, and copies of what the planner needs of others."""

from alembic import op

from services.kit import baseline

revision = "campaign_0001"
down_revision = None

OTHERS = """
-- Private data in the clear (subject: the contact): details. Digests name nobody.
CREATE TABLE contacts (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    company_id uuid,
    standing smallint NOT NULL DEFAULT 0,
    details jsonb NOT NULL DEFAULT '{}',
    details_version integer NOT NULL DEFAULT 0,   -- of the contact's stream
    channels text[] NOT NULL DEFAULT '{}',
    digests text[] NOT NULL DEFAULT '{}',
    score smallint,
    merged_into uuid,
    PRIMARY KEY (workspace_id, contact_id)
);
CREATE INDEX contacts_by_digest ON contacts USING gin (digests);
CREATE INDEX contacts_merged ON contacts (workspace_id, merged_into) WHERE merged_into IS NOT NULL;

-- cap is NULL as long as only something else was heard of the sender.
CREATE TABLE senders (
    workspace_id uuid NOT NULL,
    sender_id uuid NOT NULL,
    name text,
    channels text[] NOT NULL DEFAULT '{}',
    cap integer,
    paused boolean NOT NULL DEFAULT false,
    PRIMARY KEY (workspace_id, sender_id)
);
CREATE TABLE suppressions (
    workspace_id uuid NOT NULL,
    suppression_id uuid NOT NULL,
    scope text NOT NULL DEFAULT 'workspace',
    campaign_id uuid,
    digest text NOT NULL DEFAULT '',
    channel text,
    active boolean NOT NULL,
    version integer NOT NULL,                     -- of the suppression's stream
    PRIMARY KEY (workspace_id, suppression_id)
);
CREATE INDEX suppressions_by_digest ON suppressions (digest) WHERE active;

CREATE TABLE workspaces (
    workspace_id uuid PRIMARY KEY,
    client_id uuid NOT NULL,
    time_zone text NOT NULL
);
"""

OWN = """
CREATE TABLE campaigns (
    workspace_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    name text NOT NULL,
    status text NOT NULL,
    version integer NOT NULL,
    channels text[] NOT NULL,
    stop_company_on_reply boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id)
);
CREATE TABLE recipients (
    workspace_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    company_id uuid,
    sender_id uuid NOT NULL,
    sequence_version integer NOT NULL,
    stage text NOT NULL,
    step_id text,
    due_at timestamptz,
    paused boolean NOT NULL,
    exit text,
    enrolled_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, recipient_id),
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns
);
CREATE INDEX recipients_of_campaign ON recipients (workspace_id, campaign_id, recipient_id);
CREATE INDEX recipients_of_contact ON recipients (workspace_id, contact_id);
CREATE INDEX recipients_of_company ON recipients (workspace_id, campaign_id, company_id) WHERE exit IS NULL;

-- One row for each recipient that the planner has to look at, when its time has come.
CREATE TABLE due (
    workspace_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    sender_id uuid NOT NULL,
    step_id text,                                 -- NULL: to be planned, at first or anew
    due_at timestamptz NOT NULL,
    slot_at timestamptz,                          -- the place that a planned e-mail takes under its sender's cap
    since timestamptz NOT NULL,                   -- when the step before was over
    PRIMARY KEY (workspace_id, recipient_id)
) WITH (fillfactor = 80);
CREATE INDEX due_by_time ON due (due_at);
CREATE INDEX due_of_campaign ON due (workspace_id, campaign_id, due_at);
CREATE INDEX due_slots ON due (workspace_id, sender_id, slot_at) WHERE slot_at IS NOT NULL;

-- The e-mails asked for lately: what a sender's cap is held against.
CREATE TABLE asked (
    workspace_id uuid NOT NULL,
    outreach_id uuid NOT NULL,
    sender_id uuid NOT NULL,
    slot_at timestamptz NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, outreach_id)
);
CREATE INDEX asked_by_sender ON asked (workspace_id, sender_id, asked_at);

-- Recipients that have to leave because of something that concerns many: taken out bit by bit by the planner.
CREATE TABLE leaving (
    workspace_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (workspace_id, recipient_id)
);
"""


def upgrade() -> None:
    baseline.create(op)
    op.execute(OTHERS)
    op.execute(OWN)
    baseline.protect(op, "contacts", "senders", "suppressions", "workspaces", "campaigns", "recipients", "due", "asked", "leaving")
