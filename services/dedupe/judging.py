"""Who a record may be: its keys, the records that have them too, and what each pair of these is worth."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection

from services.dedupe import descriptions, index, store
from services.dedupe.domain.linkage.blocking import MOST_IN_A_BLOCK, Pair, keys_of, most_in_a_block
from services.dedupe.domain.linkage.comparing import compare
from services.dedupe.domain.linkage.employers import Domains
from services.dedupe.domain.linkage.knowledge import Knowledge, families
from services.dedupe.domain.linkage.resolving import SHARED_BY
from services.dedupe.domain.linkage.traits import Traits
from services.dedupe.index import Entry, Key, Named, Number
from services.dedupe.store import Stored

KEPT = -2.0
"""Bits from which on a pair is kept as a link: odds of 1 to 4. What is below is not even worth a question."""
MOST_DESCRIBED = 100_000
"""Records whose traits are kept in memory: two KiB each."""
ENOUGH_COMPARED = 100
"""Records that one is compared with, from when on its larger blocks are passed over: these say least, and in a million records there
would be hundreds.
"""
OWN_KINDS = ("phone:", "mailbox:")
"""Kinds of keys that are one person's, unless several people are seen to have the value."""


@dataclass(slots=True)
class Described:
    """What is known of a record by itself: its traits without employers, and its keys that are `own` (of OWN_KINDS), by their digests."""

    workspace_id: UUID
    digest: str
    traits: Traits
    own: Mapping[Key, str]
    complete: Traits | None = None
    """As last completed with what other records say: mostly, they go on saying it."""


@dataclass
class Recollection:
    """What was seen of a workspace by who decided there last. `mark`: theirs."""

    mark: int
    shared: set[Key]
    """All keys that are shared."""
    domains: dict[str, Domains] = field(default_factory=dict)
    """Company's name → the domains that go with it."""
    homes: dict[Named, str | None] = field(default_factory=dict)
    """Company's name → the domain that it goes with clearly."""


class Judge:
    """Judges by one version of knowledge. What it keeps of records is checked against their digests, so it may lag behind."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.recalled: dict[UUID, Recollection] = {}
        """Workspace → what was seen there last, in the order in which they were decided in (`sitting`)."""
        self._described: OrderedDict[Number, Described] = OrderedDict()

    def describe(self, stored: Stored) -> Described:
        found = self._described.get(stored.arrived)
        if found is None or found.digest != stored.digest:
            traits = self.knowledge.described(stored.record)
            own = {digest_of(stored.workspace_id, text): text for text in own_keys(traits)}
            found = Described(stored.workspace_id, stored.digest, traits, own)
        return found

    def described(self, connection: Connection, numbers: Collection[Number]) -> dict[Number, Described]:
        """Of stored records: from memory if they say there what they say now, else as they were described when they came, else anew.
        Nobody else decides in their workspaces meanwhile.
        """
        found: dict[Number, Described] = {}
        digests = descriptions.digests(connection, numbers, self.knowledge.version)
        for number, digest in digests.items():
            known = self._described.get(number)
            if known and known.digest == digest:
                found[number] = known
        for number, kept in descriptions.of(connection, digests.keys() - found.keys()).items():
            found[number] = self.remember(number, Described(kept.workspace_id, digests[number], kept.traits, kept.own))
        rest = store.numbered(connection, [number for number in numbers if number not in found])
        return found | {number: self.remember(number, self.describe(each)) for number, each in rest.items()}

    def remembered(self, number: Number) -> Described | None:
        """As it was described last, which says nothing about now."""
        return self._described.get(number)

    def remember(self, number: Number, described: Described) -> Described:
        self._described[number] = described
        if len(self._described) > MOST_DESCRIBED:
            self._described.popitem(last=False)
        return described

    def forget(self, workspace_id: UUID) -> None:
        """All of that workspace."""
        self.recalled.pop(workspace_id, None)
        for number in [n for n, each in list(self._described.items()) if each.workspace_id == workspace_id]:
            self._described.pop(number, None)

    def traits(self, connection: Connection, described: Mapping[Number, Described]) -> dict[Number, Traits]:
        """Complete: without what is shared, with the employers."""
        shared = index.shared_among(connection, {key for each in described.values() for key in each.own})
        domains: dict[UUID, Mapping[str, Domains]] = {}
        for workspace_id in {each.workspace_id for each in described.values()}:
            names = nameless(each for each in described.values() if each.workspace_id == workspace_id)
            domains[workspace_id] = index.domains_of(connection, workspace_id, names)
        return {number: self.completed(each, shared, domains[each.workspace_id]) for number, each in described.items()}

    def among(self, connection: Connection, workspace_id: UUID, known: Mapping[Number, Traits]) -> dict[Number, Traits]:
        """Complete traits of records as they would be among another workspace's: by what is shared there, and by its employers."""
        own = {n: {digest_of(workspace_id, text): text for text in own_keys(traits)} for n, traits in known.items()}
        return self.traits(connection, {n: Described(workspace_id, "", traits, own[n]) for n, traits in known.items()})

    def completed(self, described: Described, shared: AbstractSet[Key], domains: Mapping[str, Domains]) -> Traits:
        """`domains`: company's name → the domains that go with it."""
        traits, known = without(described, shared), described.complete
        if known and known.phones is traits.phones and known.mailboxes is traits.mailboxes and (traits.domain or not traits.company):
            # Of such a one, others say nothing about the employer.
            return known
        named = domains.get(traits.company)
        employers = self.knowledge.employers(traits, named.of if named else ())
        if known is None or known.employers != employers or known.phones != traits.phones or known.mailboxes != traits.mailboxes:
            known = described.complete = replace(traits, employers=employers)
        return known

    def score(self, one: Traits, other: Traits) -> float:
        levels = compare(one, other)
        return self.knowledge.worth[levels] + self.knowledge.model.frequencies.rarity(one, other, levels)


