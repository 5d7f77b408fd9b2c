"""Which company a record means: by its domains, by what its name goes with in other records, and at last by whose record it is."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from msgspec.structs import replace

from services.dedupe.domain.linkage.companies import LEAST_LETTERS, acronym, alike, goes_with, mistyped
from services.dedupe.domain.linkage.traits import Traits

C = TypeVar("C", str, frozenset[str])
"""What a name means: a company, or several."""
H = TypeVar("H", bound=Hashable)
CLEARLY = 0.7
"""Share of a name's records with a domain that have the same one: then it is that company's name."""
FEW = 3
"""Companies that a short name may mean, to be taken as one of them."""
NAMED = "name:"
"""Before a company's name, where no domain of its is known."""
ADDED = ("group", "online", "global", "inc", "hq")
"""What a company adds to its name in a second domain: `acme.com`, `acme-group.com`. A number tells another company."""


@dataclass(slots=True)
class Domains:
    """Those that go with one company's name."""

    of: Counter[str] = field(default_factory=Counter)
    """In how many records."""
    there: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Country and domain → in how many records."""

    def count(self, domain: str, country: str, by: int) -> None:
        """More records, or fewer, say so. `country`: the record's, empty where it says none."""
        add(self.of, domain, by)
        if country:
            add(self.there, (country, domain), by)

    def company(self, country: str, called_after: Mapping[str, str]) -> str | None:
        """Which one of that name a record from a country means, if that is clear: by the records of the country, if any of these has a
        domain, else by all. Of at least one domain.
        """
        here = {domain: times for (where, domain), times in self.there.items() if where == country} if country else {}
        companies: Counter[str] = Counter()
        for domain, times in (here or self.of).items():
            companies[called_after.get(domain, domain)] += times
        return clear(companies)


def add(counter: Counter[H], value: H, by: int) -> None:
    """What is counted no more is no more in it."""
    counter[value] += by
    if counter[value] <= 0:
        del counter[value]


def with_employers(records: Sequence[Traits]) -> list[Traits]:
    """Each record with all that its employer may be."""
    named = domains_of_names(records)
    called_after = joined_domains(records, {name: domains.of for name, domains in named.items()})
    of_names = {name: companies_of(domains.of, called_after) for name, domains in named.items()}
    short = short_names(of_names, {traits.company for traits in records if traits.company})
    return [replace(traits, employers=employers_of(traits, called_after, of_names, short)) for traits in records]


OfNames = Mapping[str, frozenset[str]]
"""A company's name → the domains that go with it."""


def employers_of(traits: Traits, called_after: Mapping[str, str], of_names: OfNames, short: OfNames) -> frozenset[str]:
    if traits.domain:
        return frozenset({called_after.get(traits.domain, traits.domain)})
    if not traits.company:
        return frozenset()
    return of_names.get(traits.company) or short.get(traits.company) or frozenset({f"{NAMED}{traits.company}"})


