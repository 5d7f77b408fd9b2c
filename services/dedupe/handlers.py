"""What a batch of records leads to: persons and companies formed, revised, merged and split.

All is decided from sets: the batch, the records of every person that it may touch, and what is known of the company names in it.
As a person's records are always all that are linked with one another, no other person can be touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from schemas.envelope import Envelope
from services.dedupe import store, versions
from services.dedupe.domain import company as companies
from services.dedupe.domain import golden, match
from services.dedupe.domain import person as persons
from services.dedupe.domain.company import Company
from services.dedupe.domain.ids import person_id_of
from services.dedupe.domain.person import Found, Person
from services.dedupe.store import Moved, Named, Scoped, Stored
from services.dedupe.versions import Turn
from services.kit.codec import Heard
from services.kit.events import Kind, Told, Work

PERSON: Kind[Person] = Kind("person", Person, persons.evolve)
COMPANY: Kind[Company] = Kind("company", Company, companies.evolve)

NEW = 1 << 62
"""Above every place that the table has given out: what arrives now arrived after what is stored."""


@dataclass
class Scene:
    """Everything that one batch may touch. `now` and `before` are records by id: as the batch makes them, and as they were."""

    now: dict[UUID, Stored] = field(default_factory=dict)
    before: dict[UUID, Stored] = field(default_factory=dict)
    because: dict[UUID, Envelope] = field(default_factory=dict)
    """Record of the batch → the event that brought it, or took it away."""

    @property
    def gone(self) -> dict[UUID, Stored]:
        """Records that the batch takes away."""
        return {record_id: each for record_id, each in self.before.items() if record_id not in self.now}

    def keys(self, records: Mapping[UUID, Stored]) -> dict[UUID, frozenset[match.Key]]:
        return {record_id: match.keys_of(each.record) for record_id, each in records.items() if each.person_id is not None}


def when_records_arrive_merge_them(heard: Sequence[Heard], work: Work) -> list[Told]:
    """Handler of ingest.records. A record that says what it said before leads to nothing; one that is withdrawn goes back, or goes."""
    said = versions.of_records(heard)
    store.lock_scopes(work.connection, {h.envelope.workspace_id for h in said})
    known = store.find(work.connection, {versions.scope_of(h) for h in said})
    turns = versions.turns(work.connection, said, known)
    if not turns:
        return []
    scene = set_scene(work, turns, known)
    gather(scene)
    moved = settle_companies(work, scene)
    return [*tell_companies(work, scene, moved), *tell_persons(work, scene)]


def set_scene(work: Work, turns: Mapping[UUID, Turn], known: Mapping[UUID, Stored]) -> Scene:
    """The batch's records, and all records of the persons who share a key with them or had them."""
    scene = Scene(because={record_id: turn.heard.envelope for record_id, turn in turns.items()})
    arrivals = {}
    for place, (record_id, turn) in enumerate(turns.items()):
        if turn.now is None:
            continue
        record, was = turn.now.record, known.get(record_id)
        # A record that was a person's stays one's, unless it goes back to where it was none's.
        person_id = was.person_id if was and (record.is_person or not turn.is_back) else None
        if person_id is None and record.is_person:
            person_id = person_id_of(record_id)
        arrivals[record_id] = Stored(turn.workspace_id, record, turn.now.digest, was.arrived if was else NEW + place, person_id, None)
    keys = {(each.workspace_id, key.id) for each in arrivals.values() for key in match.keys_of(each.record)}
    touched = store.holders(work.connection, keys)
    touched |= {(known[r].workspace_id, person) for r in turns if r in known and (person := known[r].person_id)}
    scene.before = store.of_persons(work.connection, touched) | {r: known[r] for r in turns if r in known}
    gone = {record_id for record_id, turn in turns.items() if turn.now is None}
    scene.now = {record_id: each for record_id, each in (scene.before | arrivals).items() if record_id not in gone}
    return scene


def gather(scene: Scene) -> None:
    """Give every record to the person whom its group is."""
    in_order = dict(sorted(scene.now.items(), key=lambda item: item[1].arrived))
    by_workspace: dict[UUID, dict[UUID, frozenset[match.Key]]] = {}
    for record_id, keys in scene.keys(in_order).items():
        by_workspace.setdefault(in_order[record_id].workspace_id, {})[record_id] = keys
    for keyed in by_workspace.values():
        for group in match.clusters(keyed, match.links(keyed)):
            for record_id in group:
                scene.now[record_id] = replace(scene.now[record_id], person_id=person_id_of(group[0]))


def settle_companies(work: Work, scene: Scene) -> list[Moved]:
    """Find the companies of the batch's records, store all that has changed, and return whose company is another now."""
    arrivals = {record_id: scene.now[record_id] for record_id in scene.because if record_id in scene.now}
    homes = homes_of(work, scene, arrivals)
    moved = [Moved(each.workspace_id, record_id, None, each.company_id, None) for record_id, each in scene.gone.items()]
    for record_id, each in arrivals.items():
        key, domain = each.record.company_key, each.record.company_domain
        company_id = companies.resolve(each.workspace_id, key, domain, homes.get((each.workspace_id, key or ""), ()))
        scene.now[record_id] = replace(each, company_id=company_id)
        was = scene.before.get(record_id)
        moved.append(Moved(each.workspace_id, record_id, each.person_id, was.company_id if was else None, company_id))
    save(work, scene)
    wanted = {name: companies.resolve(name[0], name[1], None, domains) for name, domains in homes.items()}
    rehomed = store.rehome(work.connection, {name: company_id for name, company_id in wanted.items() if company_id})
    for move in rehomed:
        if move.record_id in scene.now:
            scene.now[move.record_id] = replace(scene.now[move.record_id], company_id=move.after)
    strangers = {(m.workspace_id, m.person_id) for m in rehomed if m.person_id and m.record_id not in scene.now}
    scene.now |= store.of_persons(work.connection, strangers)
    return moved + rehomed


