"""Whatever order the topics are heard in, and however often: the same rows, numbers, history and lists as an independent recount."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kpi.domain.board import FOR_EVER
from services.kpi.domain.counting import NO_CAMPAIGN
from services.kpi.domain.recipient import action_required
from services.kpi.domain.recount.count import recount
from services.kpi.domain.status import ACTION_REQUIRED, CAMPAIGN, LEADS, STANDINGS, names_of
from tests.kpi_rows import MemoryRows, by_local_day, hear, without_times
from tests.kpi_world import Happening, Stream, hearings, worlds

MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def heard_worlds(draw: st.DrawFn, times: int = 1) -> tuple[list[Stream], list[list[list[Happening]]]]:
    streams = draw(worlds())
    return streams, [draw(hearings(streams)) for _ in range(times)]


@MANY
@given(heard_worlds())
def test_numbers_of_every_day_and_lists_equal_an_independent_recount(
    world: tuple[list[Stream], list[list[list[Happening]]]],
) -> None:
    streams, [batches] = world
    rows = MemoryRows()
    hear(rows, batches)
    truth = recount(happening.raw() for each in streams for happening in each)
    assert by_local_day(rows.counters, rows.zones) == dict(truth.numbers)
    assert {str(key): set(lead.names) for key, lead in rows.contacts.items() if lead.names} == {
        key: names for key, names in truth.contacts.items() if names
    }
    assert {
        str(key): set(names_of(r.plan)) | ({ACTION_REQUIRED} if action_required(r, FOR_EVER) else set())
        for key, r in rows.recipients.items()
        if r.plan.at
    } == truth.recipients
    tallies = {(str(t.workspace_id), t.kind, t.state): n for t, n in rows.tallies.items() if n and t.state != "unknown"}
    assert tallies == dict(truth.tallies)


@MANY
@given(heard_worlds(times=2))
def test_the_order_of_hearing_and_hearing_twice_change_nothing(
    world: tuple[list[Stream], list[list[list[Happening]]]],
) -> None:
    _, [one_way, other_way] = world
    one, other = MemoryRows(), MemoryRows()
    hear(one, one_way)
    hear(other, other_way)
    hear(other, one_way)
    assert without_times(one) == without_times(other)
    assert by_local_day(one.counters, one.zones) == by_local_day(other.counters, other.zones)
    assert +one.tallies == +other.tallies


@MANY
@given(heard_worlds())
def test_the_numbers_that_must_add_up_do_at_every_moment(world: tuple[list[Stream], list[list[list[Happening]]]]) -> None:
    _, [batches] = world
    rows = MemoryRows()
    for batch in batches:
        hear(rows, [batch])
        numbers: Counter[tuple[bool, str]] = Counter()
        for count, by in rows.counters.items():
            if not count.step_id:
                numbers[count.campaign_id == NO_CAMPAIGN, count.kpi] += by
        lead = {name: numbers[True, name] for name in LEADS}
        assert lead["active"] + lead["inactive"] == lead["all"]
        assert lead["on_track"] + lead["off_track"] + lead["waiting"] == lead["active"]
        assert sum(numbers[False, name] for name in STANDINGS) == numbers[False, "recipients"]
        assert all(numbers[False, name] >= 0 for name in CAMPAIGN)
        for name in LEADS:
            assert lead[name] == sum(name in row.names for row in rows.contacts.values())
