"""Sender's tables: accounts, what is to be sent and how far it has got, suppressions, mailboxes and what came into them."""

from alembic import op

from services.kit import baseline

revision = "sender_0001"
down_revision = None

DIRECTORY = """
CREATE TABLE workspaces (
    workspace_id uuid PRIMARY KEY,
    client_id uuid NOT NULL,
    time_zone text NOT NULL
);
CREATE TABLE licences (
    user_id uuid PRIMARY KEY,
    client_id uuid NOT NULL
);
-- Halted: nothing of it goes out until it goes on.
CREATE TABLE campaigns (
    workspace_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    name text NOT NULL DEFAULT '',
    halted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (workspace_id, campaign_id)
);
"""

SENDERS = """
-- Name and addresses in the clear; subject: user:user_id. Passwords inside smtp and imap are encrypted.
CREATE TABLE senders (
    workspace_id uuid NOT NULL,
    sender_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    name text NOT NULL,
    email text,
    linkedin text,
    channels text[] NOT NULL,
    daily_cap integer NOT NULL,
    smtp jsonb,
    imap jsonb,
    sent_folder text,
    tracking boolean NOT NULL,
    paused text,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Of its server for sending: connections that failed in a row, why, and until when it is left alone.
    failures integer NOT NULL DEFAULT 0,
    trouble text,
    cooling_until timestamptz
);
CREATE INDEX senders_of_workspace ON senders (workspace_id, sender_id);
"""

OUTREACH = """
-- What is to be sent, or done by a person. Addresses and texts in the clear; subject: contact:contact_id.
CREATE TABLE outreach (
    workspace_id uuid NOT NULL,
    outreach_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    step_id text NOT NULL,
    channel text NOT NULL,
    act text NOT NULL,
    sender_id uuid NOT NULL,
    due_on date NOT NULL,
    address text,
    to_name text,
    subject text,
    text text NOT NULL,
    message_id text NOT NULL,
    links text[] NOT NULL,
    -- By what suppressions find it.
    keys text[] NOT NULL,
    PRIMARY KEY (outreach_id, workspace_id),
    UNIQUE (message_id, workspace_id)
);
CREATE INDEX outreach_by_key ON outreach USING gin (keys);
CREATE INDEX outreach_by_address ON outreach (sender_id, address);
CREATE INDEX outreach_by_contact ON outreach (workspace_id, contact_id);
CREATE INDEX outreach_by_campaign ON outreach (workspace_id, campaign_id);
-- How far each has got: apart, so that the steps of the protocol do not copy texts.
CREATE TABLE sends (
    workspace_id uuid NOT NULL,
    outreach_id uuid NOT NULL,
    sender_id uuid NOT NULL,
    stage text NOT NULL CHECK (stage IN ('planned', 'claimed', 'handing_over', 'deferred', 'accepted', 'rejected', 'in_doubt',
                                         'withdrawn', 'open')),
    token bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    unwanted text,
    reason text,
    -- By the service's clock; all others here are real time.
    handed_at timestamptz,
    PRIMARY KEY (outreach_id, workspace_id),
    FOREIGN KEY (outreach_id, workspace_id) REFERENCES outreach
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX sends_due ON sends (sender_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX sends_handing_over ON sends (next_at) WHERE stage = 'handing_over';
CREATE INDEX sends_in_doubt ON sends (workspace_id, outreach_id) WHERE stage = 'in_doubt';
CREATE INDEX sends_open ON sends (workspace_id, sender_id) WHERE stage = 'open';
"""

SUPPRESSIONS = """
-- Who must not be contacted: what publish tells, and until it does, what was heard here. Digests only.
CREATE TABLE suppressions (
    workspace_id uuid NOT NULL,
    suppression_id uuid NOT NULL,
    scope text NOT NULL,
    campaign_id uuid,
    key text NOT NULL,
    channel text,
    reason text NOT NULL,
    heard_here boolean NOT NULL,
    PRIMARY KEY (workspace_id, suppression_id)
);
CREATE INDEX suppressions_by_key ON suppressions (key);
"""

MAIL = """
-- How far each mailbox was read. UIDs mean something only together with the mailbox's UIDVALIDITY.
CREATE TABLE mailboxes (
    workspace_id uuid NOT NULL,
    sender_id uuid PRIMARY KEY REFERENCES senders,
    uid_validity bigint NOT NULL DEFAULT 0,
    next_uid bigint NOT NULL DEFAULT 0,
    read_at timestamptz,
    trouble text
);
-- Every mail seen, by its Message-ID (or a digest of it where it has none). Raw and thus in the clear only where it concerns an
-- outreach; subject: contact:contact_id.
CREATE TABLE mails (
    workspace_id uuid NOT NULL,
    sender_id uuid NOT NULL,
    identity text NOT NULL,
    outreach_id uuid,
    contact_id uuid,
    meaning text NOT NULL,
    classifier integer NOT NULL,
    size integer NOT NULL,
    received_at timestamptz NOT NULL,
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    raw bytea,
    PRIMARY KEY (workspace_id, sender_id, identity)
);
CREATE INDEX mails_by_contact ON mails (workspace_id, contact_id);
-- Every opening and click as it came, to be judged anew when the rule changes.
CREATE TABLE hits (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL,
    outreach_id uuid NOT NULL,
    purpose text NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    user_agent text,
    by_machine boolean NOT NULL,
    rule integer NOT NULL
);
CREATE INDEX hits_by_outreach ON hits (workspace_id, outreach_id);
"""

BY_WORKSPACE = ("workspaces", "campaigns", "senders", "outreach", "sends", "suppressions", "mailboxes", "mails", "hits")


def upgrade() -> None:
    baseline.create(op)
    for part in (DIRECTORY, SENDERS, OUTREACH, SUPPRESSIONS, MAIL):
        op.execute(part)
    baseline.protect(op, *BY_WORKSPACE)
    # Of licences, a workspace sees those of its own client.
    op.execute("""
        ALTER TABLE licences ENABLE ROW LEVEL SECURITY;
        ALTER TABLE licences FORCE ROW LEVEL SECURITY;
        CREATE POLICY own_client ON licences USING (client_id IN (SELECT client_id FROM workspaces));
        DO $$ BEGIN
            EXECUTE format('CREATE POLICY all_rows ON licences TO %I USING (true)', current_setting('app.worker_role'));
        END $$;
    """)
