"""Fields that are a source's own (`date of birth`, `customer number`) as evidence: those that tell people apart are compared as well.

Nothing is known of them but what the records show, so each has the same three levels, and the model learns what they are worth.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace
from rapidfuzz.distance import OSA

from services.dedupe.domain.linkage.spelling import MOST_TYPOS_AFTER
from services.dedupe.domain.linkage.traits import Traits

LEAST_FILLED = 0.05
"""Share of all records that have to say a field."""
MOST_ALIKE = 0.1
"""Share of pairs at random that agree in it: a field of few values (`status`) tells hardly anybody apart, and goes with others."""
LONGEST = 100
"""Characters: longer ones are prose."""
FEW = 4.0
"""Records that have one and the same value, in the mean: up to so many, and the value is a blocking key."""


def with_extras(records: Sequence[Traits]) -> list[Traits]:
    """Each with the fields that are compared, in one order for all, and nothing but these."""
    if not any(traits.own for traits in records):
        return list(records)
    values: dict[str, Counter[str]] = {}
    for traits in records:
        for name, value in traits.own:
            if value and len(value) <= LONGEST:
                values.setdefault(name, Counter())[value] += 1
    compared = tuple(sorted(name for name, counted in values.items() if tells_apart(counted, len(records))))
    keys = frozenset(name for name in compared if values[name].total() <= FEW * len(values[name]))
    return [chosen(traits, compared, keys) for traits in records]


def tells_apart(counted: Counter[str], records: int) -> bool:
    filled = counted.total()
    alike = sum(times * (times - 1) for times in counted.values())
    return filled >= max(2, LEAST_FILLED * records) and 0 < alike <= MOST_ALIKE * filled * (filled - 1)


def chosen(traits: Traits, names: tuple[str, ...], keys: frozenset[str]) -> Traits:
    said = {name: value for name, value in traits.own if len(value) <= LONGEST}
    return replace(
        traits,
        own=(),
        extras=tuple((name, said.get(name, "")) for name in names),
        extra_keys=frozenset(f"{name}:{said[name]}" for name in keys if said.get(name)),
    )


SAME, CLOSE, DIFFERENT = 1, 2, 3
LEVELS = ("the same", "close", "different")


@lru_cache(maxsize=50_000)
def level(one: str, other: str) -> int:
    if not one or not other:
        return 0
    if one == other:
        return SAME
    shorter = min(len(one), len(other))
    typos = 0 if shorter < MOST_TYPOS_AFTER - 2 else 1 if shorter < MOST_TYPOS_AFTER else 2
    return CLOSE if typos and OSA.distance(one, other, score_cutoff=typos) <= typos else DIFFERENT
