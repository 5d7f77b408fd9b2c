"""Migrations by an owner who is no superuser, of a database that holds rows: what moves with them are the rows of all workspaces."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text

from schemas.body import PROVIDER
from schemas.topics import SERVICES
from services.kit import migrate
from services.kit.database import Database, rows, run
from services.kit.settings import Settings
from tests.conftest import Engines, admin_of, fresh_settings

pytestmark = pytest.mark.engines


@pytest.fixture
def owned(engines: Engines, tmp_path: Path) -> Iterator[Settings]:
    """An empty database of an owner who may make roles, and nothing else of a superuser's."""
    name = f"owned_{uuid4().hex[:12]}"
    with admin_of(engines) as admin:
        admin.execute(text(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'for-tests'"))
        admin.execute(text(f"CREATE DATABASE {name} OWNER {name}"))
        try:
            made = fresh_settings(engines, name, tmp_path)
            url = make_url(made.database_url.get_secret_value()).set(username=name, password="for-tests")
            yield made.model_copy(update={"database_url": SecretStr(url.render_as_string(hide_password=False))})
        finally:
            admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            for role in admin.execute(text("SELECT rolname FROM pg_roles WHERE rolname LIKE :name"), {"name": f"{name}%"}).scalars().all():
                admin.execute(text(f"DROP OWNED BY {role} CASCADE"))
                admin.execute(text(f"DROP ROLE {role}"))


def test_rows_of_all_workspaces_are_moved(owned: Settings) -> None:
    with create_engine(owned.owner_url, isolation_level="AUTOCOMMIT").connect() as connection:
        for service in SERVICES:
            migrate.make_roles(connection, owned, service)
        for schema, of, to in (("vault", "kit", "heads"), ("dedupe", "dedupe", "dedupe_0004")):
            migrate.make_schema(connection, owned, schema)
            migrate.upgrade(owned, schema, migrate.folder_of(of), to)
    database, here = Database(owned, "dedupe"), uuid4()
    with database.transaction() as worker:
        for workspace_id in (PROVIDER, here):
            run(
                worker,
                """INSERT INTO records (workspace_id, record_id, person_id, company_id, company_key, company_domain, digest, record)
                   VALUES (:w, :id, :id, :id, 'acme', 'acme.com', 'x',
                           '{"company_name": "Acme", "city": null, "country": "DE", "emails": ["a@mail.acme.io", "a@xacme.com"]}')""",
                w=workspace_id, id=uuid4(),
            )  # fmt: skip
            run(
                worker,
                "INSERT INTO names (workspace_id, name, domain, records) SELECT :w, 'acme', unnest(array['acme.com', 'acme.io']), 1",
                w=workspace_id,
            )
        run(
            worker,
            """INSERT INTO events (workspace_id, stream, version, type, key, event_id, body, meta, occurred_at)
               VALUES (:w, :s, 1, 'PersonsJudged', 'k', :id, CAST(:body AS json), '{"correlation_id": "c", "actor": "user:1"}', now())""",
            w=PROVIDER, s="judgement:1", id=uuid4(), body=f'{{"judgement_id": "{here}"}}',
        )  # fmt: skip
        run(
            worker,
            "INSERT INTO streams (workspace_id, stream, state) VALUES (:w, :s, '{\"verdict\": \"same\"}')",
            w=PROVIDER, s=f"judgement:{here}",
        )  # fmt: skip
        run(
            worker,
            "INSERT INTO decided (workspace_id, record, other, same, judgement_id) VALUES (:w, 1, 2, true, :j), (:w, 1, 3, NULL, :j)",
            w=PROVIDER, j=here,
        )  # fmt: skip
        run(worker, "INSERT INTO postponed (workspace_id, record, other, until) VALUES (:w, 1, 2, now())", w=PROVIDER)
    migrate.upgrade(owned, "dedupe", migrate.folder_of("dedupe"))
    with database.transaction() as worker:
        assert {row.workspace_id: row.people for row in rows(worker, "SELECT workspace_id, people FROM sizes")} == {PROVIDER: 1, here: 1}
        assert [row.workspace_id for row in rows(worker, "SELECT workspace_id FROM to_recognise")] == [here]
        assert len(rows(worker, "SELECT FROM again")) == 2
        tallies = {row.workspace_id: row.tally for row in rows(worker, "SELECT workspace_id, tally FROM tallies")}
        said = {"records": 1, "said": {"name": {"Acme": 1}, "domain": {"acme.com": 1}, "country": {"DE": 1}}}
        assert tallies == {PROVIDER: said, here: said}
        named = rows(worker, "SELECT name, country, domain, sum(records) AS records FROM names GROUP BY 1, 2, 3 ORDER BY 3")
        assert [tuple(row) for row in named] == [("acme", "DE", "acme.com", 2), ("acme", "DE", "acme.io", 2)]
        [pass_] = rows(worker, "SELECT version, looked_at, finished FROM rechoosing")
        assert tuple(pass_) == (0, 0, False)
        assert [(row.judgement_id, row.by) for row in rows(worker, "SELECT judgement_id, judgements.by FROM judgements")] == [
            (here, "user:1")
        ]
        assert [row.same for row in rows(worker, "SELECT same FROM decided")] == [True, True]
        assert {(row.record, row.other) for row in rows(worker, "SELECT record, other FROM postponed")} == {(1, 2), (2, 1)}
        forced = rows(worker, "SELECT relforcerowsecurity AS forced FROM pg_class WHERE relname IN ('records', 'events')")
        assert {row.forced for row in forced} == {True}
    database.close()
