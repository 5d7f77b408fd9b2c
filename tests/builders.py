"""Short ways to the things that many tests need."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, create_engine

from services.kit.codec import Codec
from services.kit.database import Database
from services.kit.events import Work
from services.kit.migrate import make_schema, upgrade
from services.kit.settings import Settings
from services.kit.vault import Vault

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, well away from any change of clocks."""


BED = "dashboard"
"""The service whose schema the kit's tests use: it has roles, and no tables of its own."""


def make_bed(settings: Settings, role: str = "worker") -> Database:
    """A schema with the kit's tables and nothing else."""
    engine = create_engine(settings.owner_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        make_schema(connection, settings, BED)
    engine.dispose()
    upgrade(settings, BED, Path(__file__).parent / "kit_migrations")
    return Database(settings, BED, "api" if role == "api" else "worker")


def codec_over(settings: Settings, database: Database) -> Codec:
    return Codec(Vault(database, settings.master_key_bytes))


def work_on(connection: Connection, codec: Codec, now: datetime = MONDAY, actor: str = "service:test") -> Work:
    return Work(connection, codec, now, actor, f"test-{uuid4()}")
