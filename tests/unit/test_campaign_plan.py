"""Places under a cap."""

from datetime import datetime

from services.campaign.domain.plan import Book, chance_of, place_in_windows
from tests.campaigns import CALENDAR, MONDAY, days, hours

EVENING = MONDAY + hours(8)


def test_chance_picks_the_place_while_the_cap_allows() -> None:
    assert Book.of(1).place(MONDAY, EVENING, 0.5) == MONDAY + hours(4)


def test_of_two_exactly_a_day_apart_only_one_counts() -> None:
    book = Book.of(1, [MONDAY + hours(4)])
    assert book.place(MONDAY, EVENING, 0.5) is None
    assert book.place(MONDAY + days(1), EVENING + days(1), 0.0) == MONDAY + days(1) + hours(4)


def test_a_place_before_one_that_is_taken_counts_it_too() -> None:
    book = Book.of(1, [MONDAY + days(1)])
    assert book.place(MONDAY + hours(1), EVENING, 0.5) is None
    assert book.place(MONDAY, EVENING, 0.5) == MONDAY


def test_a_full_sender_uses_its_cap_on_every_working_day() -> None:
    book = Book.of(20)
    places = [place_in_windows(book, CALENDAR, MONDAY, f"r{n}", only_first=False) for n in range(100)]
    by_day = [CALENDAR.day_of(at) for at in places if at]
    assert {by_day.count(day) for day in set(by_day)} == {20}
    assert max(by_day) == CALENDAR.day_of(MONDAY + days(4))


def test_who_may_only_have_the_next_window_gets_none_when_it_is_full() -> None:
    book = Book.of(2)
    places = [place_in_windows(book, CALENDAR, MONDAY, f"r{n}", only_first=True) for n in range(3)]
    assert [at is None for at in places] == [False, False, True]


def test_without_a_cap_nothing_has_a_place() -> None:
    book = Book.of(0)
    assert place_in_windows(book, CALENDAR, MONDAY, "r", only_first=False) is None
    assert book.may_ask_at(MONDAY) is None


def test_a_place_given_back_is_free_again() -> None:
    book = Book.of(1, [MONDAY + hours(1)])
    assert book.place(MONDAY, EVENING, 0.9) is None
    book.free(MONDAY + hours(1))
    assert book.place(MONDAY, EVENING, 0.5) == MONDAY + hours(4)


def test_one_more_may_be_asked_for_when_the_oldest_is_a_day_old() -> None:
    book = Book.of(2, asked=[MONDAY - hours(3), MONDAY - hours(2)])
    assert book.may_ask_at(MONDAY) == MONDAY + hours(21)
    assert book.may_ask_at(MONDAY + hours(21)) == MONDAY + hours(21)
    book.ask(MONDAY + hours(21))
    assert book.may_ask_at(MONDAY + hours(21)) == MONDAY + hours(22)


def test_the_same_seed_has_the_same_chance_and_others_have_others() -> None:
    chances = [chance_of("recipient", number) for number in range(1000)]
    assert chances == [chance_of("recipient", number) for number in range(1000)]
    assert len(set(chances)) == 1000
    assert 0.45 < sum(chances) / 1000 < 0.55
    assert all(0 <= chance < 1 for chance in chances)


def test_places_are_spread_over_the_window() -> None:
    book = Book.of(1000)
    places = [place_in_windows(book, CALENDAR, MONDAY, f"r{n}", only_first=True) for n in range(400)]
    found = [at for at in places if at is not None]
    assert all(MONDAY <= at < EVENING for at in found)
    assert all(60 < len(in_hour(found, MONDAY + hours(h), MONDAY + hours(h + 2))) < 140 for h in (0, 2, 4, 6))


def in_hour(places: list[datetime], start: datetime, end: datetime) -> list[datetime]:
    return [at for at in places if start <= at < end]
