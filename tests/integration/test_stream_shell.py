"""The shell around batches on a real database: effects, position, what was heard and what is parked, all or nothing."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import text

from schemas.accounts import ClientCreated
from schemas.body import PROVIDER
from schemas.envelope import Envelope
from services.kit.codec import Heard, encode
from services.kit.database import Database, rows, run
from services.kit.errors import Rejected, Unavailable
from services.kit.events import Kind, Told, Work
from services.kit.settings import Settings
from services.kit.stream import Handler, Shell, deadletters
from services.kit.stream import positions as places
from services.kit.stream.batch import Batch, Partition
from services.kit.stream.positions import Identity, Moved
from services.kit.stream.redrive import Redriven, redrive
from tests.builders import BED
from tests.chaos.bed import KEYS, TOPIC, effects, event, lay_bed, number_of, numbered, positions, shell_over, write_down

pytestmark = pytest.mark.engines
PLACE = Partition(TOPIC.name, 0)
TABLES = ("effects", "positions", "heard", "parked", "streams", "events", "outbox")
ECHO: Kind[int] = Kind("echo", int, lambda count, _: (count or 0) + 1)


@dataclass(frozen=True)
class Stored:
    offset: int
    key: bytes | None
    value: bytes | None


@pytest.fixture(scope="module")
def laid(module_settings: Settings) -> Iterator[Database]:
    database = lay_bed(module_settings)
    yield database
    database.close()


@pytest.fixture
def database(laid: Database) -> Database:
    """Empty, and with a position at 0."""
    with laid.transaction() as connection:
        for table in TABLES:
            connection.execute(text(f"DELETE FROM {table}"))
        places.stored(connection, BED, [PLACE], Identity("cluster", {TOPIC.name: "topic"}))
    return laid


@pytest.fixture
def shell(module_settings: Settings, database: Database) -> Callable[[Handler], Shell]:
    return lambda handler: shell_over(module_settings, database, handler)


def as_batch(events: Sequence[Envelope | bytes], first: int = 0, key: UUID = KEYS[0]) -> Batch:
    """Events, or bytes that are none and bear `key`, at offsets from `first` on."""
    records = [
        Stored(first + place, str(key).encode(), e) if isinstance(e, bytes) else Stored(first + place, e.stream[7:].encode(), encode(e))
        for place, e in enumerate(events)
    ]
    return Batch(PLACE, first, first + len(records), tuple(records))


def failing_on(unwanted: Callable[[Heard], bool], error: Exception) -> Handler:
    def handler(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
        told = write_down(heard, work)
        if any(unwanted(h) for h in heard):
            raise error
        return told

    return handler


def is_event(key: int, number: int) -> Callable[[Heard], bool]:
    return lambda heard: heard.key == str(KEYS[key]).encode() and number_of(heard) == number


def parked(database: Database) -> list[tuple[str, int]]:
    """Kind and offset of all that is parked, in order."""
    with database.transaction() as connection:
        return [(p.kind, p.offset) for p in deadletters.listed(connection, BED)]


def at(database: Database) -> int:
    return positions(database)[TOPIC.name, 0]


def test_a_batch_has_its_effects_and_moves_the_position(shell: Callable[[Handler], Shell], database: Database) -> None:
    shell(write_down).take(as_batch(numbered(KEYS[:3], range(1, 4))))
    assert effects(database) == {key: [1, 2, 3] for key in KEYS[:3]}
    assert at(database) == 9


def test_a_batch_that_comes_again_is_refused_and_changes_nothing(shell: Callable[[Handler], Shell], database: Database) -> None:
    batch = as_batch(numbered(KEYS[:3], range(1, 4)))
    shell(write_down).take(batch)
    with pytest.raises(Moved):
        shell(write_down).take(batch)
    assert effects(database) == {key: [1, 2, 3] for key in KEYS[:3]}


def test_a_worker_that_lost_its_partition_cannot_store(shell: Callable[[Handler], Shell], database: Database) -> None:
    """It has read a batch; before it stores, the partition's new owner stores another one from the same place."""
    batch, other = as_batch(numbered(KEYS[:2], range(1, 4))), shell(write_down)
    slow = shell(write_down)
    letters = slow.read(batch)
    other.take(as_batch(numbered(KEYS[:2], range(1, 3))))
    with pytest.raises(Moved):
        slow.store(batch, letters)
    assert effects(database) == {key: [1, 2] for key in KEYS[:2]}
    assert at(database) == 4


def test_a_batch_above_the_position_is_refused(shell: Callable[[Handler], Shell], database: Database) -> None:
    with pytest.raises(Moved):
        shell(write_down).take(as_batch(numbered(KEYS[:1], [2]), first=1))
    assert effects(database) == {}