def homes_of(work: Work, scene: Scene, arrivals: Mapping[UUID, Stored]) -> dict[Named, set[str]]:
    """The domains that go with each company name that the batch brings or takes away."""
    before_and_now = [*arrivals.values(), *(scene.before[r] for r in scene.because if r in scene.before)]
    names = {(each.workspace_id, each.record.company_key) for each in before_and_now if each.record.company_key}
    homes = store.domains_of(work.connection, names, scene.because)
    for each in arrivals.values():
        if each.record.company_key and each.record.company_domain:
            homes[each.workspace_id, each.record.company_key].add(each.record.company_domain)
    return homes


def save(work: Work, scene: Scene) -> None:
    """The batch's records, the new owners of others, and what has changed in the index of keys."""
    versions.forget(work.connection, [(each.workspace_id, record_id) for record_id, each in scene.gone.items()])
    store.keep(work.connection, [scene.now[record_id] for record_id in scene.because if record_id in scene.now])
    store.give(
        work.connection,
        {
            (each.workspace_id, record_id): each.person_id
            for record_id, each in scene.now.items()
            if record_id not in scene.because and each.person_id and each.person_id != scene.before[record_id].person_id
        },
    )
    old, new = entries(scene.before, scene), entries(scene.now, scene)
    store.change_keys(work.connection, old - new, new - old)


def entries(records: Mapping[UUID, Stored], scene: Scene) -> set[store.Entry]:
    return {
        (records[record_id].workspace_id, key.id, person_id, key.kind.value)
        for record_id, keys in scene.keys(records).items()
        for key in keys
        if (person_id := records[record_id].person_id)
    }


def last_event(scene: Scene) -> dict[UUID, Envelope]:
    """Workspace → the last event of the batch there: what is told of those whom no record of the batch names is because of it."""
    return {envelope.workspace_id: envelope for envelope in scene.because.values()}


def tell_companies(work: Work, scene: Scene, moved: Sequence[Moved]) -> list[Told]:
    because = last_event(scene)
    left: dict[Scoped, UUID] = {(m.workspace_id, m.before): m.after for m in moved if m.before and m.after and m.before != m.after}
    lost: set[Scoped] = {(m.workspace_id, m.before) for m in moved if m.before and not m.after}
    meant = {(m.workspace_id, m.after) for m in moved if m.after} | left.keys() | lost
    workspaces = {company_id: workspace_id for workspace_id, company_id in meant}
    details = store.company_details(work.connection, meant)
    known = work.load(COMPANY, workspaces, workspaces)
    told = []
    for workspace_id, company_id in meant:
        if company_id in details:
            events = companies.settle(known[company_id], company_id, details[company_id])
        elif (workspace_id, company_id) in left:
            events = companies.merge_away(known[company_id], left[workspace_id, company_id])
        else:
            events = companies.withdraw(known[company_id])
        told += [Told(COMPANY, company_id, event, workspace_id, because[workspace_id]) for event in events]
    return told


def tell_persons(work: Work, scene: Scene) -> list[Told]:
    groups: dict[UUID, dict[UUID, Stored]] = {}
    for record_id, each in sorted(scene.now.items(), key=lambda item: item[1].arrived):
        if each.person_id:
            groups.setdefault(each.person_id, {})[record_id] = each
    left = {was.person_id: was.workspace_id for was in scene.before.values() if was.person_id and was.person_id not in groups}
    workspaces = {person_id: next(iter(group.values())).workspace_id for person_id, group in groups.items()} | left
    known = work.load(PERSON, workspaces, workspaces)
    because = last_event(scene)
    told = []
    for person_id, group in groups.items():
        before = next((was.person_id for record_id in group if (was := scene.before.get(record_id))), None)
        cause = next((scene.because[r] for r in reversed(group) if r in scene.because), because[workspaces[person_id]])
        events = persons.settle(known[person_id], found(person_id, group), before)
        told += [Told(PERSON, person_id, event, workspaces[person_id], cause) for event in events]
    for person_id, workspace_id in left.items():
        gone = known[person_id]
        if gone:
            theirs = [r for r in gone.record_ids if r in scene.now and scene.now[r].person_id]
            events = persons.merge_away(gone, *joined(scene, theirs)) if theirs else persons.withdraw(gone)
            told += [Told(PERSON, person_id, event, workspace_id, because[workspace_id]) for event in events]
    return told


def found(person_id: UUID, group: Mapping[UUID, Stored]) -> Found:
    chosen = golden.choose([each.record for each in group.values()])
    at = golden.employer(chosen)
    return Found(person_id, tuple(sorted(group)), group[at].company_id if at else None, chosen.details)


def joined(scene: Scene, theirs: Sequence[UUID]) -> tuple[UUID, str]:
    """Into whom a person was merged, and why: where the first of their records is now."""
    theirs = sorted(theirs, key=lambda r: scene.now[r].arrived)
    into = scene.now[theirs[0]].person_id
    assert into is not None  # noqa: S101 - the caller's filter
    group = [r for r, each in scene.now.items() if each.person_id == into and r not in theirs]
    return into, match.why(theirs, group, scene.keys(scene.now))
