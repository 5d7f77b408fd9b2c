"""The lead score, formula 1: what a person did, each worth points that halve in 30 days; whole numbers from 1 to 10.

score = 1 + (sum of points ÷ 10), cut off to a whole number, at most 10. There is none before the first signal. Signals are counted
by kind and UTC day, so that the order of hearing them does not matter.
"""

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

FORMULA = 1
HALF_LIFE = 30.0
"""Days."""
POINTS_A_STEP = 10.0
MOST = 10


class Worth(NamedTuple):
    """Points of one signal, and the most that all of its kind give together."""

    points: float
    most: float
    words: str


WORTHS = {
    "meeting": Worth(60, 60, "booked a meeting"),
    "reply": Worth(40, 60, "replied"),
    "form": Worth(25, 40, "sent a form"),
    "message": Worth(25, 40, "wrote a message"),
    "download": Worth(15, 30, "downloaded a file"),
    "connected": Worth(15, 15, "accepted the LinkedIn invite"),
    "saved": Worth(10, 20, "saved a product to a project"),
    "compared": Worth(10, 20, "compared products"),
    "clicked": Worth(10, 20, "clicked a link"),
    "product_view": Worth(5, 20, "viewed a product"),
    "profile_view": Worth(3, 9, "viewed a profile"),
    "opened": Worth(2, 6, "opened an e-mail"),
    "browsing": Worth(2, 8, "spent time browsing"),
    "page_visit": Worth(2, 8, "visited a page"),
}


class Signal(NamedTuple):
    kind: str
    day: date
    times: int = 1


class Score(NamedTuple):
    score: int
    reasons: tuple[str, ...]
    """The most points first."""


def add(signals: tuple[Signal, ...], kind: str, day: date) -> tuple[Signal, ...]:
    """One more of this kind on this day; sorted, so that equal histories are equal."""
    counted = {(s.kind, s.day): s.times for s in signals}
    counted[kind, day] = counted.get((kind, day), 0) + 1
    return tuple(Signal(k, d, n) for (k, d), n in sorted(counted.items()))


def score_of(signals: Iterable[Signal], today: date) -> Score | None:
    """None before the first signal: not every contact is a Lead."""
    kinds: dict[str, list[Signal]] = {}
    for signal in signals:
        kinds.setdefault(signal.kind, []).append(signal)
    if not kinds:
        return None
    given = sorted(((points(kind, found, today), kind, found) for kind, found in kinds.items()), reverse=True)
    total = sum(each for each, _, _ in given)
    score = min(MOST, 1 + int(total / POINTS_A_STEP))
    return Score(score, tuple(reason(each, kind, found) for each, kind, found in given))


def points(kind: str, signals: Iterable[Signal], today: date) -> float:
    worth = WORTHS[kind]
    # Sorted, as the order of the signals must not show in the last digit.
    fresh = sum(sorted(s.times * halved(max(0, (today - s.day).days)) for s in signals))
    return min(worth.most, round(worth.points * fresh, 6))


def halved(days: int) -> float:
    return math.pow(0.5, days / HALF_LIFE)


def reason(given: float, kind: str, signals: list[Signal]) -> str:
    count, latest = sum(s.times for s in signals), max(s.day for s in signals)
    times = "once" if count == 1 else f"{count} times"
    when = "on" if count == 1 else "last on"
    return f"{WORTHS[kind].words} {times}, {when} {latest.isoformat()}: {given:.1f} points"


def next_look(score: Score | None, now: datetime) -> datetime | None:
    """When decay may next change the score: at the next UTC midnight; never, once it is at its lowest."""
    if score is None or score.score == 1:
        return None
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
