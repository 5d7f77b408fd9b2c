"""Which letters of a batch go to the handler, which are dropped as heard before, and which wait."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.body import PROVIDER
from services.kit.codec import Heard
from services.kit.stream.letters import Fault, Letter, sort, survey
from tests.chaos.bed import KEYS, heard_of, number_of

FAULT = Fault("undecodable", "not an envelope", None)


def sorted_out(letters: list[Letter], last: dict[tuple[int, str], int] | None = None, waiting: set[bytes] | None = None) -> list[str]:
    """`k:n` for the n-th event of key k that is handled, `k!kind` for one that is parked; in order."""
    records = [heard_of(0, 0) if isinstance(letter, Fault) else letter for letter in letters]
    found = sort(records, letters, last or {}, waiting or set())  # type: ignore[arg-type]  # a Heard has offset and key, like a record
    names = {str(key).encode(): str(place) for place, key in enumerate(KEYS)}
    handled = [f"{names[heard.key]}:{number_of(heard)}" for heard in found.heard]
    return handled + [f"{names[record.key or b'']}!{fault.kind}" for record, fault in found.parked]


def address(key: int) -> tuple[int, str]:
    return PROVIDER.int, f"client:{KEYS[key]}"


def test_what_was_heard_before_is_dropped() -> None:
    assert sorted_out([heard_of(0, 1), heard_of(0, 2), heard_of(1, 1)], last={address(0): 1}) == ["0:2", "1:1"]


def test_what_comes_twice_in_a_batch_is_handled_once() -> None:
    assert sorted_out([heard_of(0, 1), heard_of(0, 2), heard_of(0, 1), heard_of(0, 2)]) == ["0:1", "0:2"]


def test_bulk_records_have_no_version_and_are_never_dropped() -> None:
    assert sorted_out([heard_of(0, 1, version=0), heard_of(0, 1, version=0)]) == ["0:1", "0:1"]


def test_events_of_a_parked_key_wait_behind_it_and_others_go_on() -> None:
    letters: list[Letter] = [heard_of(0, 1), heard_of(1, 1), heard_of(0, 2)]
    assert sorted_out(letters, waiting={str(KEYS[0]).encode()}) == ["1:1", "0!behind", "0!behind"]


def test_what_cannot_be_read_parks_its_key_from_there_on() -> None:
    letters: list[Letter] = [heard_of(0, 1), FAULT, heard_of(0, 2), heard_of(1, 1)]
    assert sorted_out(letters) == ["0:1", "1:1", "0!undecodable", "0!behind"]


def test_an_event_heard_before_is_dropped_even_if_its_key_waits() -> None:
    assert sorted_out([heard_of(0, 1)], last={address(0): 1}, waiting={str(KEYS[0]).encode()}) == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=40))
def test_a_batch_surveyed_as_rising_is_all_for_the_handler(events: list[tuple[int, int]]) -> None:
    letters: list[Letter] = [heard_of(key, version + 1, version=version) for key, version in events]
    seen = survey(letters)
    handled = sort([e for e in letters if isinstance(e, Heard)], letters, {}, set()).heard  # type: ignore[misc]  # as above
    assert seen.rising == (len(handled) == len(letters))
    assert seen.last == {address(k): max(v for o, v in events if o == k) for k, version in events if version}