def short_names(of_names: OfNames, names: Collection[str]) -> dict[str, frozenset[str]]:
    """First words and acronyms of names, where few companies share them; and of `names` those that are one company's by a typo."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, domains in of_names.items():
        words = name.split()
        for short in ({" ".join(words[:1]), " ".join(words[:2]), acronym(words)} - {name, ""}) if len(words) > 1 else ():
            found[short] |= domains
    short_ones = {short: frozenset(domains) for short, domains in found.items() if len(domains) <= FEW}
    return misspelt(set(names) - of_names.keys(), of_names) | short_ones


def misspelt(names: Iterable[str], known: Mapping[str, C]) -> dict[str, C]:
    """Of `names` those that are a known one but for a typo, with what that one means, where it is but one. Without a letter each, the two
    are the same.
    """
    without: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for part in parts(name):
            without[part].append(name)
    found: dict[str, set[C]] = defaultdict(set)
    for right, meant in known.items():
        for part in parts(right):
            for name in without.get(part, ()):
                if mistyped(right, name):
                    found[name].add(meant)
    return {name: companies.pop() for name, companies in found.items() if len(companies) == 1}


def parts(name: str) -> set[str]:
    """A name that is long enough, and it without each of its letters."""
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))} if len(name) >= LEAST_LETTERS else set()


def domains_of_names(records: Iterable[Traits]) -> dict[str, Domains]:
    found: dict[str, Domains] = defaultdict(Domains)
    for traits in records:
        for domain in traits.domains if traits.company else ():
            found[traits.company].count(domain, traits.country, 1)
    return dict(found)


class Companies:
    """The companies that a set of records means. A company is called after one of its domains, else NAMED and its name."""

    def __init__(self, records: Sequence[Traits]) -> None:
        self._named = domains_of_names(records)
        self._called_after = joined_domains(records, {name: domains.of for name, domains in self._named.items()})
        clear_ones = {name: company for name, domains in self._named.items() if (company := domains.company("", self._called_after))}
        self._misspelt = misspelt({traits.company for traits in records if traits.company} - self._named.keys(), clear_ones)

    def by_itself(self, traits: Traits) -> str | None:
        """What the record says without any other of its person's."""
        domain = traits.domain or min(traits.domains, default="")
        if domain:
            return self._called_after.get(domain, domain)
        named = self._named.get(traits.company)
        return named.company(traits.country, self._called_after) if named else self._misspelt.get(traits.company)

    def of_person(self, group: Sequence[Traits]) -> list[str | None]:
        """For each record of one person."""
        return of_person([(traits.company, self.by_itself(traits)) for traits in group])


def of_person(said: Sequence[tuple[str, str | None]]) -> list[str | None]:
    """The company that each record of one person means. `said`: for each the name that it has, if any, and the company that it means by
    itself. One that names no company, or one of several, means one that the others mean, those that more mean first.
    """
    known = [company for company, _ in Counter(company for _, company in said if company).most_common()]
    names = {company: {name for name, each in said if each == company and name} for company in known}

    def among(name: str) -> str | None:
        fitting = (c for c in known if not name or goes_with(name, c) or any(alike(name, other) for other in names[c]))
        return next(fitting, f"{NAMED}{name}" if name else None)

    return [company or among(name) for name, company in said]


def companies_of(domains: Iterable[str], called_after: Mapping[str, str]) -> frozenset[str]:
    """Those that have these domains."""
    return frozenset(called_after.get(domain, domain) for domain in domains)


def joined_domains(records: Sequence[Traits], named: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Domain → the first by the alphabet of those that are its company's: those of one label that stand in one record, or go with one
    name of several words.
    """
    called_after: dict[str, str] = {}

    def top(domain: str) -> str:
        while (above := called_after.get(domain, domain)) != domain:
            domain = above
        return domain

    together = {tuple(sorted(t.domains)) for t in records if len(t.domains) > 1}
    together |= {tuple(sorted(domains)) for name, domains in named.items() if " " in name and len(domains) > 1}
    for domains in sorted(together):
        by_label: dict[str, list[str]] = defaultdict(list)
        for domain in domains:
            by_label[label(domain)].append(domain)
        for alike_ones in by_label.values():
            for one, other in pairwise(alike_ones):
                first, second = sorted((top(one), top(other)))
                called_after[second] = first
    return {domain: top(domain) for domain in called_after}


def label(domain: str) -> str:
    """What is a company's own in its domain."""
    text = domain.partition(".")[0].replace("-", "")
    return next((text.removesuffix(added) for added in ADDED if text.endswith(added) and len(text) > len(added) + 2), text)


def clear(companies: Counter[str]) -> str | None:
    """The company that a name goes with clearly."""
    company, times = min(companies.items(), key=lambda each: (-each[1], each[0]))
    return company if times >= CLEARLY * companies.total() else None
