"""One service's part of the database: its schema, its two roles, transactions that know their workspace, and sets instead of loops."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import msgspec
import psycopg2.extras
from sqlalchemy import Connection, Engine, Row, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.kit.errors import Unavailable
from services.kit.settings import Settings

psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]

REPEATABLE = {"40001", "40P01", "55P03"}
"""Serialization failure, deadlock, lock not available: the same work succeeds when it is done again."""

PAGE_COST = 1.1
"""Of a page somewhere in a table, as PostgreSQL plans, against the next one: 4 stands for discs that turn, and has it read a whole table
for a batch of a thousand.
"""

RoleName = Literal["worker", "api"]


class Database:
    """Connects as `role` of `service`: `worker` sees all rows, `api` only those of the workspace that the transaction names."""

    def __init__(self, settings: Settings, service: str, role: RoleName = "worker") -> None:
        self.service, self.role = service, role
        self.engine: Engine = create_engine(
            settings.role_url(service, role),
            pool_size=settings.database_pool,
            max_overflow=settings.database_pool,
            pool_pre_ping=role == "api",  # a worker tries again anyway, and would ask before each batch
            pool_timeout=10,
            connect_args={
                "application_name": f"{service}-{role}",
                "options": f"-c search_path={service} -c timezone=UTC -c random_page_cost={PAGE_COST}",
                "connect_timeout": 5,
            },
        )

    @contextmanager
    def transaction(self, workspace_id: UUID | None = None) -> Iterator[Connection]:
        """Commits at the end, rolls back on any error. What may succeed when repeated is raised as Unavailable."""
        with repeatable(), self.engine.begin() as connection:
            if workspace_id is not None:
                run(connection, "SELECT set_config('app.workspace', :id, true)", id=str(workspace_id))
            yield connection

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def repeatable() -> Iterator[None]:
    """Tell apart what the database could not do now from what it will never do."""
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable(f"the database did not answer: {first_line(error)}") from error
    except DBAPIError as error:
        if error.connection_invalidated or getattr(error.orig, "pgcode", None) in REPEATABLE:
            raise Unavailable(f"the transaction has to be repeated: {first_line(error)}") from error
        raise


def first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n", 1)[0]


statement = lru_cache(maxsize=2000)(text)
"""SQL is written in constants: parsing its parameters once is half of what a short statement costs here."""


def rows(connection: Connection, sql: str, **parameters: Any) -> Sequence[Row[Any]]:
    return connection.execute(statement(sql), parameters).fetchall()


def run(connection: Connection, sql: str, **parameters: Any) -> int:
    """Execute and return how many rows it touched."""
    return connection.execute(statement(sql), parameters).rowcount


def as_json(table: Iterable[Mapping[str, Any]]) -> str:
    """Many rows as one parameter, for `json_to_recordset(:name) AS t (column type, …)`: twice as fast as arrays (bench/store.py)."""
    return msgspec.json.encode(list(table)).decode()
