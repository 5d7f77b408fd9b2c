"""A campaign's days: when its window is open, which days are working days. Days are local, times UTC, and both safe across DST."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.campaign import Window

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Working days are the window's weekdays. An hour that a change of clocks skips counts as the one after it; of one that comes
    twice, the first is meant.
    """

    zone: ZoneInfo
    window: Window

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def starts(self, day: date) -> datetime:
        return self.at(day, 0)

    def ends(self, day: date) -> datetime:
        return self.at(day, 24)

    def opens(self, day: date) -> datetime:
        return self.at(day, self.window.opens_hour)

    def closes(self, day: date) -> datetime:
        return self.at(day, self.window.closes_hour)

    def at(self, day: date, hour: int) -> datetime:
        """UTC of this local hour, 24 being the next midnight."""
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone) + (DAY if hour == 24 else timedelta(hours=hour))
        return local.astimezone(UTC)

    def works(self, day: date) -> bool:
        return day.weekday() in self.window.weekdays

    def working_days(self, first: date) -> Iterator[date]:
        """`first` if it is one, and all that follow."""
        day = first
        while True:
            if self.works(day):
                yield day
            day += DAY

    def plus(self, day: date, days: int, *, working: bool) -> date:
        """So many days later; by working days the first one that it takes to count them."""
        if not working:
            return day + days * DAY
        for _ in range(days):
            day = next(self.working_days(day + DAY))
        return day

    def earliest(self, since: datetime, days: int, *, working: bool) -> datetime:
        """The first moment of a step that comes so many days after `since`: without delay at once, else when that day begins."""
        return since if days == 0 else max(since, self.starts(self.plus(self.day_of(since), days, working=working)))

    def window_of(self, day: date, earliest: datetime) -> tuple[datetime, datetime] | None:
        """What is left of the day's window from `earliest` on: opening (included) and closing (not); None if that is nothing."""
        start, end = max(self.opens(day), earliest), self.closes(day)
        return (start, end) if self.works(day) and start < end else None

    def next_window(self, earliest: datetime) -> tuple[datetime, datetime]:
        """The first window that is open at `earliest` or opens after it."""
        return next(self.windows(earliest))

    def windows(self, earliest: datetime) -> Iterator[tuple[datetime, datetime]]:
        for day in self.working_days(self.day_of(earliest)):
            window = self.window_of(day, earliest)
            if window:
                yield window
