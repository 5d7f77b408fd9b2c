"""The model: what each agreement is worth, in bits. The sum over the fields and the prior are the odds that two records are one person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from services.dedupe.domain.linkage.comparing import (
    ADDRESSES,
    EMPLOYER,
    FAMILY,
    FIELDS,
    GIVEN,
    INITIAL,
    NUMBERED,
    SAME,
    VARIANT,
    Levels,
    fields_of,
)
from services.dedupe.domain.linkage.counts import Counts
from services.dedupe.domain.linkage.lexicon import Lexicon
from services.dedupe.domain.linkage.spelling import skeleton
from services.dedupe.domain.linkage.traits import Traits

NOTICEABLE = 1e-6
_number = re.compile(r"\d$")
BY_FREQUENCY: Mapping[tuple[str, int], float] = {
    (GIVEN.name, SAME): 1.0,
    (GIVEN.name, VARIANT): 3.0,
    (GIVEN.name, INITIAL): 1.0,
    (FAMILY.name, SAME): 1.0,
    (FAMILY.name, VARIANT): 2.0,
    (EMPLOYER.name, SAME): 1.0,
}
"""Agreements whose worth depends on how frequent the value is; times as many others agree by chance as share the value itself."""


@dataclass(frozen=True)
class Frequencies:
    """How many records have a value, of those that say one."""

    lexicon: Lexicon
    employers: Counts
    bearers: Counts | None = None
    """How many persons have a full name, once it is known who is who."""
    colleagues: Counts | None = None
    """The same of full names at an employer."""
    extras: tuple[Counts, ...] = ()
    """Of the sources' own fields."""

    def rarity(self, one: Traits, other: Traits, levels: Levels) -> float:
        """Bits, for the agreements in BY_FREQUENCY and in the sources' own fields."""
        named = 0.0 if is_numbered(levels) else self._of_names(one, other, levels)
        bits = self._of_employers(one, other, named) if levels[3] == SAME else named
        for place, counts in enumerate(self.extras, len(FIELDS)):
            if levels[place] == SAME:
                bits += counts.rarity(one.extras[place - len(FIELDS)][1])
        return bits

    def _of_names(self, one: Traits, other: Traits, levels: Levels) -> float:
        given = family = 0.0
        if levels[0] in {SAME, VARIANT}:
            given = self.lexicon.given.rarity(one.first_skeleton, other.first_skeleton)
        elif levels[0] == INITIAL:
            given = self.lexicon.initials.rarity(one.first_skeleton[:1])
        if levels[1] in {SAME, VARIANT}:
            family = self.lexicon.family.rarity(one.family_skeleton, other.family_skeleton)
        if not given or not family or not self.bearers:
            return given + family
        # Names go together (`João Silva`): both are more frequent than the one times the other.
        return min(given + family, self.bearers.rarity_of_others(one.full_name, other.full_name))

    def _of_employers(self, one: Traits, other: Traits, named: float) -> float:
        """With the bits of the names, as two of one name at one company are known to be two."""
        shared = one.employers & other.employers
        bits = named + self.employers.rarity(*shared)
        if not named or not self.colleagues:
            return bits
        return min(bits, self.colleagues.rarity_of_others(*(f"{each.full_name} {at}" for each in (one, other) for at in shared)))


@lru_cache(maxsize=50_000)
def is_numbered(levels: Levels) -> bool:
    """A number is given to who comes second of a name: that they agree in it is no evidence then."""
    return any(levels[place] == NUMBERED for place in ADDRESSES)


def namesakes(traits: Traits) -> int:
    """How many of this full name are at the company of its address, as the number in that tells: 2 for `ann.smith2`; 0 where none does."""
    orders = {traits.first_skeleton + traits.family_skeleton, traits.family_skeleton + traits.first_skeleton}
    numbers = (_number.search(each.local) for each in traits.mailboxes if not each.free and skeleton(each.name) in orders)
    return max((int(number[0]) for number in numbers if number), default=0)


def why(levels: Levels) -> str:
    """A full name is worth less than its halves."""
    return "borne by another, as the address's number says" if is_numbered(levels) else "more frequent than its halves"


class Evidence(NamedTuple):
    """One bar of the waterfall: a field, how it agrees, and what that is worth in bits."""

    field: str
    level: str
    bits: float


@dataclass(frozen=True)
class Model:
    """`bits`: for each field (`fields_of`), for each of its levels, level 0 being worth nothing. `prior`: bits, before all else."""

    prior: float
    bits: Sequence[Sequence[float]]
    frequencies: Frequencies

    def score(self, one: Traits, other: Traits, levels: Levels) -> float:
        """log2 of the odds that these are one person."""
        return self.prior + self.worth(levels) + self.frequencies.rarity(one, other, levels)

    def worth(self, levels: Levels) -> float:
        """Of the levels alone, without how rare the values are."""
        return sum(bits[level] for bits, level in zip(self.bits, levels, strict=True) if level)

    def explain(self, one: Traits, other: Traits, levels: Levels) -> list[Evidence]:
        """All that speaks for and against, the prior first. The sum is the score."""
        bars = [Evidence("prior", "two records at random", self.prior)]
        for place, (field, level) in enumerate(zip(fields_of(one), levels, strict=True)):
            if level:
                alone = tuple(level if each == place else 0 for each in range(len(levels)))
                bars.append(Evidence(field.name, field.levels[level - 1], self.worth(alone) + self.frequencies.rarity(one, other, alone)))
        together = self.score(one, other, levels) - sum(bar.bits for bar in bars)
        if together < -NOTICEABLE:
            bars.append(Evidence("full name", why(levels), together))
        return bars