def test_events_published_twice_have_their_effect_once(shell: Callable[[Handler], Shell], database: Database) -> None:
    once = numbered(KEYS[:2], [1, 2])
    shell(write_down).take(as_batch([*once, *once]))
    shell(write_down).take(as_batch([*once, *numbered(KEYS[:2], [3])], first=8))
    assert effects(database) == {key: [1, 2, 3] for key in KEYS[:2]}
    assert at(database) == 14


def test_one_stream_name_in_two_workspaces_is_two_streams(shell: Callable[[Handler], Shell], database: Database) -> None:
    ours = event(KEYS[0], 1)
    theirs = Envelope(**{**{name: getattr(ours, name) for name in ours.__struct_fields__}, "workspace_id": KEYS[1]})
    shell(write_down).take(as_batch([ours, theirs]))
    assert effects(database) == {KEYS[0]: [1, 1]}


def test_an_exception_in_mid_batch_parks_the_one_event_and_those_behind_it(shell: Callable[[Handler], Shell], database: Database) -> None:
    shell(failing_on(is_event(1, 2), KeyError("a bug"))).take(as_batch(numbered(KEYS[:3], range(1, 5))))
    assert effects(database) == {KEYS[0]: [1, 2, 3, 4], KEYS[1]: [1], KEYS[2]: [1, 2, 3, 4]}
    assert parked(database) == [("bug", 4), ("behind", 7), ("behind", 10)]
    assert at(database) == 12


def test_a_bug_is_parked_with_its_traceback(shell: Callable[[Handler], Shell], database: Database) -> None:
    shell(failing_on(is_event(0, 1), KeyError("a bug"))).take(as_batch(numbered(KEYS[:1], [1])))
    with database.transaction() as connection:
        [found] = deadletters.listed(connection, BED)
    assert found.event_id == event(KEYS[0], 1).event_id
    assert "Traceback" in found.reason
    assert traceback.format_exception_only(KeyError("a bug"))[0].strip() in found.reason


def test_a_rejected_event_is_parked_with_its_reason(shell: Callable[[Handler], Shell], database: Database) -> None:
    shell(failing_on(is_event(0, 2), Rejected("no such plan"))).take(as_batch(numbered(KEYS[:2], [1, 2])))
    assert parked(database) == [("rejected", 2)]
    with database.transaction() as connection:
        assert [p.reason for p in deadletters.listed(connection, BED)] == ["no such plan"]


def test_later_batches_of_a_parked_key_wait_in_order(shell: Callable[[Handler], Shell], database: Database) -> None:
    worker = shell(failing_on(is_event(0, 1), Rejected("not yet")))
    worker.take(as_batch(numbered(KEYS[:2], [1])))
    worker.take(as_batch(numbered(KEYS[:2], [2, 3]), first=2))
    assert effects(database) == {KEYS[1]: [1, 2, 3]}
    assert parked(database) == [("rejected", 0), ("behind", 2), ("behind", 4)]


def test_what_cannot_be_decoded_is_parked_by_its_key(shell: Callable[[Handler], Shell], database: Database) -> None:
    shell(write_down).take(as_batch([event(KEYS[0], 1), b"no event", event(KEYS[0], 2), event(KEYS[1], 1)]))
    assert effects(database) == {KEYS[0]: [1], KEYS[1]: [1]}
    assert parked(database) == [("undecodable", 1), ("behind", 2)]
    assert at(database) == 4


def test_a_tombstone_is_no_event(shell: Callable[[Handler], Shell], database: Database) -> None:
    shell(write_down).take(Batch(PLACE, 0, 1, (Stored(0, None, None),)))
    assert parked(database) == [("undecodable", 0)]


def test_unavailable_stores_nothing_and_goes_up(shell: Callable[[Handler], Shell], database: Database) -> None:
    with pytest.raises(Unavailable):
        shell(failing_on(is_event(0, 2), Unavailable("the vault sleeps"))).take(as_batch(numbered(KEYS[:2], [1, 2])))
    assert (effects(database), parked(database), at(database)) == ({}, [], 0)


