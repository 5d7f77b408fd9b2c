"""Everything that one batch may touch, and how it comes to be known: the batch's records with their keys, links and persons."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
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
from services.dedupe.sitting import Sitting
from services.dedupe.store import Stored


@dataclass
class Scene:
    """`now` and `before` are records of the workspace: as the batch makes them, and as they were."""

    sitting: Sitting
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

    @property
    def workspace_id(self) -> UUID:
        return self.sitting.workspace_id

    @cached_property
    def touched(self) -> list[Stored]:
        """Records of the batch, and those that are another person's now: as they are, and as they were."""
        moved = {n for n, each in self.now.items() if (was := self.before.get(n)) is None or was.person_id != each.person_id}
        return [each for n in moved | self.judged | self.gone.keys() for each in (self.now.get(n), self.before.get(n)) if each]

    @cached_property
    def touched_persons(self) -> set[UUID]:
        """Whose these records are, and whose they were."""
        return {each.person_id for each in self.touched if each.person_id}

    @cached_property
    def groups(self) -> dict[UUID, list[Number]]:
        """The records of each of them who has any, in the order of arrival."""
        groups: dict[UUID, list[Number]] = defaultdict(list)
        for number in sorted(self.now):
            if (person_id := self.now[number].person_id) in self.touched_persons and person_id:
                groups[person_id].append(number)
        return groups


def set_scene(
    connection: Connection, judge: Judge, workspace_id: UUID, judged: Mapping[Number, Stored], known: Mapping[Number, Stored]
) -> Scene:
    """`judged`: the workspace's records of the batch as they are now; `known`: as they were, those that were, and those that are taken
    away.
    """
    people = {number: each for number, each in judged.items() if each.person_id}
    sitting = Sitting(connection, judge, workspace_id, len(people) - sum(each.person_id is not None for each in known.values()))
    sitting.count_names(changed_names(sitting, judged, known))
    around = gather(sitting, compare_all(sitting, people, known), known)
    links, turned = links_apart(around)
    gone = {number: each for number, each in known.items() if number not in judged}
    return Scene(sitting, {**judged, **around.records}, {**known, **around.before}, set(judged), links, turned, gone=gone)


def changed_names(sitting: Sitting, judged: Mapping[Number, Stored], known: Mapping[Number, Stored]) -> Counter[NameDomain]:
    """How many records more say each."""
    changes: Counter[NameDomain] = Counter()
    for number in judged.keys() | known.keys():
        now, before = judged.get(number), known.get(number)
        if now is None or before is None or before.digest != now.digest:
            changes.update(name_domains(sitting.describe(now).traits) if now else ())
            changes.subtract(name_domains(traits_of(before.record)) if before else ())
    return changes


def name_domains(traits: Traits) -> list[NameDomain]:
    return [(traits.company, traits.country, domain) for domain in traits.domains] if traits.company else []


def compare_all(sitting: Sitting, people: Mapping[Number, Stored], were: Mapping[Number, Stored]) -> Compared:
    """Find who these records may be, and say what speaks for it. `were`: the batch's, as they are stored."""
    connection, score = sitting.connection, sitting.judge.score
    described = {number: sitting.describe(each) for number, each in people.items()}
    traits = sitting.traits(described)
    limits = {n: judging.index_keys(each.workspace_id, traits[n]) for n, each in people.items()}
    # What is shared already is compared by no more, but kept: it may be shared no more one day.
    keys = {n: tuple(sorted({*its, *sitting.shared_of(described[n])})) for n, its in limits.items()}
    keyed = {n: replace(each, keys=keys[n]) for n, each in people.items()}
    own = {key for n, each in described.items() for key in each.own if key in limits[n]}
    old, new = judging.entries({n: each.keys for n, each in were.items()}), judging.entries(keys)
    index.change_keys(connection, old - new, new - old)
    sitting.unshare({key for key, _ in old - new})
    blocks = index.blocks(connection, {key: most for its in limits.values() for key, most in its.items()}, watched=own)
    small = {key: members for key, members in blocks.items() if len(members) <= MOST_IN_A_BLOCK}
    pairs = judging.pairs_of(keys, small)
    candidates = sitting.described({*chain(*pairs), *chain(*(small[key] for key in own if key in small))} - keyed.keys())
    traits |= sitting.traits(candidates)
    if shared := judging.shared_by(blocks, own, traits):
        sitting.share(shared)
        pairs = judging.pairs_of(keys, {key: members for key, members in small.items() if key not in shared})
        candidates |= sitting.described({*chain(*pairs)} - keyed.keys() - candidates.keys())
        everybody = described | candidates
        traits |= sitting.traits({n: each for n, each in everybody.items() if n not in traits or not shared.isdisjoint(each.own)})
    return Compared(keyed, traits, {pair: score(traits[pair[0]], traits[pair[1]]) for pair in pairs})


def save(scene: Scene) -> None:
    """The batch's records, those that go to other persons, and the links."""
    connection, now, before, gone = scene.sitting.connection, scene.now, scene.before, scene.gone
    said = {n for n in scene.judged if n not in before or before[n].digest != now[n].digest}
    store.keep(connection, [now[n] for n in sorted(said)])
    others = ((each, before[n]) for n, each in now.items() if n not in said)
    store.move(connection, [each for each, was in others if each is not was and owned(each) != owned(was)])
    people = [each for n in scene.judged if (each := now[n]).person_id]
    scene.sitting.keep([each for each in people if each.arrived not in before], [each for each in people if each.arrived in before])
    descriptions.forget(connection, gone.keys())
    versions.forget(connection, [(each.workspace_id, each.record_id) for each in gone.values()])
    index.forget_links(connection, {n for n in scene.judged | gone.keys() if n in before})
    index.keep_links(connection, scene.workspace_id, scene.fresh)
    index.mark_apart(connection, scene.turned)


def owned(stored: Stored) -> tuple[object, ...]:
    """What `store.move` writes."""
    return stored.person_id, stored.company_id, set(stored.keys)