def nameless(described: Iterable[Described]) -> set[str]:
    """The companies' names of those who say no domain: what goes with these is asked of others."""
    return {each.traits.company for each in described if each.traits.company and not each.traits.domain}


def without(described: Described, shared: AbstractSet[Key]) -> Traits:
    """The traits without phones and mailboxes that several people have."""
    traits = described.traits
    if not shared or described.own.keys().isdisjoint(shared):
        return traits
    theirs = {text for key, text in described.own.items() if key in shared}
    return replace(
        traits,
        phones=frozenset(phone for phone in traits.phones if f"phone:{phone}" not in theirs),
        mailboxes=tuple(each for each in traits.mailboxes if f"mailbox:{each.whole}" not in theirs),
    )


def own_keys(traits: Traits) -> Iterable[str]:
    return chain((f"phone:{each}" for each in traits.phones), (f"mailbox:{each.whole}" for each in traits.mailboxes))


def digest_of(workspace_id: UUID, key: str) -> Key:
    """A number of 64 bits with a sign, as PostgreSQL has them."""
    digest = salted(workspace_id).copy()
    digest.update(key.encode())
    return int.from_bytes(digest.digest(), "big", signed=True)


@lru_cache(maxsize=1_000)
def salted(workspace_id: UUID) -> blake2b:
    return blake2b(workspace_id.bytes, digest_size=8)


def index_keys(workspace_id: UUID, traits: Traits) -> dict[Key, int]:
    """With the most records that may have each, for any two of them to be compared."""
    return {digest_of(workspace_id, key): most_in_a_block(key) for key in keys_of(traits)}


def shared_by(blocks: Mapping[Key, Sequence[Number]], own: Collection[Key], known: Mapping[Number, Traits]) -> set[Key]:
    """The keys of these that are found to be several people's. `own`: those that can be."""
    return {
        key
        for key, members in blocks.items()
        if key in own and (len(members) > MOST_IN_A_BLOCK or len(families(known[each] for each in members)) >= SHARED_BY)
    }


def pairs_of(keys: Mapping[Number, Collection[Key]], blocks: Mapping[Key, Sequence[Number]]) -> set[Pair]:
    """Each of these records with the others of its blocks, the smallest block first, until it has enough to be compared with. The lower
    number of a pair comes first.
    """
    found: set[Pair] = set()
    for number, its in keys.items():
        others: set[Number] = set()
        for members in sorted((blocks[key] for key in its if key in blocks), key=len):
            if len(others) > ENOUGH_COMPARED:
                break
            others.update(members)
        others.discard(number)
        found.update((number, other) if number < other else (other, number) for other in others)
    return found


def entries(keys: Mapping[Number, Collection[Key]]) -> set[Entry]:
    return {(key, number) for number, its in keys.items() for key in its}
