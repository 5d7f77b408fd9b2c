"""The directory folded from the events, and what no event holds: password hashes, sessions, digests of keys.

All of it belongs to the Provider, so the workspace does not tell who sees what. Its rows are of clients, and a transaction
of the API sees those of the client that `app.client` names, all where it names `*` (log-in, the gateway's check, operators),
and none where it names nothing. The Provider's own rows bear its reserved id as their client.
"""

from alembic import op

from services.kit import baseline

revision = "accounts_0001"
down_revision = None

TABLES = """
CREATE TABLE clients (
    client_id uuid PRIMARY KEY,
    name text NOT NULL,
    plan text NOT NULL,
    licences integer NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE workspaces (
    workspace_id uuid PRIMARY KEY,
    client_id uuid NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX workspaces_of_client ON workspaces (client_id, name, workspace_id);
CREATE INDEX workspaces_by_name ON workspaces (name, workspace_id);
-- Name and address in the clear; subject: user:user_id.
CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    client_id uuid NOT NULL,
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    licensed boolean NOT NULL DEFAULT false,
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
);
CREATE INDEX users_of_client ON users (client_id, name, user_id);
CREATE TABLE roles (
    user_id uuid NOT NULL REFERENCES users,
    client_id uuid NOT NULL,
    role text NOT NULL,
    workspace_id uuid REFERENCES workspaces,
    UNIQUE NULLS NOT DISTINCT (user_id, role, workspace_id)
);
CREATE INDEX roles_in_workspace ON roles (workspace_id);
-- `version` grows with each change of password or disabling: sessions of an older one are over.
CREATE TABLE logins (
    user_id uuid PRIMARY KEY REFERENCES users,
    client_id uuid NOT NULL,
    password_hash text NOT NULL,
    version integer NOT NULL DEFAULT 1
);
CREATE TABLE sessions (
    digest bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    client_id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE TABLE api_keys (
    key_id uuid PRIMARY KEY,
    client_id uuid NOT NULL,
    workspace_id uuid REFERENCES workspaces,
    role text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_keys_of_client ON api_keys (client_id, name, key_id);
CREATE TABLE key_secrets (
    digest bytea PRIMARY KEY,
    key_id uuid NOT NULL UNIQUE REFERENCES api_keys,
    client_id uuid NOT NULL,
    prefix text NOT NULL,
    last_used_at timestamptz
);
"""

OWN = ("clients", "workspaces", "users", "roles", "logins", "sessions", "api_keys", "key_secrets")


def upgrade() -> None:
    baseline.create(op)
    op.execute(TABLES)
    for table in OWN:
        op.execute(f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
            CREATE POLICY own_client ON {table} USING (current_setting('app.client', true) IN ('*', client_id::text));
            DO $$ BEGIN
                EXECUTE format('CREATE POLICY all_rows ON {table} TO %I USING (true)', current_setting('app.worker_role'));
            END $$;
        """)
