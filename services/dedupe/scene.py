"""Everything that one batch may touch, and how it comes to be known: the batch's records with their keys, links and persons."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """`now` and `before` are records of one workspace by id: as the batch makes them, and as they were."""

    now: dict[UUID, Stored]
    before: dict[UUID, Stored]
    judged: set[UUID]
    """The batch's own."""
    fresh: dict[Pair, Link] = field(default_factory=dict)
    """Links of the judged records."""
    turned: dict[Pair, bool] = field(default_factory=dict)
    """Links of others whose two became two persons, or one."""
    because: dict[UUID, Envelope] = field(default_factory=dict)
    """Record of the batch → the event that brought it, or took it away; none for one that is looked at again."""

    gone: dict[UUID, Stored] = field(default_factory=dict)
    """Records that the batch takes away, as they were."""

    @property
    def touched(self) -> set[UUID]:
        """Records of the batch, and those that are another person's now."""
        moved = {r for r, each in self.now.items() if (was := self.before.get(r)) is None or was.person_id != each.person_id}
        return moved | self.judged | self.gone.keys()

    @property
    def touched_persons(self) -> set[UUID]:
        """Whose these records are, and whose they were."""
        sides = (each for records in (self.now, self.before) for r in self.touched if (each := records.get(r)))
        return {each.person_id for each in sides if each.person_id}


def set_scene(
    connection: Connection, judge: Judge, workspace_id: UUID, judged: Mapping[UUID, Stored], known: Mapping[UUID, Stored]
) -> Scene:
    """`judged`: the workspace's records of the batch as they are now; `known`: as they were, those that were, and those that are taken
    away.
    """
    index.count_names(connection, changed_names(judge, judged, known))
    people = {each.arrived: each for each in judged.values() if each.person_id}
    were = {each.arrived: each for each in known.values()}
    compared = compare_all(connection, judge, people, were)
    more = len(people) - sum(each.person_id is not None for each in were.values())
    around = gather(connection, judge, compared, were, judge.knowledge.shift(store.grow(connection, workspace_id, more)))
    links, turned = links_apart(around)
    now = dict(judged) | {each.record_id: each for each in around.records.values()}
    before = dict(known) | {each.record_id: each for each in around.before.values()}
    return Scene(now, before, set(judged), links, turned, gone={r: each for r, each in known.items() if r not in judged})


def changed_names(judge: Judge, judged: Mapping[UUID, Stored], known: Mapping[UUID, Stored]) -> Counter[NameDomain]:
    """How many records more go with each name and domain."""
    changes: Counter[NameDomain] = Counter()
    for record_id in judged.keys() | known.keys():
        now, before = judged.get(record_id), known.get(record_id)
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
    said = {r for r in scene.judged if r not in scene.before or scene.before[r].digest != scene.now[r].digest}
    store.keep(connection, [scene.now[record_id] for record_id in said])
    others = [r for r in scene.now if r not in said and owned(scene.now[r]) != owned(scene.before[r])]
    store.move(connection, [scene.now[record_id] for record_id in others])
    gone = scene.gone
    judge.keep(connection, [each for r in scene.judged if (each := scene.now[r]).person_id])
    descriptions.forget(connection, {each.arrived for each in gone.values()})
    versions.forget(connection, [(each.workspace_id, record_id) for record_id, each in gone.items()])
    index.forget_links(connection, {scene.before[r].arrived for r in scene.judged | gone.keys() if r in scene.before})
    index.keep_links(connection, scene.fresh, {each.arrived: each.workspace_id for each in scene.now.values()})
    index.mark_apart(connection, scene.turned)


def owned(stored: Stored) -> tuple[object, ...]:
    """What `store.move` writes."""
    return stored.person_id, stored.company_id, set(stored.keys)
