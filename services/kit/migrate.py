"""Brings the database to this version: roles, schemas, the vault, and each service's migrations; safe to run again and at once."""

from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from schemas.topics import SERVICES
from services.kit import log
from services.kit.settings import Settings

MIGRATION_LOCK = 7_105_001
VAULT = "vault"


def migrate(settings: Settings) -> list[str]:
    """Run what has not run yet. Returns the schemas that stand."""
    engine = create_engine(settings.owner_url, isolation_level="AUTOCOMMIT")
    done = []
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        for service in SERVICES:
            make_roles(connection, settings, service)
        for schema, folder in [(VAULT, folder_of("kit")), *((name, folder_of(name)) for name in SERVICES)]:
            if folder.is_dir():
                make_schema(connection, settings, schema)
                upgrade(settings, schema, folder)
                done.append(schema)
    engine.dispose()
    log.get(__name__).info("database migrated", schemas=done)
    return done


def folder_of(service: str) -> Path:
    return Path(str(resources.files("services"))) / service / "migrations"


def make_roles(connection: Connection, settings: Settings, service: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    password = settings.database_role_password.get_secret_value().replace("'", "''")
    for role in ("worker", "api"):
        name = settings.role_name(service, role)
        known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}).scalar()
        verb = "ALTER" if known else "CREATE"
        connection.exec_driver_sql(f"{verb} ROLE {quote(name)} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{password}'".replace("%", "%%"))


def make_schema(connection: Connection, settings: Settings, schema: str) -> None:
    """Services work in their own schema; all of them read and add keys in the vault's."""
    quote = connection.dialect.identifier_preparer.quote
    owners = SERVICES if schema == VAULT else (schema,)
    roles = ", ".join(quote(settings.role_name(service, role)) for service in owners for role in ("worker", "api"))
    rights = "SELECT, INSERT, UPDATE" if schema == VAULT else "SELECT, INSERT, UPDATE, DELETE"
    for statement in (
        f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}",
        f"GRANT USAGE ON SCHEMA {quote(schema)} TO {roles}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {quote(schema)} GRANT {rights} ON TABLES TO {roles}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {quote(schema)} GRANT USAGE ON SEQUENCES TO {roles}",
    ):
        connection.exec_driver_sql(statement)


def upgrade(settings: Settings, schema: str, folder: Path, to: str = "heads") -> None:
    engine = create_engine(settings.owner_url)
    with engine.begin() as connection:
        for name, value in (
            ("search_path", schema),
            ("app.worker_role", settings.role_name(schema, "worker")),
            ("app.api_role", settings.role_name(schema, "api")),
        ):
            connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
        config = Config()
        config.set_main_option("script_location", str(folder_of("kit").parent / "alembic"))
        config.set_main_option("version_locations", str(folder))
        config.set_main_option("path_separator", "newline")
        config.attributes.update(connection=connection, schema=schema)
        command.upgrade(config, to)
    engine.dispose()
