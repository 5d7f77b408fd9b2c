"""Rate limits, cursors and correlation ids, each by itself."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import Invalid
from services.kit.http.edge import correlation_of
from services.kit.http.limits import MOST_BUCKETS, Buckets, TooMany
from services.kit.http.paging import Part, cursor_of

Key = tuple[datetime, UUID]


class Seconds:
    """A clock for rate limits, set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(buckets: Buckets, name: str, most: int) -> int:
    for number in range(most):
        try:
            buckets.take(name)
        except TooMany:
            return number
    return most


def test_a_caller_has_a_burst_and_then_the_rate() -> None:
    seconds = Seconds()
    buckets = Buckets(rate=2, burst=5, seconds=seconds)
    assert taken(buckets, "key:a", 100) == 5
    seconds.now += 1
    assert taken(buckets, "key:a", 100) == 2
    seconds.now += 1000
    assert taken(buckets, "key:a", 100) == 5


def test_callers_do_not_use_up_one_anothers_calls() -> None:
    buckets = Buckets(rate=2, burst=5, seconds=Seconds())
    assert taken(buckets, "key:a", 100) == 5
    assert taken(buckets, "key:b", 100) == 5


def test_a_call_given_back_does_not_count() -> None:
    buckets = Buckets(rate=2, burst=5, seconds=Seconds())
    for _ in range(20):
        buckets.take("key:a")
        buckets.give_back("key:a")
    buckets.give_back("key:a")
    assert taken(buckets, "key:a", 100) == 5


def test_who_is_refused_is_told_how_long_to_wait() -> None:
    seconds = Seconds()
    buckets = Buckets(rate=0.5, burst=1, seconds=seconds)
    buckets.take("key:a")
    with pytest.raises(TooMany) as refused:
        buckets.take("key:a")
    assert refused.value.retry_after == pytest.approx(2)
    seconds.now += refused.value.retry_after
    buckets.take("key:a")
    assert taken(buckets, "key:a", 1) == 0


def test_many_callers_do_not_fill_the_memory() -> None:
    seconds = Seconds()
    buckets = Buckets(rate=10, burst=10, seconds=seconds)
    for number in range(MOST_BUCKETS):
        buckets.take(f"key:{number}")
    seconds.now += 10
    buckets.take("key:new")
    assert len(buckets._buckets) == 1


@given(st.lists(st.tuples(st.datetimes(timezones=st.just(UTC)), st.uuids()), unique=True, max_size=40), st.integers(1, 7))
def test_pages_show_every_item_once_and_in_order(keys: list[Key], limit: int) -> None:
    keys.sort()
    seen: list[Key] = []
    cursor: str | None = None
    while True:
        part = Part(limit, cursor)
        after = part.after(datetime, UUID)
        page = part.page([k for k in keys if after is None or k > after][: limit + 1], lambda key: key)
        seen += page.items
        assert len(page.items) <= limit
        if page.next is None:
            break
        cursor = page.next
    assert seen == keys


@pytest.mark.parametrize("cursor", ["x", "====", "é", cursor_of(["a", "b"]), cursor_of([1]), cursor_of({"a": 1}), cursor_of(None), ""])
def test_a_cursor_that_was_never_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        Part(10, cursor).after(datetime, UUID)


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = Part(1).page([("name", uuid4()), ("other", uuid4())], lambda key: key).next
    with pytest.raises(Invalid, match="cursor"):
        Part(10, cursor).after(datetime, UUID)


@given(st.text())
def test_any_other_text_is_no_cursor(cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        Part(10, cursor).after(datetime, UUID)


def test_a_correlation_id_that_fits_is_taken_over() -> None:
    assert correlation_of("demo-1:step.2") == "demo-1:step.2"


@pytest.mark.parametrize("sent", [None, "", "a b", "a\nb", "<b>", "x" * 129, "é"])
def test_a_correlation_id_that_does_not_fit_is_replaced(sent: str | None) -> None:
    assert UUID(correlation_of(sent))


def test_a_cursor_with_nul_in_it_is_none_that_was_given_out() -> None:
    assert Part(cursor=cursor_of(("a b", 1))).after(str, int) == ("a b", 1)
    with pytest.raises(Invalid, match="begin again"):
        Part(cursor=cursor_of(("a\0b", 1))).after(str, int)
