"""A workspace's own persons among the Provider's: who of these each one is, found out beside the stream and told to that workspace alone.

It is looked for anew when the person's records have changed, or records of the Provider's that have a key in common with them. What is
found is written nowhere that the Provider's persons are decided from.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Connection

from schemas.body import PROVIDER
from schemas.dedupe import RecognitionAllowed, RecognitionRefused
from services.dedupe import index, recognised, store
from services.dedupe.choosing import in_order
from services.dedupe.domain import recognition
from services.dedupe.domain.linkage.clustering import agreement
from services.dedupe.domain.linkage.resolving import LINK, TOGETHER
from services.dedupe.domain.linkage.traits import Traits
from services.dedupe.index import Number
from services.dedupe.judging import Judge, index_keys
from services.dedupe.kinds import PERSON, RECOGNITION
from services.dedupe.models import Judges
from services.dedupe.scene import Scene
from services.dedupe.store import Scoped, Stored
from services.kit.errors import Conflict
from services.kit.events import Told, Work

Across = tuple[Number, Number]
"""An own record, and one of the Provider's."""


def ask(connection: Connection, workspace_id: UUID, scene: Scene) -> None:
    """When records were settled: those whom that may concern are to be looked for anew."""
    persons = scene.touched_persons
    if workspace_id == PROVIDER:
        recognised.stir(connection, {key for each in scene.touched for key in each.keys}, persons)
    else:
        recognised.ask(connection, workspace_id, persons)
        recognised.forget_keys(connection, scene.gone.keys())


def recognise(work: Work, judges: Judges, most: int) -> tuple[int, list[Told]]:
    """Find out whom changes of the Provider's concern, or look for some of those who are to be looked for. Returns how much was done, and
    what there is to tell.

    The two are apart, as who looks holds scopes: also the Provider's, so that what arrives there later finds the keys that are looked
    for now.
    """
    if changes := recognised.wake(work.connection):
        return changes, []
    waiting = recognised.next_waiting(work.connection, most)
    if not waiting:
        return 0, []
    store.lock_scopes(work.connection, {PROVIDER, *(workspace_id for workspace_id, _ in waiting)})
    persons = recognised.take(work.connection, waiting)
    workspaces = {person_id: workspace_id for workspace_id, person_id in persons}
    known = work.load(RECOGNITION, workspaces, workspaces)
    refused = {
        (workspaces[person_id], person_id): now_are(work.connection, each.refused)
        for person_id, each in known.items()
        if each and each.refused
    }
    found = identify(work.connection, judges.current(work.connection), persons, refused)
    told = [
        Told(RECOGNITION, person_id, event, workspace_id)
        for workspace_id, person_id in sorted(persons)
        for event in recognition.settle(known[person_id], person_id, found.get((workspace_id, person_id)))
    ]
    recognised.keep(work.connection, {(each.workspace_id, each.id): found.get((each.workspace_id, each.id)) for each in told})
    return len(waiting), told


def refuse(work: Work, workspace_id: UUID, person_id: UUID) -> tuple[None, list[Told]]:
    """The own person is not the one that they are taken for."""
    store.lock_scopes(work.connection, [workspace_id])
    known = work.load(RECOGNITION, [person_id], workspace_id)[person_id]
    if known is None or known.as_person is None:
        raise Conflict(f"{person_id} is not taken for anybody of the Provider's")
    recognised.keep(work.connection, {(workspace_id, person_id): None})
    recognised.ask(work.connection, workspace_id, [person_id])
    events = [RecognitionRefused(person_id=person_id, as_person=known.as_person), *recognition.settle(known, person_id, None)]
    return None, [Told(RECOGNITION, person_id, event, workspace_id) for event in events]


def allow(work: Work, workspace_id: UUID, person_id: UUID) -> tuple[None, list[Told]]:
    """The evidence decides again."""
    store.lock_scopes(work.connection, [workspace_id])
    known = work.load(RECOGNITION, [person_id], workspace_id)[person_id]
    if known is None or not known.refused:
        raise Conflict(f"nothing was refused of {person_id}")
    recognised.ask(work.connection, workspace_id, [person_id])
    return None, [Told(RECOGNITION, person_id, RecognitionAllowed(person_id=person_id), workspace_id)]


def now_are(connection: Connection, refused: Collection[UUID]) -> set[UUID]:
    """Persons of the Provider's, and those whose their records are now: a refusal holds for whoever they are found to be."""
    states = store.states_of(connection, PROVIDER, PERSON, refused)
    records = store.find(connection, {(PROVIDER, record_id) for state in states for record_id in state.record_ids})
    return {*refused, *(each.person_id for each in records.values() if each.person_id)}


def identify(
    connection: Connection, judge: Judge, persons: Collection[Scoped], refused: Mapping[Scoped, Collection[UUID]] = MappingProxyType({})
) -> dict[Scoped, UUID]:
    """Own person → the Provider's person that they are, of those who are one. Keeps the keys that it looked by."""
    own = {each.arrived: each for each in store.of_persons(connection, persons).values()}
    mine = judge.among(connection, PROVIDER, judge.traits(connection, judge.described(connection, own.keys())))
    shift = judge.knowledge.shift(store.count_people(connection, PROVIDER))
    candidates = pairs_across(connection, mine)
    theirs = traits_of(connection, judge, {other for _, other in candidates})
    bits = {pair: judge.score(mine[pair[0]], theirs[pair[1]]) for pair in candidates}
    linked = [pair for pair, its in bits.items() if its >= LINK - shift]
    groups = by_person(store.persons_of(connection, {other for _, other in linked}).values())
    theirs |= traits_of(connection, judge, {number for group in groups.values() for number in group} - theirs.keys())
    own_groups = by_person(own.values())
    owner, person = whose(own_groups), whose(groups)

    def score(pair: tuple[Number, Number]) -> float:
        one, other = pair if pair[0] in mine else pair[::-1]
        return judge.score(mine[one], theirs[other])

    agreed: dict[Scoped, dict[UUID, float]] = defaultdict(dict)
    for one, other in {(owner[one], person[other]) for one, other in linked}:
        its = agreement(own_groups[one], groups[other], {}, score)
        if its >= TOGETHER - shift and other[1] not in refused.get(one, ()):
            agreed[one][other[1]] = its
    return {one: as_person for one, its in agreed.items() if (as_person := recognition.likeliest(its))}


def pairs_across(connection: Connection, mine: Mapping[Number, Traits]) -> set[Across]:
    """Own records, with the Provider's that have a key in common with them that not too many there have."""
    keys = {number: index_keys(PROVIDER, traits) for number, traits in mine.items()}
    recognised.keep_keys(connection, keys)
    blocks = index.blocks(connection, {key: most for its in keys.values() for key, most in its.items()}, least=1)
    return {(number, other) for number, its in keys.items() for key in its for other in blocks.get(key, ())}


def traits_of(connection: Connection, judge: Judge, numbers: Collection[Number]) -> dict[Number, Traits]:
    return judge.traits(connection, judge.described(connection, numbers)) if numbers else {}


def by_person(records: Collection[Stored]) -> dict[Scoped, list[Number]]:
    groups: dict[Scoped, list[Number]] = defaultdict(list)
    for each in in_order(records):
        if each.person_id:
            groups[each.workspace_id, each.person_id].append(each.arrived)
    return groups


def whose(groups: Mapping[Scoped, Collection[Number]]) -> dict[Number, Scoped]:
    return {number: person for person, group in groups.items() for number in group}
