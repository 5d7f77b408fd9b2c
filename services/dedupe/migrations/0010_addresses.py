"""An address in which somebody else's name stands is nobody's golden one: all persons' fields are chosen anew."""

from alembic import op

from schemas.body import PROVIDER
from services.kit import baseline

revision = "dedupe_0010"
down_revision = "dedupe_0009"

ASK = """
INSERT INTO rechoosing (workspace_id, version)
SELECT '{provider}', coalesce((SELECT (state->>'version')::int FROM streams WHERE stream LIKE 'rules:%'), 0)
WHERE EXISTS (SELECT FROM records WHERE person_id IS NOT NULL)
ON CONFLICT (workspace_id) DO UPDATE SET
    version = EXCLUDED.version, after_workspace = NULL, after_person = NULL, looked_at = 0, changed = 0, finished = false
"""


def upgrade() -> None:
    with baseline.all_rows_seen(op, "records", "streams", "rechoosing"):
        op.execute(ASK.replace("{provider}", str(PROVIDER)))
