"""What was learned from the records at one time: all that it takes to describe any record and to judge any two.

With one version of it, whose records are whose is a function of the set of records alone. What changes from record to record (which
domains go with a company's name, which phones many people share) is looked up where the records are stored.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec
from msgspec.structs import replace

from services.dedupe.domain.linkage.comparing import FIELDS, Levels, compare
from services.dedupe.domain.linkage.counts import Counts
from services.dedupe.domain.linkage.employers import Domains, companies_of, employers_of
from services.dedupe.domain.linkage.extras import chosen
from services.dedupe.domain.linkage.lexicon import Lexicon
from services.dedupe.domain.linkage.model import Evidence, Frequencies, Model
from services.dedupe.domain.linkage.posts import Posts
from services.dedupe.domain.linkage.traits import Post, Traits, traits_of
from services.dedupe.domain.record import NormalRecord

FEW_BEARERS = 2
"""Persons with one full name, from which on it is kept: what is unique is what is not known."""


@dataclass(frozen=True)
class Knowledge:
    version: int
    records: int
    """From how many records."""
    stated: Lexicon
    """Of the names that records state: for reading addresses."""
    model: Model
    pet_names: Mapping[str, frozenset[str]]
    posts: Posts
    aliases: Mapping[str, str]
    """A company's domain → the first of its domains."""
    short: Mapping[str, frozenset[str]]
    """First words and acronyms of companies' names → domains."""
    extras: tuple[str, ...] = ()
    """Sources' own fields that are compared."""
    extra_keys: frozenset[str] = frozenset()
    """Those whose values are blocking keys."""

    def described(self, record: NormalRecord) -> Traits:
        """All but the employers, which depend on other records."""
        traits = self.stated.complete(traits_of(record))
        if self.extras:
            traits = chosen(traits, self.extras, self.extra_keys)
        also = self.pet_names.get(traits.first_skeleton) if traits.given else None
        posts = self.posts.get(traits.title)
        return replace(traits, also=traits.also | also if also else traits.also, posts=posts or frozenset()) if also or posts else traits

    def employers(self, traits: Traits, domains: Collection[str]) -> frozenset[str]:
        """What the employer may be. `domains`: those that go with the company's name in any record."""
        of_names = {traits.company: companies_of(domains, self.aliases)} if domains else {}
        return employers_of(traits, self.aliases, of_names, self.short)

    def home(self, name: str, country: str, domains: Domains) -> str | None:
        """The domain of the company that a record from a country means by a name, if that is clear: by the records in which the name goes
        with a domain, else as the first word or acronym of one company's name only.
        """
        if domains.of:
            return domains.company(country, self.aliases)
        short = self.short.get(name, ())
        return next(iter(short)) if len(short) == 1 else None

    def shift(self, records: int) -> float:
        """Bits by which any two records are less likely one person when there are so many of them: pairs grow faster than persons."""
        return min(0.0, math.log2(self.records / records)) if records else 0.0

    def score(self, one: Traits, other: Traits) -> float:
        """log2 of the odds that these are one person."""
        return self.model.score(one, other, compare(one, other))

    def explain(self, one: Traits, other: Traits) -> list[Evidence]:
        return self.model.explain(one, other, compare(one, other))

    @cached_property
    def worth(self) -> "Worths":
        return Worths(self.model)


class Worths(dict[Levels, float]):
    """Levels → what they are worth, with the prior: the same few hundred come again and again."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self._model = model

    def __missing__(self, levels: Levels) -> float:
        found = self[levels] = self._model.prior + self._model.worth(levels)
        return found


class Written(msgspec.Struct, forbid_unknown_fields=True):
    """Knowledge as it is stored."""

    version: int
    records: int
    prior: float
    bits: list[list[float]]
    totals: dict[str, int]
    stated_given: dict[str, int]
    stated_family: dict[str, int]
    given: dict[str, int]
    family: dict[str, int]
    employers: dict[str, int]
    bearers: dict[str, int]
    colleagues: dict[str, int]
    pet_names: dict[str, list[str]]
    aliases: dict[str, str]
    short: dict[str, list[str]]
    extras: list[tuple[str, int, dict[str, int]]]
    """Name, total, counts."""
    extra_keys: list[str]
    posts: dict[str, list[str]] = {}
    """Not learned before November 2026."""


_decoder = msgspec.json.Decoder(Written)


def write(knowledge: Knowledge) -> bytes:
    """JSON, its keys in order: the same knowledge gives the same bytes."""
    counts = counts_in(knowledge)
    model = knowledge.model
    return msgspec.json.encode(
        Written(
            version=knowledge.version,
            records=knowledge.records,
            prior=model.prior,
            bits=[list(field) for field in model.bits],
            totals={name: each.total for name, each in counts.items()},
            pet_names={name: sorted(others) for name, others in knowledge.pet_names.items()},
            posts={text_of(title): sorted(map(text_of, others)) for title, others in knowledge.posts.items()},
            aliases=dict(knowledge.aliases),
            short={name: sorted(domains) for name, domains in knowledge.short.items()},
            extras=[(name, each.total, dict(each.of)) for name, each in zip(knowledge.extras, model.frequencies.extras, strict=True)],
            extra_keys=sorted(knowledge.extra_keys),
            **{name: dict(each.of) for name, each in counts.items()},
        ),
        order="deterministic",
    )


def counts_in(knowledge: Knowledge) -> dict[str, Counts]:
    frequencies = knowledge.model.frequencies
    return {
        "stated_given": knowledge.stated.given,
        "stated_family": knowledge.stated.family,
        "given": frequencies.lexicon.given,
        "family": frequencies.lexicon.family,
        "employers": frequencies.employers,
        "bearers": frequencies.bearers or Counts({}, 0),
        "colleagues": frequencies.colleagues or Counts({}, 0),
    }


def read(written: bytes) -> Knowledge:
    found = _decoder.decode(written)

    def counts(name: str) -> Counts:
        return Counts(getattr(found, name), found.totals[name])

    frequencies = Frequencies(
        lexicon=Lexicon(counts("given"), counts("family")),
        employers=counts("employers"),
        bearers=counts("bearers"),
        colleagues=counts("colleagues"),
        extras=tuple(Counts(counted, total) for _, total, counted in found.extras),
    )
    return Knowledge(
        version=found.version,
        records=found.records,
        stated=Lexicon(counts("stated_given"), counts("stated_family")),
        model=Model(found.prior, with_new_levels(found.bits), frequencies),
        pet_names={name: frozenset(others) for name, others in found.pet_names.items()},
        posts={post_of(title): frozenset(map(post_of, others)) for title, others in found.posts.items()},
        aliases=found.aliases,
        short={name: frozenset(domains) for name, domains in found.short.items()},
        extras=tuple(name for name, _, _ in found.extras),
        extra_keys=frozenset(found.extra_keys),
    )


def with_new_levels(bits: list[list[float]]) -> list[list[float]]:
    """What was learned before there were levels of relatives, with these."""
    return [field.padded(known) for field, known in zip(FIELDS, bits, strict=False)] + bits[len(FIELDS) :]


def text_of(title: Post) -> str:
    return " ".join(sorted(title))


def post_of(text: str) -> Post:
    return frozenset(text.split())


def usual(bearers: Counts) -> Counts:
    """Without the names that one person has: these are rare whether they are known or not."""
    return Counts({name: times for name, times in bearers.of.items() if times >= FEW_BEARERS}, bearers.total)


def families(records: Iterable[Traits]) -> set[str]:
    """How the family names of some records begin."""
    return {traits.family_skeleton[:3] for traits in records if traits.family}
