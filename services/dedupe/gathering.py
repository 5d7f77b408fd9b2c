"""From links to persons: the groups of the records that a batch may move, and of their neighbours.

A batch touches the persons of its records, and those that these have links with. Where it changes a person there was, that person's
neighbours are grouped anew too, a few steps far: a group that has grown may now take in another, or fit one less.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection

from services.dedupe import index, store
from services.dedupe.domain.ids import person_id_of
from services.dedupe.domain.linkage.blocking import Pair
from services.dedupe.domain.linkage.clustering import cluster
from services.dedupe.domain.linkage.resolving import LINK, TOGETHER
from services.dedupe.domain.linkage.traits import Traits
from services.dedupe.index import Link, Links, Number
from services.dedupe.judging import KEPT
from services.dedupe.sitting import Sitting
from services.dedupe.store import Scoped, Stored

STEPS = 3
MOST_RECORDS = 3_000
"""Of a neighbourhood: from then on it grows no more, or namesakes without end would be loaded for one record."""


@dataclass(frozen=True)
class Compared:
    """A batch's records as they are to be stored, the traits of these and of all that they were compared with, and what speaks for each
    pair, in bits.
    """

    records: Mapping[Number, Stored]
    traits: Mapping[Number, Traits]
    bits: Mapping[Pair, float]

    def links(self) -> Links:
        """Those worth keeping, from both sides."""
        links: Links = defaultdict(dict)
        for (one, other), bits in self.bits.items():
            if bits >= KEPT:
                links[one][other] = links[other][one] = Link(bits)
        return links


@dataclass
class Neighbourhood:
    """Records by number, as they are now; the judged ones among them and their links are not stored yet."""

    judged: Mapping[Number, Stored]
    were: Mapping[Number, Stored]
    """Those of the batch as they are stored: not so any more, and some not at all."""
    fresh: Links
    """Links of the judged, from both sides."""
    link: float = LINK
    """Bits from which on a link joins."""
    records: dict[Number, Stored] = field(default_factory=dict)
    before: dict[Number, Stored] = field(default_factory=dict)
    """Those that were loaded, as they were."""
    links: Links = field(default_factory=dict)
    same: set[Pair] = field(default_factory=set)
    apart: set[Pair] = field(default_factory=set)

    def take_in(self, connection: Connection, loaded: Iterable[Stored]) -> None:
        new = {each.arrived: each for each in loaded if each.arrived not in self.records}
        stored = new.keys() - self.judged.keys()
        self.records |= new
        self.before |= {number: new[number] for number in stored}
        self.links |= {number: {} for number in new}
        for number, links in index.links_of(connection, stored).items():
            self.links[number] = {other: link for other, link in links.items() if other not in self.judged and other not in self.were}
        for number in new:
            if number in self.fresh:
                self.links[number] |= self.fresh[number]
        same, apart = index.decided_of(connection, new)
        self.same |= same
        self.apart |= apart

    def beside(self, records: Iterable[Number]) -> set[Number]:
        """Those outside that these have links with, or were decided to be one with."""
        found = {other for number in records for other, link in self.links[number].items() if link.bits >= self.link}
        return (found | {number for pair in self.same for number in pair}) - self.records.keys()


def gather(sitting: Sitting, compared: Compared, were: Mapping[Number, Stored]) -> Neighbourhood:
    """The neighbourhood, every record with the person whose it is. `were`: the batch's, as they are stored."""
    connection, shift, judged = sitting.connection, sitting.shift, compared.records
    around = Neighbourhood(judged, were, compared.links(), LINK - shift)
    around.take_in(connection, judged.values())
    score = Scores(sitting, around.records, compared)
    grow(connection, around, around.beside(judged), {(each.workspace_id, each.person_id) for each in were.values() if each.person_id})
    for step in range(STEPS):
        groups = grouped(around, score, TOGETHER - shift)
        beside = around.beside(number for group in changed(around, groups) for number in group)
        if not beside or step == STEPS - 1 or len(around.records) > max(MOST_RECORDS, 8 * len(judged)):
            break
        grow(connection, around, beside, set())
    for group in groups:
        person_id = person_id_of(min((around.records[number] for number in group), key=lambda each: each.arrived).record_id)
        for number in group:
            if around.records[number].person_id != person_id:
                around.records[number] = replace(around.records[number], person_id=person_id)
    return around


def grow(connection: Connection, around: Neighbourhood, numbers: Collection[Number], persons: Collection[Scoped]) -> None:
    """Take in these persons' records, and those of the persons whose records these numbers are."""
    found = store.persons_of(connection, numbers) | store.of_persons(connection, persons)
    around.take_in(connection, (each for each in found.values() if each.arrived not in around.judged and each.arrived not in around.were))


def grouped(around: Neighbourhood, score: "Scores", together: float) -> list[list[Number]]:
    numbers = sorted(around.records, key=lambda number: around.records[number].record_id.int)
    place = {number: at for at, number in enumerate(numbers)}

    def places(one: Number, other: Number) -> Pair:
        return (place[one], place[other]) if place[one] < place[other] else (place[other], place[one])

    scores = {places(one, other): link.bits for one, links in around.links.items() for other, link in links.items() if other in place}

    same, apart = ({places(one, other) for one, other in pairs if one in place and other in place} for pairs in (around.same, around.apart))

    def scored(pair: Pair) -> float:
        return score(numbers[pair[0]], numbers[pair[1]])

    groups: dict[int, list[Number]] = defaultdict(list)
    found = cluster(len(numbers), scores, scored, link=around.link, together=together, same=same, apart=apart)
    for number, group in zip(numbers, found, strict=True):
        groups[group].append(number)
    return list(groups.values())


class Scores:
    """What speaks for any two of the records. Most were compared in this batch; the traits of others are found out when first wanted."""

    def __init__(self, sitting: Sitting, records: Mapping[Number, Stored], compared: Compared) -> None:
        self._sitting, self._records = sitting, records
        self._traits, self._bits = dict(compared.traits), dict(compared.bits)

    def __call__(self, one: Number, other: Number) -> float:
        pair = (one, other) if one < other else (other, one)
        found = self._bits.get(pair)
        if found is None:
            if not {one, other} <= self._traits.keys():
                self._traits |= self._sitting.traits(self._sitting.described(self._records.keys() - self._traits.keys()))
            found = self._bits[pair] = self._sitting.judge.score(self._traits[one], self._traits[other])
        return found


def changed(around: Neighbourhood, groups: Sequence[Sequence[Number]]) -> list[Sequence[Number]]:
    """Groups that are not what a person was, of those in which a person was; also of one who only lost what is taken away."""
    were: dict[UUID, set[Number]] = defaultdict(set)
    for number, each in {**around.were, **around.records}.items():
        if each.person_id:
            were[each.person_id].add(number)
    return [group for group in groups if not (person := around.records[group[0]].person_id) or were[person] != set(group)]


def links_apart(around: Neighbourhood) -> tuple[dict[Pair, Link], dict[Pair, bool]]:
    """The judged records' links as they are to be stored, and those of others whose two are apart now and were not, or the reverse."""
    fresh: dict[Pair, Link] = {}
    turned: dict[Pair, bool] = {}
    for one, links in around.links.items():
        for other, link in links.items():
            pair = (min(one, other), max(one, other))
            theirs = around.records.get(other)
            apart = theirs is None or theirs.person_id != around.records[one].person_id
            if link.apart is None:
                fresh[pair] = Link(link.bits, apart)
            elif link.apart != apart:
                turned[pair] = apart
    return fresh, turned
