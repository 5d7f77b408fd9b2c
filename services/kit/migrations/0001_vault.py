"""The vault: one key per person, record, contact or user; destroying it makes what was sealed with it unreadable."""

from alembic import op

revision = "vault_0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE keys (
            subject text PRIMARY KEY,
            wrapped bytea,               -- NULL once the subject is erased
            made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            destroyed_at timestamptz
        );
    """)
