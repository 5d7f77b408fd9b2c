"""Persons of whom no record is left, and the contacts that rested on them."""

from alembic import op

revision = "publish_0002_withdrawn"
down_revision = "publish_0001"

COLUMNS = """
ALTER TABLE persons ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;
-- No source stands behind it: it is gone (then its state says so), or kept as it was approved.
ALTER TABLE contacts ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
