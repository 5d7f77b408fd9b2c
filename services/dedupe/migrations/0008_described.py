"""Descriptions are written in another form from now on: those that there are go, and are made anew as they are wanted."""

from alembic import op

revision = "dedupe_0008"
down_revision = "dedupe_0007"


def upgrade() -> None:
    op.execute("TRUNCATE described")
