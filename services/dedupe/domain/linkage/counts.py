"""How many records have a value."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BACKGROUND = 1_000
USUAL = 1e-3
"""Share of people who have one and the same usual name, or work at one and the same company."""


@dataclass(frozen=True)
class Counts:
    of: Mapping[str, int]
    total: int

    def __getitem__(self, value: str) -> int:
        """0 for what no record has."""
        return self.of.get(value, 0)

    def rarity(self, *values: str) -> float:
        """Bits by which the most frequent of these values is rarer than certain, with a background of values that are about as rare as
        most are: in few records, none would look rare.
        """
        return math.log2((self.total + BACKGROUND) / (self._most(values) + BACKGROUND * USUAL))

    def rarity_of_others(self, *values: str) -> float:
        """The same where persons are counted, of those who have a value beside the one in question."""
        others = max(0, self._most(values) - 1)
        return math.log2((self.total + BACKGROUND) / (others + BACKGROUND * USUAL * USUAL))

    def _most(self, values: Iterable[str]) -> int:
        """A loop, as `max` takes twice as long for one or two, and this is asked of every pair."""
        most = 0
        for value in values:
            if (times := self.of.get(value, 0)) > most:
                most = times
        return most


def counts_of(values: Iterable[str]) -> Counts:
    counted = Counter(values)
    return Counts(counted, counted.total())
