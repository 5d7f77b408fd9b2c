"""Contacts that no source stands behind any more: they are known, and not written to."""

from alembic import op

revision = "campaign_0002_withdrawn"
down_revision = "campaign_0001"


def upgrade() -> None:
    # NULL: nothing was said of it.
    op.execute("ALTER TABLE contacts ADD COLUMN withdrawn boolean")
