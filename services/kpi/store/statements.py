"""The statements of the batch's rows: each moves a whole set, given as JSON."""

# ruff: noqa: S608 - the statements are put together from the constants of this file alone

WANTED = "json_to_recordset(:wanted) AS wanted (workspace_id uuid, id uuid)"

NEW_CONTACTS = f"""
INSERT INTO contacts (workspace_id, contact_id) SELECT workspace_id, id FROM {WANTED} ON CONFLICT DO NOTHING
"""
CONTACT = """
contacts.workspace_id, contact_id, fold::text AS fold, names, name, title, company, erased, signals::text AS signals,
last_action_at, last_action, last_reply_at, score, reasons::text AS reasons, rescore_at
"""
LOCKED_CONTACTS = f"""
SELECT {CONTACT} FROM contacts JOIN {WANTED} ON contacts.workspace_id = wanted.workspace_id AND contact_id = id
ORDER BY contact_id FOR UPDATE OF contacts
"""
TO_SCORE = f"""
SELECT {CONTACT} FROM contacts WHERE rescore_at <= :now ORDER BY contact_id LIMIT :most FOR UPDATE SKIP LOCKED
"""
SAVE_CONTACTS = """
UPDATE contacts SET fold = new.fold, names = new.names, name = new.name, title = new.title, company = new.company,
    erased = new.erased, signals = new.signals, last_action_at = new.last_action_at, last_action = new.last_action,
    last_reply_at = new.last_reply_at, score = new.score, reasons = new.reasons, rescore_at = new.rescore_at
FROM json_to_recordset(:rows) AS new (
    workspace_id uuid, contact_id uuid, fold json, names text[], name text, title text, company text, erased boolean,
    signals json, last_action_at timestamptz, last_action text, last_reply_at timestamptz, score int, reasons json, rescore_at timestamptz)
WHERE contacts.workspace_id = new.workspace_id AND contacts.contact_id = new.contact_id
"""

KIN = f"""
WITH RECURSIVE family (workspace_id, contact_id) AS (
    SELECT workspace_id, id FROM {WANTED}
    UNION SELECT kin.workspace_id, other_id FROM family JOIN kin USING (workspace_id, contact_id))
SELECT workspace_id, contact_id, other_id FROM family JOIN kin USING (workspace_id, contact_id)
"""
SAVE_KIN = """
INSERT INTO kin (workspace_id, contact_id, other_id)
SELECT workspace_id, contact_id, other_id
FROM json_to_recordset(:rows) AS new (workspace_id uuid, contact_id uuid, other_id uuid) ON CONFLICT DO NOTHING
"""

RECIPIENTS = f"""
SELECT recipients.workspace_id, recipient_id, campaign_id, contact_id, fold::text AS fold
FROM recipients JOIN {WANTED} ON recipients.workspace_id = wanted.workspace_id AND contact_id = id
"""
SAVE_RECIPIENTS = """
INSERT INTO recipients (workspace_id, recipient_id, campaign_id, contact_id, fold, names, touches)
SELECT workspace_id, recipient_id, campaign_id, contact_id, fold, names, touches FROM json_to_recordset(:rows) AS new (
    workspace_id uuid, recipient_id uuid, campaign_id uuid, contact_id uuid, fold json, names text[], touches int)
ON CONFLICT (workspace_id, recipient_id)
DO UPDATE SET fold = EXCLUDED.fold, names = EXCLUDED.names, touches = EXCLUDED.touches
"""