def test_what_is_unavailable_after_a_bug_leaves_the_halves_before_it_stored(shell: Callable[[Handler], Shell], database: Database) -> None:
    """The position says how far it got; read again from there, everything has its effect once."""
    calls: list[int] = []

    def handler(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
        calls.append(len(heard))
        if len(heard) == 8:
            raise ValueError("too many")
        if len(calls) == 3:
            raise Unavailable("gone for a moment")
        return write_down(heard, work)

    whole = as_batch(numbered(KEYS[:2], range(1, 5)))
    with pytest.raises(Unavailable):
        shell(handler).take(whole)
    assert at(database) == 4
    shell(write_down).take(Batch(PLACE, 4, 8, whole.records[4:]))
    assert effects(database) == {key: [1, 2, 3, 4] for key in KEYS[:2]}


def test_an_error_of_the_database_about_one_event_parks_that_event(shell: Callable[[Handler], Shell], database: Database) -> None:
    def handler(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
        run(work.connection, "SELECT 1 / unnest(CAST(:numbers AS int[]))", numbers=[number_of(h) - 2 for h in heard])
        return write_down(heard, work)

    shell(handler).take(as_batch(numbered(KEYS[:2], [1, 2, 3])))
    assert effects(database) == {key: [1] for key in KEYS[:2]}
    assert parked(database) == [("bug", 2), ("bug", 3), ("behind", 4), ("behind", 5)]


def test_what_a_handler_tells_is_stored_with_its_cause_or_not_at_all(shell: Callable[[Handler], Shell], database: Database) -> None:
    def handler(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
        write_down(heard, work)
        if number_of(heard[-1]) == 3:
            raise Rejected("three is too many")
        body = ClientCreated(client_id=KEYS[9], name="echo", plan="team", licences=1)
        return [Told(ECHO, KEYS[9], body, PROVIDER, because=h.envelope) for h in heard]

    shell(handler).take(as_batch(numbered(KEYS[:1], [1, 2, 3])))
    with database.transaction() as connection:
        told = rows(connection, "SELECT version, meta->>'causation_id' AS cause, meta->>'correlation_id' AS chain FROM events")
    heard = [event(KEYS[0], 1), event(KEYS[0], 2)]
    assert [(row.version, row.cause, row.chain) for row in told] == [
        (place, str(h.event_id), h.correlation_id) for place, h in enumerate(heard, 1)
    ]
    assert effects(database) == {KEYS[0]: [1, 2]}


def test_a_key_is_driven_again_in_order_and_then_goes_on(shell: Callable[[Handler], Shell], database: Database) -> None:
    shell(failing_on(is_event(0, 2), Rejected("not yet"))).take(as_batch(numbered(KEYS[:2], range(1, 5))))
    assert effects(database) == {KEYS[0]: [1], KEYS[1]: [1, 2, 3, 4]}
    mended = shell(write_down)
    assert redrive(mended, TOPIC.name, str(KEYS[0]).encode()) == Redriven(3, 0)
    mended.take(as_batch(numbered(KEYS[:1], [5]), first=8))
    assert effects(database) == {KEYS[0]: [1, 2, 3, 4, 5], KEYS[1]: [1, 2, 3, 4]}
    assert parked(database) == []


def test_what_fails_again_stays_with_those_behind_it(shell: Callable[[Handler], Shell], database: Database) -> None:
    worker = shell(failing_on(lambda heard: number_of(heard) in {2, 3}, Rejected("not yet")))
    worker.take(as_batch(numbered(KEYS[:1], range(1, 5))))
    half = shell(failing_on(is_event(0, 3), Rejected("three is wrong")))
    assert redrive(half, TOPIC.name, str(KEYS[0]).encode()) == Redriven(1, 2, "three is wrong")
    assert effects(database) == {KEYS[0]: [1, 2]}
    assert parked(database) == [("rejected", 2), ("behind", 3)]


def test_a_duplicate_that_was_parked_has_its_effect_once_when_driven_again(shell: Callable[[Handler], Shell], database: Database) -> None:
    again = [*numbered(KEYS[:1], [1, 2]), *numbered(KEYS[:1], [1, 2])]
    shell(failing_on(is_event(0, 1), Rejected("not yet"))).take(as_batch(again))
    assert redrive(shell(write_down), TOPIC.name, str(KEYS[0]).encode()) == Redriven(4, 0)
    assert effects(database) == {KEYS[0]: [1, 2]}


def test_a_dropped_event_is_given_up_and_those_behind_it_go_on(shell: Callable[[Handler], Shell], database: Database) -> None:
    worker = shell(failing_on(is_event(0, 1), Rejected("never")))
    worker.take(as_batch(numbered(KEYS[:1], [1, 2])))
    with database.transaction() as connection:
        first, _ = deadletters.listed(connection, BED)
    assert deadletters.drop(database, BED, first.id).offset == 0
    assert redrive(worker, TOPIC.name, str(KEYS[0]).encode()) == Redriven(1, 0)
    worker.take(as_batch(numbered(KEYS[:1], [1]), first=2))
    assert effects(database) == {KEYS[0]: [2]}
