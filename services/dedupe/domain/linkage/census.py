"""What is counted over all records, however many: names, employers, and how many persons share a full name. The weights are learned
from a sample, which is enough for them; what is rare shows only in the whole.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.dedupe.domain.linkage.counts import Counts
from services.dedupe.domain.linkage.employers import companies_of, joined_domains, short_names
from services.dedupe.domain.linkage.knowledge import Knowledge, usual
from services.dedupe.domain.linkage.lexicon import LEAST_FAMILY, LEAST_GIVEN, Lexicon
from services.dedupe.domain.linkage.model import Frequencies, namesakes
from services.dedupe.domain.linkage.resolving import Resolution, resolve
from services.dedupe.domain.linkage.spelling import skeleton
from services.dedupe.domain.linkage.traits import Traits, traits_of
from services.dedupe.domain.record import NormalRecord

SAMPLE = 25_000
"""Records that the weights are learned from, about."""
BEGINNING = 4
"""Letters of a family name by which records are taken for the sample, all with the same or none: pairs stay together."""

Read = Callable[[], Iterator[tuple[NormalRecord, Hashable]]]
"""All records, each with its person, one after the other; called several times."""


@dataclass
class Names:
    """Counts of the names that records have."""

    given: Counter[str]
    family: Counter[str]

    def add(self, traits: Traits) -> None:
        if len(traits.first) >= LEAST_GIVEN:
            self.given[traits.first_skeleton] += 1
        if len(traits.family) >= LEAST_FAMILY:
            self.family[traits.family_skeleton] += 1

    @property
    def lexicon(self) -> Lexicon:
        return Lexicon(counts(self.given), counts(self.family))


def counts(counted: Counter[str]) -> Counts:
    return Counts(dict(counted), counted.total())


def learn(read: Read, total: int, version: int) -> Knowledge:
    """From all records, of which there are `total`, at least one."""
    stated, named, several = Names(Counter(), Counter()), defaultdict[str, Counter[str]](Counter), list[Traits]()
    for record, _ in read():
        traits = traits_of(record)
        stated.add(traits)
        if traits.company:
            named[traits.company].update(traits.domains)
        if len(traits.domains) > 1:
            several.append(traits)
    names = named.keys()
    named = defaultdict(Counter, {name: domains for name, domains in named.items() if domains})
    aliases = joined_domains(several, named)
    of_names = {name: companies_of(domains, aliases) for name, domains in named.items()}
    lexicon = stated.lexicon
    sample = sampled((record for record, _ in read()), lexicon, total)
    resolution = resolve(sample)
    knowledge = Knowledge(
        version=version,
        records=total,
        stated=lexicon,
        model=replace(resolution.model, prior=resolution.model.prior + math.log2(len(sample) / total)),
        pet_names=resolution.pet_names,
        posts=resolution.posts,
        aliases=aliases,
        short=short_names(of_names, names),
        extras=tuple(name for name, _ in resolution.records[0].extras),
        extra_keys=frozenset(key.partition(":")[0] for traits in resolution.records for key in traits.extra_keys),
    )
    persons = dict(zip((record.record_id for record in sample), resolution.persons, strict=True))

    def read_resolved() -> Iterator[tuple[NormalRecord, Hashable]]:
        """Of the sample, whose they are is as resolved here: that depends on nothing that was decided before."""
        return ((record, persons.get(record.record_id, person)) for record, person in read())

    return replace(knowledge, model=replace(knowledge.model, frequencies=frequencies(read_resolved, knowledge, named)))


def sampled(records: Iterable[NormalRecord], lexicon: Lexicon, total: int) -> list[NormalRecord]:
    """In the order of their ids, so that what is learned does not depend on when they came."""
    parts = max(1, round(total / SAMPLE))
    taken = [record for record in records if parts == 1 or part_of(lexicon.complete(traits_of(record))) % parts == 0]
    return sorted(taken, key=lambda record: record.record_id)


def part_of(traits: Traits) -> int:
    """By how the family name begins, else what stands in an address: records of one person are taken together, as far as can be seen."""
    text = traits.family_skeleton or next((skeleton(each.name) for each in traits.mailboxes), traits.profile or traits.first)
    return sum(ord(letter) * 31**place for place, letter in enumerate(text[:BEGINNING]))


def frequencies(read: Read, knowledge: Knowledge, named: Mapping[str, Counter[str]]) -> Frequencies:
    names, employers, extras = Names(Counter(), Counter()), Counter[str](), [Counter[str]() for _ in knowledge.extras]
    bearers, colleagues, least = set[tuple[Hashable, str]](), set[tuple[Hashable, str]](), Counter[str]()
    for record, person in read():
        traits = knowledge.described(record)
        at = knowledge.employers(traits, named.get(traits.company, ()))
        names.add(traits)
        employers.update(at)
        for counted, (_, value) in zip(extras, traits.extras, strict=True):
            if value:
                counted[value] += 1
        if name := traits.full_name:
            bearers.add((person, name))
            colleagues.update((person, f"{name} {employer}") for employer in at)
            for employer in at if (many := namesakes(traits)) else ():
                least[f"{name} {employer}"] = max(least[f"{name} {employer}"], many)
    total = len(bearers)
    return Frequencies(
        lexicon=names.lexicon,
        employers=counts(employers),
        bearers=usual(Counts(Counter(name for _, name in bearers), total)),
        colleagues=usual(Counts(Counter(name for _, name in colleagues) | least, total)),
        extras=tuple(map(counts, extras)),
    )


def of_resolved(records: Sequence[NormalRecord], resolution: Resolution) -> Read:
    """Records that were resolved, as `learn` reads them."""
    return lambda: zip(records, resolution.persons, strict=True)