NEW_CAMPAIGNS = f"""
INSERT INTO campaigns (workspace_id, campaign_id, name, state, fold)
SELECT workspace_id, id, '', 'unknown', '{{}}' FROM {WANTED} ON CONFLICT DO NOTHING
"""
# FOR SHARE: while a batch adds a recipient to a campaign, nobody may pause that campaign without seeing the recipient.
HELD_CAMPAIGNS = f"""
SELECT campaign_id FROM campaigns JOIN {WANTED} ON campaigns.workspace_id = wanted.workspace_id AND campaign_id = id
ORDER BY campaign_id FOR SHARE OF campaigns
"""
CAMPAIGNS = f"""
SELECT campaign_id, fold::text AS fold
FROM campaigns JOIN {WANTED} ON campaigns.workspace_id = wanted.workspace_id AND campaign_id = id
"""
LOCKED_CAMPAIGNS = CAMPAIGNS + " ORDER BY campaign_id FOR UPDATE OF campaigns"
SAVE_CAMPAIGNS = """
UPDATE campaigns SET name = new.name, state = new.state, fold = new.fold
FROM json_to_recordset(:rows) AS new (workspace_id uuid, campaign_id uuid, name text, state text, fold json)
WHERE campaigns.workspace_id = new.workspace_id AND campaigns.campaign_id = new.campaign_id
"""
CONTACTS_IN = f"""
SELECT DISTINCT recipients.workspace_id, contact_id
FROM recipients JOIN {WANTED} ON recipients.workspace_id = wanted.workspace_id AND campaign_id = id ORDER BY contact_id
"""

NEW_THINGS = """
INSERT INTO things (workspace_id, kind, id)
SELECT workspace_id, kind, id FROM json_to_recordset(:wanted) AS wanted (workspace_id uuid, kind text, id uuid)
ON CONFLICT DO NOTHING
"""
LOCKED_THINGS = """
SELECT workspace_id, kind, id, fold::text AS fold
FROM things JOIN json_to_recordset(:wanted) AS wanted (workspace_id uuid, kind text, id uuid) USING (workspace_id, kind, id)
ORDER BY kind COLLATE "C", id FOR UPDATE OF things
"""
SAVE_THINGS = """
UPDATE things SET fold = new.fold, state = new.state
FROM json_to_recordset(:rows) AS new (workspace_id uuid, kind text, id uuid, fold json, state text)
WHERE things.workspace_id = new.workspace_id AND things.kind = new.kind AND things.id = new.id
"""

# In order of the key, so that batches that want the same counters wait for one another and lock nobody out.
COUNT = """
INSERT INTO counters (workspace_id, campaign_id, step_id, kpi, began, partition, value)
SELECT workspace_id, campaign_id, step_id, kpi, began, :partition, value FROM json_to_recordset(:rows) AS new (
    workspace_id uuid, campaign_id uuid, step_id text, kpi text, began timestamptz, value bigint)
ORDER BY workspace_id, campaign_id, step_id, kpi, began
ON CONFLICT (workspace_id, campaign_id, step_id, kpi, began, partition)
DO UPDATE SET value = counters.value + EXCLUDED.value
"""
TALLY = """
INSERT INTO tallies (workspace_id, kind, state, partition, value)
SELECT workspace_id, kind, state, :partition, value
FROM json_to_recordset(:rows) AS new (workspace_id uuid, kind text, state text, value bigint)
ORDER BY workspace_id, kind, state
ON CONFLICT (workspace_id, kind, state, partition) DO UPDATE SET value = tallies.value + EXCLUDED.value
"""
ENTER = """
INSERT INTO entries (workspace_id, event_id, contact_id, at, kind, words, text, campaign_id, step_id, channel)
SELECT workspace_id, event_id, contact_id, at, kind, words, text, campaign_id, step_id, channel
FROM json_to_recordset(:rows) AS new (
    workspace_id uuid, event_id uuid, contact_id uuid, at timestamptz, kind text, words text, text text, campaign_id uuid,
    step_id text, channel text)
ON CONFLICT DO NOTHING RETURNING event_id
"""

ZONES = "SELECT workspace_id, time_zone FROM workspaces WHERE workspace_id = ANY(CAST(:wanted AS uuid[]))"
SAVE_ZONES = """
INSERT INTO workspaces (workspace_id, name, time_zone)
SELECT workspace_id, name, time_zone
FROM json_to_recordset(:rows) AS new (workspace_id uuid, name text, time_zone text)
ON CONFLICT (workspace_id) DO UPDATE SET name = EXCLUDED.name, time_zone = EXCLUDED.time_zone
"""
