"""Tables beside the live ones, into which everything is folded anew, and the swap of the two."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine

from services.kit.database import rows, run
from services.kit.settings import Settings

LIVE, ANEW = "kpi", "kpi_anew"
FOLDED = ("workspaces", "campaigns", "contacts", "kin", "recipients", "things", "counters", "tallies", "entries")
"""All that is folded from the topics. What users set, and the event store, stay as they are."""


@contextmanager
def side_tables(settings: Settings) -> Iterator[None]:
    """Made by the owner, as the service's own roles may make none; dropped at the end, whatever happened."""
    engine = create_engine(settings.owner_url)
    try:
        with engine.begin() as connection:
            quote = connection.dialect.identifier_preparer.quote
            worker = quote(settings.role_name(LIVE, "worker"))
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {ANEW} CASCADE")
            connection.exec_driver_sql(f"CREATE SCHEMA {ANEW}")
            for table in FOLDED:
                connection.exec_driver_sql(f"CREATE TABLE {ANEW}.{table} (LIKE {LIVE}.{table} INCLUDING ALL)")
            connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {ANEW} TO {worker}")
            connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {ANEW} TO {worker}")
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {ANEW} CASCADE")
        engine.dispose()


def work_beside(connection: Connection) -> None:
    """From here to the end of the transaction the tables are those beside."""
    run(connection, f"SET LOCAL search_path = {ANEW}")


def swap(connection: Connection) -> None:
    """Put what was folded anew in the place of what is live, within the caller's transaction."""
    run(connection, f"SET LOCAL search_path = {LIVE}")
    for table in FOLDED:
        columns = ", ".join(row.column_name for row in rows(connection, COLUMNS, schema=LIVE, name=table))
        run(connection, f"DELETE FROM {table}")  # noqa: S608 - names from here
        run(connection, f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {ANEW}.{table}")  # noqa: S608


COLUMNS = """
SELECT quote_ident(column_name) AS column_name FROM information_schema.columns
WHERE table_schema = :schema AND table_name = :name AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
