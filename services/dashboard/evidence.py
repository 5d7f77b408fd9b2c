"""What speaks for and against two persons' being one, as the review shows it: the waterfall as a picture, and the fields side by side."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from services.dashboard.words import DETAILS

WIDTH = 1000.0
"""Of the picture, in its own units; it is as wide as there is room."""
MARGIN = 0.04
"""Of the width, so that no bar ends at the edge."""
ALIKE = 0.5
"""Values that have less in common than this are marked whole, not letter by letter."""
Piece = tuple[str, bool]
"""A part of a value, and whether the other side lacks it."""


class Bar(NamedTuple):
    """One row of the waterfall. `left`, `right` are places in the picture, the bar's two sides; as are the sum before and after it."""

    name: str
    level: str
    bits: float
    left: float
    right: float
    start: float
    end: float


class Waterfall(NamedTuple):
    bars: Sequence[Bar]
    total: Bar
    zero: float
    threshold: float


def waterfall(question: Mapping[str, Any]) -> Waterfall:
    """Each bar begins where the last one ended; where the last one ends is the sum. `question`: dedupe's CompareView."""
    sums, threshold = [0.0], float(question["threshold"])
    for bar in question["waterfall"]:
        sums.append(sums[-1] + float(bar["bits"]))
    low, high = min(*sums, threshold), max(*sums, threshold)
    room = (high - low or 1.0) * MARGIN

    def at(bits: float) -> float:
        return round(WIDTH * (bits - low + room) / (high - low + 2 * room), 1)

    def drawn(name: str, level: str, before: float, after: float) -> Bar:
        return Bar(name, level, after - before, at(min(before, after)), at(max(before, after)), at(before), at(after))

    steps = zip(question["waterfall"], sums, sums[1:], strict=False)
    bars = [drawn(plain(bar["field"]), bar["level"], before, after) for bar, before, after in steps]
    return Waterfall(bars, drawn("All together", question["odds"], 0.0, sums[-1]), at(0.0), at(threshold))


def plain(field: str) -> str:
    """Dedupe's name of a field as it begins a line. Dedupe has some twice, for two at one company: that is no news to who reads both."""
    name = field.partition(",")[0]
    return "Before anything is compared" if name == "prior" else name[:1].upper() + name[1:]


class Turn(NamedTuple):
    """What one field would have to be for the two to be judged otherwise."""

    field: str
    now: str
    then: str
    odds: str


def turns(question: Mapping[str, Any]) -> list[Turn]:
    return [Turn(plain(t["field"]), t["now"], t["if_it_were"], t["odds"]) for t in question["what_would_turn_it"]]


class Row(NamedTuple):
    """A field of two persons, and of the one that they would be; each value in pieces. `how`: same, differs, or only (one has it)."""

    name: str
    how: str
    one: Sequence[Piece]
    other: Sequence[Piece]
    merged: str | None


def side_by_side(one: Mapping[str, Any], other: Mapping[str, Any], merged: Mapping[str, Any] | None) -> list[Row]:
    """Of the details of two persons, the fields that one of them has. Fields that this page has no name for are shown by their own."""
    skipped = INNER | (HALVES if one.get("full_name") or other.get("full_name") else set())
    names = [name for name in {**DETAILS, **one, **other} if (one.get(name) or other.get(name)) and name not in skipped]
    return [row(label(name), one.get(name), other.get(name), (merged or {}).get(name)) for name in names]


HALVES = frozenset({"given_name", "family_name"})
"""They stand in the full name already, where there is one."""
INNER = frozenset({"company_key"})
"""What records have only to be compared by."""


def label(name: str) -> str:
    return DETAILS.get(name, name.replace("_", " ").capitalize())


def row(name: str, one: Any, other: Any, merged: Any) -> Row:
    mine, theirs = text(one), text(other)
    how = "only" if not (mine and theirs) else "same" if mine.casefold() == theirs.casefold() else "differs"
    marked = (pieces(mine, theirs), pieces(theirs, mine)) if how == "differs" else ([(mine, False)], [(theirs, False)])
    return Row(name, how, *marked, text(merged) or None)


def text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def pieces(value: str, against: str) -> list[Piece]:
    """The value cut where it begins and ends to differ."""
    matcher = SequenceMatcher(None, value.casefold(), against.casefold(), autojunk=False)
    if matcher.ratio() < ALIKE or len(value.casefold()) != len(value):
        return [(value, True)]
    return [(value[start:end], tag != "equal") for tag, start, end, _, _ in matcher.get_opcodes() if end > start]
