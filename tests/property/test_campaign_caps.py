"""At most its daily cap of a sender's e-mails in any 24 hours: as planned, and as asked for whatever the clock does."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.campaign.domain.plan import Book, place_in_windows
from tests.campaigns import CALENDAR, MONDAY, days

WEEKS = 21 * 24 * 60
moments = st.integers(0, WEEKS).map(lambda minute: MONDAY + timedelta(minutes=minute))


def holds(times: Sequence[datetime], cap: int) -> bool:
    """Any `cap + 1` in a row are at least 24 hours from first to last."""
    ordered = sorted(times)
    return all(last - first >= days(1) for first, last in zip(ordered, ordered[cap:], strict=False))


@given(st.integers(1, 6), st.lists(st.tuples(moments, st.booleans()), max_size=60))
def test_plans_keep_to_the_cap_in_whatever_order_they_are_made(cap: int, wanted: list[tuple[datetime, bool]]) -> None:
    book, placed = Book.of(cap), list[datetime]()
    for number, (earliest, only_first) in enumerate(wanted):
        at = place_in_windows(book, CALENDAR, earliest, f"r{number}", only_first=only_first)
        if at is not None:
            day = CALENDAR.day_of(at)
            assert at >= earliest
            assert CALENDAR.works(day)
            assert CALENDAR.opens(day) <= at < CALENDAR.closes(day)
            placed.append(at)
        else:
            assert only_first
    assert holds(placed, cap)


@given(st.integers(1, 5), st.lists(st.tuples(moments, st.booleans()), max_size=40))
def test_places_given_back_and_taken_again_keep_to_the_cap(cap: int, wanted: list[tuple[datetime, bool]]) -> None:
    book, placed = Book.of(cap), list[datetime]()
    for number, (earliest, gives_back) in enumerate(wanted):
        if gives_back and placed:
            book.free(placed.pop(number % len(placed)))
        at = place_in_windows(book, CALENDAR, earliest, f"r{number}", only_first=False)
        assert at is not None
        placed.append(at)
        assert holds(placed, cap)


@given(st.integers(1, 5), st.lists(st.integers(1, 40 * 60), max_size=40), st.integers(1, 8))
def test_what_is_asked_for_keeps_to_the_cap_however_the_clock_jumps(cap: int, jumps: list[int], wanted: int) -> None:
    """At each stop of the clock `wanted` more are due."""
    now, book, asked, waiting = MONDAY, Book.of(cap), list[datetime](), 0
    for minutes in jumps:
        now += timedelta(minutes=minutes)
        waiting += wanted
        while waiting and book.may_ask_at(now) == now:
            book.ask(now)
            asked.append(now)
            waiting -= 1
        if waiting:
            free_at = book.may_ask_at(now)
            assert free_at is not None
            assert now < free_at <= now + days(1)
    assert holds(asked, cap)


@given(st.integers(1, 4), st.lists(moments, max_size=25), moments, st.integers(1, 12 * 60))
def test_a_window_is_called_full_only_when_no_second_of_it_has_room(cap: int, taken: list[datetime], start: datetime, minutes: int) -> None:
    book = Book.of(cap, [at for at in taken if Book.of(cap).place(at, at + timedelta(seconds=1), 0)])
    end = start + timedelta(minutes=minutes)
    room = [at for at in range(int(start.timestamp()), int(end.timestamp()), 60) if book.fits(at)]
    assert (book.place(start, end, 0.37) is None) <= (room == [])
