"""Pet names that no list has, learned from the records: two given names that several families have at one address or profile."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from services.dedupe.domain.linkage.blocking import Pair
from services.dedupe.domain.linkage.comparing import (
    ADDRESS,
    ALIKE,
    FIELDS,
    OTHER_GIVEN,
    PROFILE,
    SAME,
    VARIANT,
    Levels,
    at_one_employer,
    compare,
)
from services.dedupe.domain.linkage.traits import Traits

T = TypeVar("T")
FAMILIES = 2
"""Family names with which two given names are seen as one, to be taken as one everywhere: a typo or a married couple is one."""
LEAST_LETTERS = 3
PLACES = tuple(FIELDS.index(field) for field in (PROFILE, ADDRESS, at_one_employer(ADDRESS)))
ONES_OWN = frozenset({SAME, ADDRESS.of_relatives(SAME)})
UNLIKE = (ALIKE, OTHER_GIVEN)


def learned(records: Sequence[Traits], compared: Mapping[Pair, Levels]) -> dict[str, frozenset[str]]:
    """Skeleton of a given name → those of its pet names, and the reverse."""
    families: dict[frozenset[str], set[str]] = defaultdict(set)
    for (one, other), levels in compared.items():
        if levels[0] in UNLIKE and levels[1] in {SAME, VARIANT} and not ONES_OWN.isdisjoint(levels[place] for place in PLACES):
            names = frozenset({records[one].first_skeleton, records[other].first_skeleton})
            if min(map(len, names)) >= LEAST_LETTERS:
                families[names].add(records[one].family_skeleton)
    return both_ways(names for names, seen in families.items() if len(seen) >= FAMILIES and len(names) > 1)


def both_ways(pairs: Iterable[frozenset[T]]) -> dict[T, frozenset[T]]:
    """Each with all that it is paired with."""
    found: dict[T, set[T]] = defaultdict(set)
    for pair in pairs:
        for one in pair:
            found[one] |= pair - {one}
    return {one: frozenset(others) for one, others in found.items()}


def told(records: Iterable[Traits], pet_names: Mapping[str, frozenset[str]]) -> list[Traits]:
    return [replace(each, also=each.also | also) if (also := pet_names.get(each.first_skeleton)) else each for each in records]


def compared_again(records: Sequence[Traits], compared: Mapping[Pair, Levels]) -> dict[Pair, Levels]:
    """With the records that know their pet names, where these can make a difference."""
    return {
        pair: compare(records[pair[0]], records[pair[1]]) if levels[0] in UNLIKE and records[pair[0]].also else levels
        for pair, levels in compared.items()
    }
