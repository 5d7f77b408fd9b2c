"""The model's weights, learned from the records without labels, by expectation and maximisation.

How often two persons agree by chance is counted in pairs drawn at random, and among colleagues of different names; for identifiers,
which hardly ever agree by chance, it is estimated along with how often two records of one person agree.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from services.dedupe.domain.linkage.blocking import Pair
from services.dedupe.domain.linkage.comparing import (
    ADDRESS,
    ADDRESSES,
    BESIDE,
    FIELDS,
    NUMBERED,
    OTHER_FAMILY,
    OTHER_GIVEN,
    PHONE,
    PLACE,
    PROFILE,
    SAME,
    Field,
    Levels,
    at_one_employer,
    compare,
    fields_of,
)
from services.dedupe.domain.linkage.counts import Counts
from services.dedupe.domain.linkage.model import BY_FREQUENCY, Frequencies, Model, namesakes
from services.dedupe.domain.linkage.traits import Traits

RANDOM_PAIRS, COLLEAGUES = 100_000, 50_000
ROUNDS = 12
EXPECTED_PAIRS = 5.0
"""What is expected of two records of one person weighs as much as this many seen pairs."""
ACCIDENTAL_PAIRS = 20.0
BACKGROUND_PAIRS, BACKGROUND_COLLEAGUES = 1_000_000, 5_000
"""Pairs of strangers elsewhere, among which an identifier agrees by chance no more often than here: few records prove little."""
SEED = 7
"""The draw has to be the same each time, or the same records would not give the same result."""
IDENTIFYING = frozenset({
    (PROFILE.name, SAME),
    *((field.name, SAME) for field in (PHONE, at_one_employer(PHONE))),
    *((field.name, level) for field in (ADDRESS, at_one_employer(ADDRESS)) for level in range(1, BESIDE)),
})  # fmt: skip
"""Agreements whose chance is too small to be seen in a random draw."""
AT_ONE_EMPLOYER = len(FIELDS) - 4
"""Where in FIELDS those for pairs at one employer begin."""
PLACED = FIELDS.index(PLACE)
BUCKET = 0.5
"""Bits: pairs of the same levels whose values are about equally rare are learned from as one."""
NEGLIGIBLE = 1e-3

Tally = dict[int, float]
"""Level → how many pairs, in parts."""
Distribution = list[list[float]]
"""For each of FIELDS, for each of its levels: how often it is seen, of pairs in which both say something. Level 0 stays 0."""


class Learner:
    """Learns from a set of records and the levels of all their pairs that share a blocking key; all other pairs count as two persons."""

    def __init__(self, records: Sequence[Traits], compared: Mapping[Pair, Levels], frequencies: Frequencies) -> None:
        self._records, self._compared = records, compared
        self._fields = fields_of(records[0]) if records else FIELDS
        self._weigh_rarity(frequencies)
        self._pairs = max(1, len(records) * (len(records) - 1) // 2)
        self._colleagues = max(1, sum(len(team) * (len(team) - 1) // 2 for team in teams_of(records)))
        self._chance = by_chance(records, self._fields)
        self._truth = [expected(field) for field in self._fields]
        self._matches = max(0.5, min(float(len(records)), self._pairs / 2))

    def _weigh_rarity(self, frequencies: Frequencies) -> None:
        self._frequencies, records = frequencies, self._records
        self._rarity = {pair: frequencies.rarity(records[pair[0]], records[pair[1]], levels) for pair, levels in self._compared.items()}

    def count_bearers(self, persons: Sequence[int]) -> None:
        """How many persons have each full name, in all and at each employer, as far as it is known who is who."""
        named: set[tuple[int, str]] = set()
        at: set[tuple[int, str]] = set()
        least: Counter[str] = Counter()
        for person, traits in zip(persons, self._records, strict=True):
            if name := traits.full_name:
                named.add((person, name))
                at.update((person, f"{name} {employer}") for employer in traits.employers)
                for employer in traits.employers if namesakes(traits) else ():
                    least[f"{name} {employer}"] = max(least[f"{name} {employer}"], namesakes(traits))
        bearers = Counts(Counter(name for _, name in named), len(named))
        colleagues = Counts(Counter(name for _, name in at) | least, len(named))
        self._weigh_rarity(replace(self._frequencies, bearers=bearers, colleagues=colleagues))

    @property
    def model(self) -> Model:
        return Model(math.log2(self._matches / self._pairs), weigh(self._fields, self._truth, self._chance), self._frequencies)

    def scores(self) -> dict[Pair, float]:
        """Of all compared pairs, by the model as it is now."""
        model = self.model
        worth = {levels: model.worth(levels) for levels in set(self._compared.values())}
        return {pair: model.prior + worth[levels] + self._rarity[pair] for pair, levels in self._compared.items()}

    def expect_and_maximise(self) -> None:
        groups = Counter((levels, round(self._rarity[pair] / BUCKET)) for pair, levels in self._compared.items())
        for _ in range(ROUNDS):
            model = self.model
            self._maximise(
                (levels, times, probability(model.prior + model.worth(levels) + bucket * BUCKET))
                for (levels, bucket), times in groups.items()
            )

    def learn_from(self, persons: Sequence[int]) -> None:
        """From groups that are clearly one person each: pairs alone take namesakes for one person, the more the more records there are."""
        groups = Counter((levels, persons[one] == persons[other]) for (one, other), levels in self._compared.items())
        self._maximise((levels, times, float(together)) for (levels, together), times in groups.items())

    def _maximise(self, judged: Iterable[tuple[Levels, int, float]]) -> None:
        """From levels, how many pairs have them, and the share of these that are one person."""
        seen: list[Tally] = [defaultdict(float) for _ in self._fields]
        spurious: list[Tally] = [defaultdict(float) for _ in self._fields]
        self._matches = 0.5
        for levels, times, share in judged:
            self._matches += share * times
            count(spurious, levels, (1 - share) * times)
            if share > NEGLIGIBLE:
                count(seen, levels, share * times)
        self._truth = [smoothed(counted, expected(field), EXPECTED_PAIRS) for counted, field in zip(seen, self._fields, strict=True)]
        raise_identifiers(self._chance, spurious, (self._pairs, self._colleagues))


def probability(bits: float) -> float:
    return 1 / (1 + math.exp2(-max(-60.0, min(60.0, bits))))


def count(tallies: Sequence[Tally], levels: Levels, times: float) -> None:
    for tally, level in zip(tallies, levels, strict=True):
        if level:
            tally[level] += times


def expected(field: Field) -> list[float]:
    """Of two records of one person, before any are seen: what few records say moves it little."""
    return field.padded([0.0] + [0.9 if level == SAME else 0.1 / (field.told - 1) for level in range(1, field.told + 1)])


def smoothed(counted: Mapping[int, float], likely: Sequence[float], pairs: float) -> list[float]:
    """How often each level is seen, as if `pairs` more had been seen that are as is likely."""
    total = sum(counted.values()) + pairs
    return [(counted.get(level, 0.0) + pairs * share) / total for level, share in enumerate(likely)]


def accidental(field: Field) -> list[float]:
    """Of two persons, before any are seen: the last level that says something is the least agreement."""
    return field.padded([0.0] + [0.02] * (field.told - 1) + [1 - 0.02 * (field.told - 1)])


def by_chance(records: Sequence[Traits], fields: Sequence[Field]) -> Distribution:
    """From pairs at random, for the fields of colleagues from pairs at one employer whose names are different, and for the place from
    pairs of one family name: names go by countries, so who shares a name is often of one country.
    """
    draw = random.Random(SEED)  # noqa: S311 - a sample, no secret
    everybody: list[Tally] = [defaultdict(float) for _ in fields]
    colleagues: list[Tally] = [defaultdict(float) for _ in fields]
    namesakes: list[Tally] = [defaultdict(float) for _ in fields]
    for _ in range(min(RANDOM_PAIRS, len(records) * len(records) // 20)):
        one, other = draw.choice(records), draw.choice(records)
        if one is not other:
            count(everybody, compare(one, other), 1)
    for one, other in drawn(draw, teams_of(records), len(records)):
        levels = compare(one, other)
        if levels[0] == OTHER_GIVEN and levels[1] == OTHER_FAMILY:
            count(colleagues, levels, 1)
    for one, other in drawn(draw, families_of(records), len(records)):
        levels = compare(one, other)
        if levels[0] == OTHER_GIVEN:
            count(namesakes, levels, 1)
    everybody[PLACED] = namesakes[PLACED]
    seen = [colleagues[place] if at_one(place, len(fields)) else everybody[place] for place in range(len(fields))]
    return [smoothed(counter, accidental(field), ACCIDENTAL_PAIRS) for counter, field in zip(seen, fields, strict=True)]


def at_one(place: int, fields: int) -> bool:
    """Whether the field there is one for pairs at one employer."""
    return AT_ONE_EMPLOYER <= place < len(FIELDS) or 2 * place >= len(FIELDS) + fields


def drawn(draw: random.Random, groups: list[list[Traits]], records: int) -> Iterator[tuple[Traits, Traits]]:
    """Pairs within groups, each group as often as it is large."""
    for group in draw.choices(groups, [len(group) for group in groups], k=min(COLLEAGUES, records * records // 20)) if groups else ():
        yield draw.choice(group), draw.choice(group)


def families_of(records: Iterable[Traits]) -> list[list[Traits]]:
    """Those of one family name, of some country."""
    families: dict[str, list[Traits]] = defaultdict(list)
    for traits in records:
        if traits.family and traits.country:
            families[traits.family_skeleton].append(traits)
    return [families[name] for name in sorted(families) if len(families[name]) > 1]


def teams_of(records: Iterable[Traits]) -> list[list[Traits]]:
    teams: dict[str, list[Traits]] = defaultdict(list)
    for traits in records:
        for employer in traits.employers:
            teams[employer].append(traits)
    return [teams[employer] for employer in sorted(teams) if len(teams[employer]) > 1]


def raise_identifiers(chance: Distribution, spurious: Sequence[Mapping[int, float]], pairs: tuple[int, int]) -> None:
    """What agrees by chance is seen in full among the pairs compared, as each of these agreements is a blocking key. `pairs`: how many
    there are in all, and how many of colleagues.
    """
    for place, field in enumerate(FIELDS):
        for level in range(1, len(field.levels) + 1):
            if (field.name, level) in IDENTIFYING:
                among = BACKGROUND_PAIRS + pairs[0] if place < AT_ONE_EMPLOYER else BACKGROUND_COLLEAGUES + pairs[1]
                chance[place][level] = max(1.0, spurious[place].get(level, 0.0)) / among


def weigh(fields: Sequence[Field], truth: Distribution, chance: Distribution) -> Distribution:
    weights = [
        field.padded([0.0] + [bits(field.name, level, truth[place][level], chance[place][level]) for level in range(1, field.told + 1)])
        for place, field in enumerate(fields)
    ]
    for place in range(len(FIELDS), len(fields)):
        if not at_one(place, len(fields)):
            # What it is worth depends on how rare the value is; among colleagues, who may all share it, on how often they do.
            weights[place][SAME] = math.log2(truth[place][SAME])
    for place in ADDRESSES:
        # No more for it than for any other address there: the names say nothing then (`Frequencies.rarity`).
        weights[place][NUMBERED] = min(0.0, weights[place][BESIDE])
    return weights


def bits(field: str, level: int, of_one: float, by_accident: float) -> float:
    """What an agreement is worth; where rarity counts, without it."""
    spread = BY_FREQUENCY.get((field, level))
    return math.log2(of_one / spread) if spread else math.log2(of_one / by_accident)
