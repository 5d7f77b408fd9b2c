"""What something was, over time: changes in order, each with the instant from which it held.

A KPI at the end of a day is a fold of what had happened by then. Rows therefore keep what they were, so that an event heard
late from another topic is counted on its own day, and numbers and history do not depend on the order of hearing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

V = TypeVar("V")
Track = tuple[tuple[datetime, V], ...]


def put(track: Track[V], at: datetime, value: V, *, first: V) -> Track[V]:
    """`value` from `at` on, which never lies before the last change: a stream's time does not go back. It began as `first`."""
    if track and track[-1][0] == at:
        track = track[:-1]
    return track if last(track, first) == value else (*track, (at, value))


def last(track: Track[V], first: V) -> V:
    return track[-1][1] if track else first


def was(track: Track[V], at: datetime, *, first: V) -> V:
    """What it was at the end of the instant `at`."""
    for since, value in reversed(track):
        if since <= at:
            return value
    return first


def changes(track: Track[V], since: datetime) -> Iterable[datetime]:
    """The instants from `since` on at which it changed, latest first."""
    for at, _ in reversed(track):
        if at < since:
            return
        yield at
