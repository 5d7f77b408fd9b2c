"""What tests stand on: real engines, and for each test that asks a database and topics of its own."""

import base64
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from services.kit.settings import Settings

if TYPE_CHECKING:
    from tests.dedupe_bed import Bed
    from tests.system import System


def pytest_configure(config: pytest.Config) -> None:
    """Temporary files in a folder of this session's own: pytest's common one is closed to other users again whenever another
    session begins, and PostgreSQL, which does not run as root, would lose its data on the way.
    """
    if config.option.basetemp is None:
        config.option.basetemp = tempfile.mkdtemp(prefix="smartleads-tests-")
        config.add_cleanup(lambda: shutil.rmtree(config.option.basetemp, ignore_errors=True))


@dataclass(frozen=True)
class Engines:
    """Where the engines of this test run answer. Mail is GreenMail's: SMTP, IMAP, and its HTTP API where there is one."""

    kafka: str
    database_url: str
    smtp: str
    imap: str


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """Running ones where the environment names them, else Docker's where it answers, else the project's own."""
    from tests.engines import running_engines

    with running_engines(tmp_path_factory.mktemp("engines")) as found:
        yield Engines(**found)


@pytest.fixture(scope="session")
def template(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a migrated database that the tests' own are copied from, which takes a tenth of the time; the roles are for all."""
    from services.kit.migrate import migrate

    name = f"test_{uuid.uuid4().hex[:12]}"
    made = fresh_settings(engines, name, tmp_path_factory.mktemp("template"))
    with admin_of(engines) as admin:
        admin.execute(text(f'CREATE DATABASE "{name}"'))
        try:
            migrate(made)
            yield made
        finally:
            admin.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            for [role] in admin.execute(text("SELECT rolname FROM pg_roles WHERE rolname LIKE :own"), {"own": f"{name}\\_%"}).fetchall():
                admin.execute(text(f'DROP ROLE IF EXISTS "{role}"'))


@pytest.fixture
def settings(engines: Engines, template: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a migrated database and topics of this test's own; dropped at the end. Topics are made by who needs them."""
    with own_database(engines, template, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def module_settings(engines: Engines, template: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The same for all tests of one module, which keep apart by their workspaces and clients."""
    with own_database(engines, template, tmp_path_factory.mktemp("module")) as made:
        yield made


@pytest.fixture(scope="module")
def dedupe_bed(module_settings: Settings) -> "Iterator[Bed]":
    """Tests keep apart by `elsewhere`."""
    from tests.dedupe_bed import make_bed

    made = make_bed(module_settings)
    yield made
    made.database.close()


@contextmanager
def own_database(engines: Engines, template: Settings, home: Path) -> Iterator[Settings]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    with admin_of(engines) as admin:
        admin.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template.owner_url.database}"'))
        try:
            yield fresh_settings(engines, name, home).model_copy(update={"database_role_prefix": template.database_role_prefix})
        finally:
            admin.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@contextmanager
def admin_of(engines: Engines) -> Iterator[Connection]:
    url = make_url(engines.database_url).set(drivername="postgresql+psycopg2")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def fresh_settings(engines: Engines, name: str, home: Path) -> Settings:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    url = make_url(engines.database_url).set(database=name)
    return Settings(
        home=home,
        kafka_bootstrap=engines.kafka,
        kafka_topic_prefix=f"{name}.",
        database_url=SecretStr(url.render_as_string(hide_password=False)),
        database_role_prefix=name,
        database_role_password=SecretStr("for-tests"),
        master_key=SecretStr(base64.b64encode(os.urandom(32)).decode()),
        token_private_key=SecretStr(base64.b64encode(key.private_bytes_raw()).decode()),
        token_public_key=base64.b64encode(key.public_key().public_bytes_raw()).decode(),
    )


@pytest.fixture(scope="session")
def demo_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator["System"]:
    """The whole system with the demo's data. One for all tests; those that change something leave the rest as they found it."""
    from tests.system import demo_run

    with demo_run(tmp_path_factory.mktemp("demo") / "home") as system:
        yield system
