"""Where benchmarks run: on the engines of the tests, with a database and roles of their own that are gone afterwards."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from services.kit.migrate import migrate
from services.kit.settings import Settings
from tests.conftest import Engines, fresh_settings
from tests.engines import running_engines


@contextmanager
def place() -> Iterator[Settings]:
    """Settings of a fresh, migrated database. Topics are made, and deleted, by who needs them."""
    with tempfile.TemporaryDirectory() as folder, running_engines(Path(folder)) as found:
        engines, name = Engines(**found), f"bench_{uuid.uuid4().hex[:8]}"
        admin = create_engine(make_url(engines.database_url).set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        try:
            settings = fresh_settings(engines, name, Path(folder))
            migrate(settings)
            yield settings
        finally:
            with admin.connect() as connection:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
                owned = text("SELECT rolname FROM pg_roles WHERE rolname LIKE :own")
                for [role] in connection.execute(owned, {"own": f"{name}\\_%"}).fetchall():
                    connection.execute(text(f'DROP ROLE IF EXISTS "{role}"'))
            admin.dispose()
