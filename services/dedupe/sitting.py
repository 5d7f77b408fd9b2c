"""A judge at work in a workspace that nobody else decides in meanwhile: what was seen there last still holds, unless somebody else has
decided there since.

Who decides leaves a mark. Where the mark is not one's own any more, or one's own was rolled back, all that is remembered of the workspace
is forgotten.
"""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from random import SystemRandom
from uuid import UUID

from sqlalchemy import Connection

from services.dedupe import descriptions, index, store
from services.dedupe.descriptions import Kept
from services.dedupe.domain.linkage.blocking import MOST_IN_A_BLOCK
from services.dedupe.domain.linkage.employers import Domains
from services.dedupe.domain.linkage.traits import Traits
from services.dedupe.index import Key, Named, NameDomain, Number
from services.dedupe.judging import Described, Judge, Recollection, nameless, shared_by
from services.dedupe.store import Stored

MOST_NAMES = 100_000
"""Of companies, that are remembered: about 70 MiB."""
MOST_WORKSPACES = 20
"""That are remembered, those decided in last."""
_chance = SystemRandom()


class Sitting:
    """Who makes one holds the workspace's scope (`store.lock_scopes`). `more`: by how many its records about people grow."""

    def __init__(self, connection: Connection, judge: Judge, workspace_id: UUID, more: int) -> None:
        self.connection, self.judge, self.workspace_id = connection, judge, workspace_id
        mark = _chance.getrandbits(62)
        self.people, before = store.grow(connection, workspace_id, more, mark)
        recalled = judge.recalled.pop(workspace_id, None)
        if recalled is None or recalled.mark != before:
            judge.forget(workspace_id)
            recalled = Recollection(mark, index.all_shared(connection))
        recalled.mark = mark
        judge.recalled[workspace_id] = recalled
        if len(judge.recalled) > MOST_WORKSPACES:
            judge.forget(next(iter(judge.recalled)))
        if len(recalled.domains) > MOST_NAMES:
            recalled.domains.clear()
            recalled.homes.clear()
        self._recalled = recalled

    @property
    def shift(self) -> float:
        """Bits by which any two records here are less likely one person than when it was learned, as there are more of them."""
        return self.judge.knowledge.shift(self.people)

    def describe(self, stored: Stored) -> Described:
        return self.judge.remember(stored.arrived, self.judge.describe(stored))

    def described(self, numbers: Collection[Number]) -> dict[Number, Described]:
        """Of stored records."""
        found = {number: each for number in numbers if (each := self.judge.remembered(number))}
        return found | self.judge.described(self.connection, numbers - found.keys()) if len(found) < len(numbers) else found

    def traits(self, described: Mapping[Number, Described]) -> dict[Number, Traits]:
        """Complete: without what is shared, with the employers."""
        shared, domains = self._recalled.shared, self.domains_of(nameless(described.values()))
        return {number: self.judge.completed(each, shared, domains) for number, each in described.items()}

    def domains_of(self, names: Collection[str]) -> Mapping[str, Domains]:
        """A company's name → the domains that go with it; of these names at least."""
        known = self._recalled.domains
        if new := [name for name in names if name not in known]:
            found = index.domains_of(self.connection, self.workspace_id, new)
            known.update((name, found.get(name) or Domains()) for name in new)
        return known

    def count_names(self, changes: Mapping[NameDomain, int]) -> None:
        """How many records more, or fewer, say each."""
        changes = {each: change for each, change in changes.items() if change}
        index.count_names(self.connection, self.workspace_id, changes)
        for (name, country, domain), change in changes.items():
            if (known := self._recalled.domains.get(name)) is not None:
                known.count(domain, country, change)

    def share(self, keys: Collection[Key]) -> None:
        """From now on these say nothing of who somebody is."""
        index.share(self.connection, keys)
        self._recalled.shared.update(keys)

    def shared_of(self, described: Described) -> AbstractSet[Key]:
        """The keys of a record that several people have."""
        return described.own.keys() & self._recalled.shared

    def unshare(self, left: Collection[Key]) -> None:
        """Of the keys that some records have left, those that are several people's no more say something again."""
        if left := self._recalled.shared.intersection(left):
            blocks = index.blocks(self.connection, dict.fromkeys(left, MOST_IN_A_BLOCK), least=1, watched=left)
            known = self.described({each for members in blocks.values() for each in members})
            gone = left - shared_by(blocks, left, {number: each.traits for number, each in known.items()})
            index.unshare(self.connection, gone)
            self._recalled.shared -= gone

    def keep_homes(self, homes: Mapping[Named, str | None], but: Collection[Number]) -> None:
        """A company's name → the domain that it goes with clearly, if any. `but`: records that need not be looked at again for it."""
        known = self._recalled.homes
        new = {named: home for named, home in homes.items() if named not in known or known[named] != home}
        index.keep_homes(self.connection, self.workspace_id, new, but)
        known.update(new)

    def keep(self, new: Collection[Stored], others: Collection[Stored]) -> None:
        """These records' descriptions, for those who compare them next. `others` were there already, and may be described."""
        version = self.judge.knowledge.version
        known = descriptions.digests(self.connection, {each.arrived for each in others}, version)
        changed = [*new, *(each for each in others if known.get(each.arrived) != each.digest)]
        described = {each.arrived: self.judge.describe(each) for each in changed}
        kept = {n: (each.digest, Kept(each.workspace_id, each.traits, dict(each.own))) for n, each in described.items()}
        descriptions.keep(self.connection, kept, version)
