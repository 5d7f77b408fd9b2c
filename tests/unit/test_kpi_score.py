"""The lead score, and the days and periods that changes are counted by."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kpi.domain.days import Period, began, start_of
from services.kpi.domain.score import MOST, WORTHS, Signal, add, next_look, score_of

DAY = date(2026, 3, 2)
signals = st.lists(st.tuples(st.sampled_from(sorted(WORTHS)), st.dates(DAY - timedelta(days=400), DAY)), max_size=30)


def counted(given_: list[tuple[str, date]]) -> tuple[Signal, ...]:
    found: tuple[Signal, ...] = ()
    for kind, day in given_:
        found = add(found, kind, day)
    return found


def test_there_is_no_score_before_the_first_signal() -> None:
    assert score_of((), DAY) is None
    assert next_look(None, datetime(2026, 3, 2, 9, tzinfo=UTC)) is None


def test_a_reply_today_scores_five_and_says_why_and_halves_in_thirty_days() -> None:
    reply = (Signal("reply", DAY),)
    today, later = score_of(reply, DAY), score_of(reply, DAY + timedelta(days=30))
    assert today is not None
    assert today.score == 5
    assert today.reasons == ("replied once, on 2026-03-02: 40.0 points",)
    assert later is not None
    assert later.score == 3


def test_one_kind_alone_cannot_reach_the_top() -> None:
    views = score_of((Signal("page_visit", DAY, 1000),), DAY)
    assert views is not None
    assert views.score == 1


@given(signals, st.randoms(use_true_random=False))
def test_the_score_lies_between_one_and_ten_and_the_order_of_signals_does_not_matter(
    given_: list[tuple[str, date]], chance: Random
) -> None:
    shuffled = list(given_)
    chance.shuffle(shuffled)
    score = score_of(counted(given_), DAY)
    assert score == score_of(counted(shuffled), DAY)
    assert (score is None) == (not given_)
    assert score is None or (1 <= score.score <= MOST and score.reasons)


@given(signals, st.integers(0, 300))
def test_a_score_only_falls_by_itself_and_is_looked_at_until_it_lies_at_the_bottom(given_: list[tuple[str, date]], days: int) -> None:
    found = counted(given_)
    before, after = score_of(found, DAY), score_of(found, DAY + timedelta(days=days))
    now = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    if before and after:
        assert after.score <= before.score
        assert next_look(before, now) == (datetime(2026, 3, 3, tzinfo=UTC) if before.score > 1 else None)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period.WEEK, datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (Period.MONTH, datetime(2026, 3, 31, 22, tzinfo=UTC)),
        (Period.QUARTER, datetime(2026, 3, 31, 22, tzinfo=UTC)),
        (Period.YEAR, datetime(2025, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_periods_begin_at_local_midnight_on_either_side_of_a_change_of_clocks(period: Period, expected: datetime) -> None:
    assert start_of(period, datetime(2026, 4, 1, 8, tzinfo=UTC), ZoneInfo("Europe/Rome")) == expected


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(["Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "America/Sao_Paulo", "UTC"]),
    st.sampled_from(Period),
)
def test_what_is_counted_while_the_zone_is_unknown_falls_on_the_right_side_of_every_midnight(
    naive: datetime, zone: str, period: Period
) -> None:
    at, place = naive.replace(tzinfo=UTC), ZoneInfo(zone)
    for now in (at, at + timedelta(days=3)):
        since = start_of(period, now, place)
        assert (began(at, None) >= since) == (began(at, place) >= since)
