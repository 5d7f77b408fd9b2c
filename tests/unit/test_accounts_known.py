"""The gateway's check remembers callers for a moment, and forgets them when anything changes."""

from uuid import uuid4

import pytest

from schemas.accounts import Role
from services.accounts.known import SECONDS, KnownCallers
from services.kit.errors import Unauthenticated
from services.kit.http import Caller

CALLER = Caller(f"user:{uuid4()}", Role.MEMBER)
ASKED = (b"digest", None)


class Seconds:
    """A clock set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Finder:
    """Counts how often it was asked."""

    asked = 0

    def __call__(self) -> Caller:
        self.asked += 1
        return CALLER


def test_a_caller_is_looked_up_once_in_a_moment() -> None:
    seconds, finder = Seconds(), Finder()
    known = KnownCallers(seconds)
    assert [known.get(ASKED, finder) for _ in range(3)] == [CALLER] * 3
    assert finder.asked == 1
    seconds.now += SECONDS
    known.get(ASKED, finder)
    assert finder.asked == 2


def test_a_caller_elsewhere_is_another_question() -> None:
    finder, known = Finder(), KnownCallers(Seconds())
    known.get(ASKED, finder)
    known.get((b"digest", uuid4()), finder)
    assert finder.asked == 2


def test_who_is_refused_is_asked_about_again() -> None:
    known = KnownCallers(Seconds())

    def refuse() -> Caller:
        raise Unauthenticated("no")

    with pytest.raises(Unauthenticated):
        known.get(ASKED, refuse)
    assert known.get(ASKED, Finder()) == CALLER


def test_after_a_change_everybody_is_asked_about_again() -> None:
    finder, known = Finder(), KnownCallers(Seconds())
    known.get(ASKED, finder)
    known.forget()
    known.get(ASKED, finder)
    assert finder.asked == 2


def test_what_was_found_before_a_change_does_not_outlive_it() -> None:
    finder, known = Finder(), KnownCallers(Seconds())

    def overtaken() -> Caller:
        known.forget()
        return CALLER

    known.get(ASKED, overtaken)
    known.get(ASKED, finder)
    assert finder.asked == 1
