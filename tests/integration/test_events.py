"""The event store on a real PostgreSQL."""

import threading
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import ProgrammingError

from schemas.accounts import ClientCreated, UserCreated
from schemas.body import PROVIDER
from services.kit.database import Database, rows
from services.kit.events import Kind, Told
from services.kit.settings import Settings
from tests.builders import BED, codec_over, make_bed, work_on

pytestmark = pytest.mark.engines


@dataclass(frozen=True)
class Tally:
    names: tuple[str, ...] = ()


def evolve(tally: Tally | None, event: ClientCreated) -> Tally:
    return Tally((*(tally.names if tally else ()), event.name))


def evolve_user(_: Tally | None, event: UserCreated) -> Tally:
    return Tally((event.name or "",))


CLIENT: Kind[Tally] = Kind("client", Tally, evolve)
USER: Kind[Tally] = Kind("user", Tally, evolve_user)


def created(client_id: UUID, name: str, workspace_id: UUID = PROVIDER) -> Told:
    return Told(CLIENT, client_id, ClientCreated(client_id=client_id, name=name, plan="team", licences=3), workspace_id)


@pytest.fixture
def database(settings: Settings) -> Database:
    return make_bed(settings)


def test_events_are_folded_into_the_state_of_their_stream(settings: Settings, database: Database) -> None:
    codec, key = codec_over(settings, database), uuid4()
    with database.transaction() as connection:
        work = work_on(connection, codec)
        assert work.load(CLIENT, [key], PROVIDER) == {key: None}
        envelopes = work.append([created(key, "Acme"), created(key, "Acme Ltd")])
    assert [envelope.version for envelope in envelopes] == [1, 2]
    with database.transaction() as connection:
        assert work_on(connection, codec).load(CLIENT, [key], PROVIDER) == {key: Tally(("Acme", "Acme Ltd"))}
        assert [row.n for row in rows(connection, "SELECT count(*) AS n FROM outbox")] == [2]


def test_two_who_append_to_one_stream_wait_for_one_another(settings: Settings, database: Database) -> None:
    codec, key = codec_over(settings, database), uuid4()

    def append_twenty(name: str) -> None:
        for _ in range(20):
            with database.transaction() as connection:
                work = work_on(connection, codec)
                work.load(CLIENT, [key], PROVIDER)
                work.append([created(key, name)])

    threads = [threading.Thread(target=append_twenty, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as connection:
        stored = rows(connection, "SELECT version FROM events ORDER BY position")
    assert [row.version for row in stored] == list(range(1, 61))


def test_nothing_is_stored_when_the_work_fails(settings: Settings, database: Database) -> None:
    codec, key = codec_over(settings, database), uuid4()

    def append_and_fail() -> None:
        with database.transaction() as connection:
            work_on(connection, codec).append([created(key, "Acme")])
            raise LookupError

    with pytest.raises(LookupError):
        append_and_fail()
    with database.transaction() as connection:
        assert rows(connection, "SELECT 1 FROM events UNION ALL SELECT 1 FROM outbox UNION ALL SELECT 1 FROM streams") == []


def test_the_api_sees_only_its_workspace_and_none_without(settings: Settings, database: Database) -> None:
    codec, mine, other = codec_over(settings, database), uuid4(), uuid4()
    with database.transaction() as connection:
        work_on(connection, codec).append([created(uuid4(), "Mine", mine), created(uuid4(), "Theirs", other)])
    api = Database(settings, BED, "api")
    with api.transaction(mine) as connection:
        assert {row.workspace_id for row in rows(connection, "SELECT workspace_id FROM events")} == {mine}
    with api.transaction() as connection:
        assert rows(connection, "SELECT workspace_id FROM events") == []
    with pytest.raises(ProgrammingError, match="row-level security"), api.transaction(mine) as connection:
        work_on(connection, codec).append([created(uuid4(), "Smuggled", other)])
    with pytest.raises(ProgrammingError, match="permission denied"), api.transaction(mine) as connection:
        rows(connection, "SELECT 1 FROM positions")


def test_what_identifies_a_person_is_stored_sealed_and_gone_with_its_key(settings: Settings, database: Database) -> None:
    codec, key = codec_over(settings, database), uuid4()
    body = UserCreated(user_id=key, name="Ann Lee", email="ann@example.org")
    with database.transaction() as connection:
        [envelope] = work_on(connection, codec).append([Told(USER, key, body, PROVIDER)])
        [row] = rows(connection, "SELECT body::text || meta::text AS stored FROM events")
    assert "Ann" not in row.stored
    assert "example.org" not in row.stored
    assert codec.open([envelope]) == [(body, False)]
    codec._vault.destroy([f"user:{key}"])
    assert codec_over(settings, database).open([envelope]) == [(UserCreated(user_id=key), True)]
