"""The tables that every event-sourced service has, and the row-level security of all tables; used by the services' migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Operations(Protocol):
    """What this needs of alembic's `op`."""

    def execute(self, sqltext: str) -> None: ...


EVENT_STORE = """
-- One row per stream: its head is the version of its last event, its state what all its events fold to.
CREATE TABLE streams (
    workspace_id uuid NOT NULL,
    stream text NOT NULL,
    head integer NOT NULL DEFAULT 0,
    state json,
    PRIMARY KEY (workspace_id, stream)
) WITH (fillfactor = 60);  -- rows change with every event: room beside them spares the index
CREATE TABLE events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    key text NOT NULL,
    event_id uuid NOT NULL,
    body json NOT NULL,   -- json, not jsonb: what is published is to the letter what is stored
    meta json NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (workspace_id, stream, version)
);
-- Positions still to be published; deleted on the broker's ack.
CREATE TABLE outbox (
    position bigint PRIMARY KEY,
    workspace_id uuid NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
"""

INBOX = """
-- How far this service has got in each partition it hears; moved in the transaction of the batch's effects.
CREATE TABLE positions (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    cluster_id text NOT NULL,
    topic_id text NOT NULL,
    PRIMARY KEY (consumer, topic, partition)
);
-- The last version heard of each stream: what comes again is dropped.
CREATE TABLE heard (
    topic text COLLATE "C" NOT NULL,
    workspace_id uuid NOT NULL,
    stream text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (topic, workspace_id, stream)
) WITH (fillfactor = 80);
-- Dead letters, and those that wait behind them because they have the same key.
CREATE TABLE parked (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea NOT NULL,
    event_id uuid,
    kind text NOT NULL CHECK (kind IN ('rejected', 'bug', 'undecodable', 'behind')),
    reason text NOT NULL,
    record bytea NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX parked_by_key ON parked (consumer, topic, key, id);
"""

REQUESTS = """
-- Answers already given to POSTs that bore an Idempotency-Key.
CREATE TABLE idempotency (
    workspace_id uuid NOT NULL,
    key text NOT NULL,
    route text NOT NULL,
    request_digest text NOT NULL,
    status integer NOT NULL,
    response jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, key, route)
);
CREATE INDEX idempotency_by_age ON idempotency (workspace_id, created_at);
"""

BY_WORKSPACE = ("streams", "events", "outbox", "idempotency")
WORKERS_ONLY = ("positions", "heard", "parked")


def create(op: Operations) -> None:
    """Make the tables of the event store, the inbox and the requests in the service's schema."""
    for part in (EVENT_STORE, INBOX, REQUESTS):
        op.execute(part)
    protect(op, *BY_WORKSPACE)
    keep_to_workers(op, *WORKERS_ONLY)


def protect(op: Operations, *tables: str) -> None:
    """Let `api` see only the rows of the transaction's workspace (none if it names none), and `worker` all."""
    for table in tables:
        op.execute(f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
            CREATE POLICY own_workspace ON {table} USING (workspace_id = NULLIF(current_setting('app.workspace', true), '')::uuid);
            DO $$ BEGIN
                EXECUTE format('CREATE POLICY all_rows ON {table} TO %I USING (true)', current_setting('app.worker_role'));
            END $$;
        """)


@contextmanager
def all_rows_seen(op: Operations, *tables: str) -> Iterator[None]:
    """Within it, the owner who migrates sees these tables' rows of all workspaces, which policies keep from them too."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def keep_to_workers(op: Operations, *tables: str) -> None:
    """Tables that hold no workspace's data are not for the API's role at all."""
    for table in tables:
        op.execute(f"""
            DO $$ BEGIN
                EXECUTE format('REVOKE ALL ON {table} FROM %I', current_setting('app.api_role'));
            END $$;
        """)
