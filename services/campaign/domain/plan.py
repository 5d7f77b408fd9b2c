"""Where in time a sender's e-mails go: at most its daily cap in any 24 hours, spread over the window by a seeded chance."""

import hashlib
from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.campaign.domain.calendar import Calendar

ROLLING = 24 * 3600
"""Seconds of the window over which a cap holds; of two e-mails exactly that far apart only one counts."""
HORIZON = timedelta(days=400)
"""What finds no place within it is looked at again later."""


@dataclass
class Book:
    """One sender's e-mails, in whole seconds since 1970 and in order: those planned or asked for by their due times, and when they
    were asked for.

    The first keep plans within the cap. The second hold it against whatever time did since: a stopped clock, a pause, an outage.
    """

    cap: int
    planned: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    _full: dict[int, int] = field(default_factory=dict)
    """By a window's end: from when on no place was found in it. Adding e-mails never makes room, so it stays true."""

    @classmethod
    def of(cls, cap: int, planned: Iterable[datetime] = (), asked: Iterable[datetime] = ()) -> "Book":
        return cls(cap, sorted(map(seconds, planned)), sorted(map(next_second, asked)))

    def place(self, start: datetime, end: datetime, chance: float) -> datetime | None:
        """Take a place in [start, end): by chance (0 to 1) if the cap allows, else the first that it does; None if there is none."""
        first, last = next_second(start), seconds(end)
        if self.cap <= 0 or first >= last or self._full.get(last, last) <= first:
            return None
        found = self._found(first, last, first + int(chance * (last - first)))
        if found is None:
            self._full[last] = first
            return None
        insort(self.planned, found)
        return datetime.fromtimestamp(found, UTC)

    def _found(self, first: int, last: int, wanted: int) -> int | None:
        if self.fits(wanted):
            return wanted
        # The first place in each stretch of free time is where the window ends of an e-mail planned before.
        ends = (at + ROLLING for at in self.planned[bisect_right(self.planned, first - ROLLING - 1) :])
        for at in (first, *ends):
            if at >= last:
                return None
            if self.fits(at):
                return at
        return None

    def fits(self, at: int) -> bool:
        """Whether no 24 hours would hold more than the cap with one more at this second."""
        place, times = bisect_right(self.planned, at), self.planned
        for begin in range(max(0, place - self.cap), place + 1):
            end = begin + self.cap
            if end > len(times):
                break
            first = times[begin] if begin < place else at
            last = times[end - 1] if end > place else at
            if last - first < ROLLING:
                return False
        return True

    def free(self, at: datetime) -> None:
        """Give back a planned place."""
        if seconds(at) in self.planned:
            self.planned.remove(seconds(at))
            self._full.clear()

    def may_ask_at(self, now: datetime) -> datetime | None:
        """The first moment from `now` on at which one more may be asked for: now itself below the cap; None if never."""
        if self.cap <= 0:
            return None
        recent = self.asked[bisect_right(self.asked, seconds(now) - ROLLING) :]
        if len(recent) < self.cap:
            return now
        return datetime.fromtimestamp(recent[-self.cap] + ROLLING, UTC)

    def ask(self, now: datetime) -> None:
        insort(self.asked, next_second(now))


def seconds(at: datetime) -> int:
    return int(at.timestamp() // 1)


def next_second(at: datetime) -> int:
    return -int(-at.timestamp() // 1)


def chance_of(*seed: object) -> float:
    """From 0 to below 1; the same for the same seed, in every process."""
    digest = hashlib.sha256("/".join(map(str, seed)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def place_in_windows(book: Book, calendar: Calendar, earliest: datetime, seed: str, *, only_first: bool) -> datetime | None:
    """A place in the first window with room from `earliest` on; with `only_first` in the next window or not at all."""
    for start, end in calendar.windows(earliest):
        at = book.place(start, end, chance_of(seed, start.date()))
        if at is not None or only_first or start > earliest + HORIZON:
            return at
    raise AssertionError("there is always another window")
