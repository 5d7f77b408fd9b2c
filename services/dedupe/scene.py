"""Everything that one batch may touch, and how it comes to be known: the batch's records with their keys, links and persons."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection

from schemas.envelope import Envelope
from services.dedupe import descriptions, index, judging, store, versions
from services.dedupe.domain.linkage.blocking import MOST_IN_A_BLOCK, Pair
from services.dedupe.domain.linkage.traits import Traits, traits_of
from services.dedupe.gathering import Compared, gather, links_apart
from services.dedupe.index import Link, NameDomain, Number
from services.dedupe.judging import Judge
from services.dedupe.store import Stored


@dataclass
class Scene:
    """`now` and `before` are records of the workspace: as the batch makes them, and as they were."""

    workspace_id: UUID
    now: dict[Number, Stored]
    before: dict[Number, Stored]
    judged: set[Number]
    """The batch's own."""
    fresh: dict[Pair, Link] = field(default_factory=dict)
    """Links of the judged records."""
    turned: dict[Pair, bool] = field(default_factory=dict)
    """Links of others whose two became two persons, or one."""
    because: dict[Number, Envelope] = field(default_factory=dict)
    """Record of the batch → the event that brought it, or took it away; none for one that is looked at again."""

    gone: dict[Number, Stored] = field(default_factory=dict)
    """Records that the batch takes away, as they were."""

    @cached_property
    def touched(self) -> list[Stored]:
        """Records of the batch, and those that are another person's now: as they are, and as they were."""
        moved = {n for n, each in self.now.items() if (was := self.before.get(n)) is None or was.person_id != each.person_id}
        return [each for n in moved | self.judged | self.gone.keys() for each in (self.now.get(n), self.before.get(n)) if each]

    @cached_property
    def touched_persons(self) -> set[UUID]:
        """Whose these records are, and whose they were."""
        return {each.person_id for each in self.touched if each.person_id}


def set_scene(
    connection: Connection, judge: Judge, workspace_id: UUID, judged: Mapping[Number, Stored], known: Mapping[Number, Stored]
) -> Scene:
    """`judged`: the workspace's records of the batch as they are now; `known`: as they were, those that were, and those that are taken
    away.
    """
    index.count_names(connection, changed_names(judge, judged, known))
    people = {number: each for number, each in judged.items() if each.person_id}
    compared = compare_all(connection, judge, people, known)
    more = len(people) - sum(each.person_id is not None for each in known.values())
    around = gather(connection, judge, compared, known, judge.knowledge.shift(store.grow(connection, workspace_id, more)))
    links, turned = links_apart(around)
    gone = {number: each for number, each in known.items() if number not in judged}
    return Scene(workspace_id, {**judged, **around.records}, {**known, **around.before}, set(judged), links, turned, gone=gone)


def changed_names(judge: Judge, judged: Mapping[Number, Stored], known: Mapping[Number, Stored]) -> Counter[NameDomain]:
    """How many records more go with each name and domain."""
    changes: Counter[NameDomain] = Counter()
    for number in judged.keys() | known.keys():
        now, before = judged.get(number), known.get(number)
        if now is None or before is None or before.digest != now.digest:
            changes.update(name_domains(now.workspace_id, judge.describe(now).traits) if now else ())
            changes.subtract(name_domains(before.workspace_id, traits_of(before.record)) if before else ())
    return changes


def name_domains(workspace_id: UUID, traits: Traits) -> list[NameDomain]:
    return [(workspace_id, traits.company, domain) for domain in traits.domains] if traits.company else []


def compare_all(connection: Connection, judge: Judge, people: Mapping[Number, Stored], were: Mapping[Number, Stored]) -> Compared:
    """Find who these records may be, and say what speaks for it. `were`: the batch's, as they are stored."""
    described = {number: judge.describe(each) for number, each in people.items()}
    traits = judge.traits(connection, described)
    keyed = {n: replace(each, keys=judging.index_keys(each.workspace_id, traits[n])) for n, each in people.items()}
    old, new = judging.entries({n: each.keys for n, each in were.items()}), judging.entries({n: each.keys for n, each in keyed.items()})
    index.change_keys(connection, old - new, new - old)
    blocks = index.blocks(connection, {key for key, _ in new})
    small = {key: members for key, members in blocks.items() if len(members) <= MOST_IN_A_BLOCK}
    candidates = judge.described(connection, {n for members in small.values() for n in members} - keyed.keys())
    traits |= judge.traits(connection, candidates)
    # What is shared already is no key of these any more.
    own = {key: text for n, each in described.items() for key, text in each.own.items() if key in keyed[n].keys}
    if shared := judging.unshare(connection, blocks, own, traits):
        small = {key: members for key, members in small.items() if key not in shared}
        traits |= judge.traits(connection, {n: each for n, each in (described | candidates).items() if not shared.isdisjoint(each.own)})
    pairs = judging.pairs_of(small.values(), keyed)
    return Compared(keyed, traits, {pair: judge.score(traits[pair[0]], traits[pair[1]]) for pair in pairs})


def save(connection: Connection, judge: Judge, scene: Scene) -> None:
    """The batch's records, those that go to other persons, and the links."""
    now, before, gone = scene.now, scene.before, scene.gone
    said = {n for n in scene.judged if n not in before or before[n].digest != now[n].digest}
    store.keep(connection, [now[n] for n in sorted(said)])
    others = ((each, before[n]) for n, each in now.items() if n not in said)
    store.move(connection, [each for each, was in others if each is not was and owned(each) != owned(was)])
    judge.keep(connection, [each for n in scene.judged if (each := now[n]).person_id])
    descriptions.forget(connection, gone.keys())
    versions.forget(connection, [(each.workspace_id, each.record_id) for each in gone.values()])
    index.forget_links(connection, {n for n in scene.judged | gone.keys() if n in before})
    index.keep_links(connection, scene.workspace_id, scene.fresh)
    index.mark_apart(connection, scene.turned)


def owned(stored: Stored) -> tuple[object, ...]:
    """What `store.move` writes."""
    return stored.person_id, stored.company_id, set(stored.keys)
