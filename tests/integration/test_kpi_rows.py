"""The rows in PostgreSQL hold to the same truth as those in memory: they pass the same worlds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from services.kit.database import Database, rows
from services.kit.settings import Settings
from services.kpi.domain.counting import Count
from services.kpi.domain.recount.count import recount
from services.kpi.store.rows import PostgresRows
from tests.builders import codec_over, work_on
from tests.kpi_rows import HANDLER_OF, MemoryRows, by_local_day, hear
from tests.kpi_world import NOW, Happening, Stream, hearings, worlds

pytestmark = pytest.mark.engines

FOLDED = ("workspaces", "campaigns", "contacts", "kin", "recipients", "things", "counters", "tallies", "entries")


@pytest.fixture
def database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    # So that even these small campaigns are restated in several pieces.
    monkeypatch.setattr("services.kpi.store.rows.CHUNK", 1)
    found = Database(settings, "kpi")
    yield found
    found.close()


@st.composite
def heard_worlds(draw: st.DrawFn) -> tuple[list[Stream], list[list[Happening]]]:
    streams = draw(worlds())
    return streams, draw(hearings(streams))


@hypothesis(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(world=heard_worlds())
def test_rows_numbers_and_lists_are_those_of_an_independent_recount(
    world: tuple[list[Stream], list[list[Happening]]], settings: Settings, database: Database
) -> None:
    streams, batches = world
    empty(settings)
    hear_in(settings, database, batches)
    memory = MemoryRows()
    hear(memory, batches)
    truth = recount(happening.raw() for each in streams for happening in each)
    with database.transaction() as connection:
        counted = rows(connection, "SELECT * FROM counters")
        contacts = rows(connection, "SELECT contact_id, names, score, last_action_at, name FROM contacts")
        recipients = rows(connection, "SELECT recipient_id, names, touches FROM recipients")
        tallies = rows(connection, "SELECT workspace_id, kind, state, sum(value) AS n FROM tallies GROUP BY 1, 2, 3")
        [entries] = rows(connection, "SELECT count(*) AS n FROM entries")
    assert by_local_day(counter_of(counted), memory.zones) == dict(truth.numbers)
    assert {str(c.contact_id): set(c.names) for c in contacts if c.names} == {k: n for k, n in truth.contacts.items() if n}
    assert {str(r.recipient_id): set(r.names) for r in recipients if r.names} == truth.recipients
    assert {(str(t.workspace_id), t.kind, t.state): t.n for t in tallies if t.n and t.state != "unknown"} == truth.tallies
    assert {(c.contact_id, c.score, c.last_action_at, c.name) for c in contacts} == {
        (key, lead.level, lead.last_action_at, lead.card.name) for key, lead in memory.contacts.items()
    }
    assert entries.n == len(memory.entries)


def hear_in(settings: Settings, database: Database, batches: Sequence[Sequence[Happening]]) -> None:
    codec = codec_over(settings, database)
    for number, batch in enumerate(batches):
        with database.transaction() as connection:
            work = work_on(connection, codec, NOW)
            handler = HANDLER_OF[batch[0].topic.name]
            work.append(handler([h.heard(number % 4) for h in batch], PostgresRows(connection), NOW))


def counter_of(counted: Sequence[Any]) -> Counter[Count]:
    found: Counter[Count] = Counter()
    for row in counted:
        found[Count(row.workspace_id, row.campaign_id, row.step_id, row.kpi, row.began)] += row.value
    return found


def empty(settings: Settings) -> None:
    engine = create_engine(settings.owner_url)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(f'kpi.{table}' for table in (*FOLDED, 'streams', 'events', 'outbox'))}"))
    engine.dispose()
