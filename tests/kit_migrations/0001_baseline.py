"""The kit's own tables alone, for the kit's tests."""

from alembic import op

from services.kit import baseline

revision = "kit_test_0001"
down_revision = None


def upgrade() -> None:
    baseline.create(op)
