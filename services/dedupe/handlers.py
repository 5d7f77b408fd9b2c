"""What a batch of records leads to: persons and companies formed, revised, merged and split.

All is decided from sets: the batch, the records that it may be one person with (`scene`), and what is known of the company names in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from uuid import UUID

from msgspec.structs import replace

from schemas.envelope import Envelope
from services.dedupe import index, kept, recognising, store, tallies, versions
from services.dedupe.choosing import Group, Groups, choosing_for, groups_of, in_order
from services.dedupe.domain import company as companies
from services.dedupe.domain import person as persons
from services.dedupe.domain.company import Change
from services.dedupe.domain.ids import person_id_of
from services.dedupe.domain.linkage import employers
from services.dedupe.domain.linkage.model import Evidence
from services.dedupe.domain.person import Person
from services.dedupe.domain.versions import Version
from services.dedupe.index import Named, Number
from services.dedupe.judging import Judge
from services.dedupe.kinds import COMPANY, PERSON
from services.dedupe.models import Judges
from services.dedupe.scene import Scene, save, set_scene
from services.dedupe.store import Stored
from services.dedupe.versions import Turn
from services.kit.codec import Heard
from services.kit.events import Told, Work

MOST_REASONS = 3
"""Named of why two persons are one; the API explains it all."""


def when_records_arrive_merge_them(heard: Sequence[Heard], work: Work, judges: Judges) -> list[Told]:
    """Handler of ingest.records. A record that says what it said before leads to nothing; one that is withdrawn goes back, or goes."""
    said = versions.of_records(heard)
    store.lock_scopes(work.connection, {h.envelope.workspace_id for h in said})
    found = store.find(work.connection, {versions.scope_of(h) for h in said})
    turns = versions.turns(work.connection, said, found)
    if not turns:
        return []
    known = {each.arrived: each for record_id, each in found.items() if record_id in turns}
    numbers = {record_id: each.arrived for record_id, each in found.items()}
    numbers |= store.numbers_for(work.connection, [(turn.workspace_id, each) for each, turn in turns.items() if each not in found])
    judged: dict[Number, Stored] = {}
    because: dict[Number, Envelope] = {}
    for record_id, turn in turns.items():
        was = found.get(record_id)
        now = taken_in(turn, turn.now, was, numbers[record_id]) if turn.now else None
        if now:
            judged[now.arrived] = now
        if each := now or was:
            because[each.arrived] = turn.heard.envelope
    return settle(work, judges.current(work.connection), judged, known, because)


def taken_in(turn: Turn, now: Version, was: Stored | None, number: Number) -> Stored:
    """The record as it is to be stored; one about a person is a person of its own until it is judged, or stays whose it was."""
    record = now.record
    # A record that was a person's stays one's, unless it goes back to where it was none's.
    person_id = was.person_id if was and (record.is_person or not turn.is_back) else None
    if person_id is None and record.is_person:
        person_id = person_id_of(record.record_id)
    if was:
        return replace(was, digest=now.digest, said=record, person_id=person_id)
    return Stored(turn.workspace_id, record.record_id, number, now.digest, record, person_id)


def look_again(work: Work, judges: Judges, most: int) -> tuple[int, list[Told]]:
    """Judge some of the records anew for which something else has changed: what was learned, a company's name, a number that many share.
    Returns how many, and what there is to tell.
    """
    waiting = index.next_again(work.connection, most)
    if not waiting:
        return 0, []
    store.lock_scopes(work.connection, store.workspaces_of(work.connection, waiting))
    numbers = index.take_again(work.connection, waiting)
    known = store.numbered(work.connection, numbers)
    if not known:
        return len(waiting), []
    return len(waiting), settle(work, judges.current(work.connection), known, known, {})


def settle(
    work: Work, judge: Judge, judged: Mapping[Number, Stored], known: Mapping[Number, Stored], because: Mapping[Number, Envelope]
) -> list[Told]:
    """`judged`: records as they are now; `known`: as they were, those that were, and those that are taken away. Each workspace by itself:
    not even by their number do the records of one say anything of another's.
    """
    told: list[Told] = []
    for place in sorted({each.workspace_id for each in (*judged.values(), *known.values())}):
        now, before = ({n: each for n, each in records.items() if each.workspace_id == place} for records in (judged, known))
        scene = set_scene(work.connection, judge, place, now, before)
        scene.because.update((n, envelope) for n, envelope in because.items() if envelope.workspace_id == place)
        told += [*settle_companies(work, judge, scene), *tell_persons(work, judge, scene)]
        recognising.ask(work.connection, place, scene)
    return told


def settle_companies(work: Work, judge: Judge, scene: Scene) -> list[Told]:
    """Find the companies of all records of those whom the batch touches, store all that has changed, and tell of the companies that are
    other than they were.
    """
    groups = touched(scene)
    homes = homes_of(scene, groups)
    changes: dict[UUID, Change] = defaultdict(Change)
    left: dict[UUID, UUID] = {}
    for each in scene.gone.values():
        count(changes, each, None)
    for group in groups:
        meant = employers.of_person([(each.record.company_key or "", by_itself(judge, each, homes)) for each in group])
        for each, company in zip(group, meant, strict=True):
            was, now = scene.before.get(each.arrived), each
            company_id = companies.id_of(each.workspace_id, company)
            if each.company_id != company_id:
                now = scene.now[each.arrived] = replace(each, company_id=company_id)
            if was is None or (was.company_id, was.digest) != (company_id, now.digest):
                count(changes, was, now)
                if was and was.company_id and company_id and was.company_id != company_id and says_the_same(was, now):
                    left[was.company_id] = company_id
    save(scene)
    return tell_companies(work, scene, changes, left)


def says_the_same(was: Stored, now: Stored) -> bool:
    """Whether a record names the company that it named. If that is another now, the one was found to be the other; else somebody has
    changed jobs, or lost the record that told of theirs.
    """
    before, after = ((*named(each), each.record.company_domain) for each in (was, now))
    return before == after and bool(now.record.company_key or now.record.company_domain)


def count(changes: dict[UUID, Change], was: Stored | None, now: Stored | None) -> None:
    """What a record says of its company is said no more, or from now on."""
    for each, by in ((was, -1), (now, 1)):
        if each and each.company_id:
            changes[each.company_id].count(each.record, by)


def touched(scene: Scene) -> list[list[Stored]]:
    """The records of each person whom the batch touches, and those of it that are nobody's, each by itself; in an order of their own."""
    alone = [[scene.now[number]] for number in scene.judged if scene.now[number].person_id is None]
    return [sorted((scene.now[n] for n in group), key=attrgetter("record_id.int")) for group in scene.groups.values()] + alone


def by_itself(judge: Judge, stored: Stored, homes: Mapping[Named, str | None]) -> str | None:
    """The company that a record means without any other of its person's, by its domain."""
    domain = stored.record.company_domain
    return judge.knowledge.aliases.get(domain, domain) if domain else homes.get(named(stored))


def named(stored: Stored) -> Named:
    return stored.record.company_key or "", stored.record.country or ""


def homes_of(scene: Scene, groups: Sequence[Group]) -> dict[Named, str | None]:
    """The domain that each company name of these records goes with clearly, in its country and in all, and of those that the batch takes
    away. Where it is another than before, the other records with that name alone are to be looked at again.
    """
    here = [each for group in groups for each in group]
    before = [scene.before[n] for n in scene.judged | scene.gone.keys() if n in scene.before]
    names = {(name, where) for name, country in map(named, (*here, *before)) if name for where in (country, "")}
    found = scene.sitting.domains_of({name for name, _ in names})
    homes = {(name, country): scene.sitting.judge.knowledge.home(name, country, found[name]) for name, country in names}
    scene.sitting.keep_homes(homes, {each.arrived for each in here})
    return homes


def last_event(scene: Scene) -> Envelope | None:
    """The last event of the batch: what is told of those whom no record of the batch names is because of it. None where records are
    looked at again.
    """
    return next(reversed(scene.because.values()), None)


def tell_companies(work: Work, scene: Scene, changes: Mapping[UUID, Change], left: Mapping[UUID, UUID]) -> list[Told]:
    """`left`: company → another that a record of it means now, though it says what it said."""
    workspace_id, because = scene.workspace_id, last_event(scene)
    found = tallies.change(work.connection, workspace_id, changes)
    known = work.load(COMPANY, changes, workspace_id)
    told = []
    for company_id in changes:
        if company_id in found:
            events = companies.settle(known[company_id], company_id, found[company_id].details)
        elif into := left.get(company_id):
            events = companies.merge_away(known[company_id], into)
        else:
            events = companies.withdraw(known[company_id])
        told += [Told(COMPANY, company_id, event, workspace_id, because) for event in events]
    return told


def tell_persons(work: Work, judge: Judge, scene: Scene) -> list[Told]:
    workspace_id, because = scene.workspace_id, last_event(scene)
    groups = {person_id: [scene.now[n] for n in group] for person_id, group in scene.groups.items()}
    left = scene.touched_persons - groups.keys()
    orphaned = corrected(work, scene)
    known = work.load(PERSON, {*groups, *left, *orphaned}, workspace_id)
    remain = remaining(scene, [gone for person_id in left if (gone := known[person_id])])
    hand_on(work, scene, {person_id: known[person_id] for person_id in orphaned})
    choosing = choosing_for(work.connection, groups)
    told: list[Told] = []
    for person_id, group in groups.items():
        before = next((was.person_id for each in group if (was := scene.before.get(each.arrived))), None)
        cause = next((scene.because[each.arrived] for each in reversed(group) if each.arrived in scene.because), because)
        events = persons.settle(known[person_id], choosing.found(person_id, group), before)
        told += [Told(PERSON, person_id, event, workspace_id, cause) for event in events]
    for person_id, theirs in remain.items():
        gone = known[person_id]
        assert gone is not None  # noqa: S101 - `remain` is of those who are known
        events = persons.merge_away(gone, *joined(judge, groups, theirs)) if theirs else persons.withdraw(gone)
        told += [Told(PERSON, person_id, event, workspace_id, because) for event in events]
    return told


def remaining(scene: Scene, gone: Iterable[Person]) -> dict[UUID, list[Stored]]:
    """Those of each person's records that are still there, and a person's."""
    groups: dict[UUID, list[Stored]] = {each.person_id: [] for each in gone}
    owners = {record_id: each.person_id for each in gone for record_id in each.record_ids}
    for each in in_order(scene.now.values()) if owners else ():
        if each.person_id and each.record_id in owners:
            groups[owners[each.record_id]].append(each)
    return groups


def corrected(work: Work, scene: Scene) -> set[UUID]:
    """Those who are named after a record that the batch takes away, and of whom something was corrected."""
    if not scene.gone or not kept.any_corrections(work.connection, [scene.workspace_id]):
        return set()
    wanted = {(scene.workspace_id, person_id_of(each.record_id)) for each in scene.gone.values()}
    return set(kept.corrections_of(work.connection, wanted))


def hand_on(work: Work, scene: Scene, orphaned: Mapping[UUID, Person | None]) -> None:
    """What was corrected of a person goes on to the first of their other records, when the one that they are named after is withdrawn:
    whoever has these now, as they may have been merged with somebody. Of one who never was a person by itself, all that were with it
    are meant.
    """
    were_with = groups_of(was for n, was in scene.before.items() if n in scene.now) if orphaned else {}
    for gone in scene.gone.values():
        person_id = person_id_of(gone.record_id)
        if person_id in orphaned and gone.person_id in were_with:
            person = orphaned[person_id]
            theirs = [each for each in were_with[gone.person_id] if person is None or each.record_id in person.record_ids]
            if theirs:
                kept.inherit_corrections(work.connection, scene.workspace_id, person_id, person_id_of(theirs[0].record_id))


def joined(judge: Judge, groups: Groups, theirs: Group) -> tuple[UUID, str]:
    """Into whom a person was merged, and why: where the first of their records is now, and the strongest link between the two."""
    into = theirs[0].person_id
    assert into is not None  # noqa: S101 - `remaining` are persons'
    own = {each.arrived for each in theirs}
    return into, why(judge, theirs, [each for each in groups[into] if each.arrived not in own])


def why(judge: Judge, some: Sequence[Stored], others: Sequence[Stored]) -> str:
    """In words, what speaks most for two parts of a person being one; they may be held together by a third."""
    found = [
        (sum(bar.bits for bar in bars), [bar for bar in bars[1:] if bar.bits > 0])
        for one in some
        for other in others
        if (bars := judge.knowledge.explain(judge.describe(one).traits, judge.describe(other).traits))
    ]
    _, speaking = max(found, key=itemgetter(0), default=(0.0, []))
    best = sorted(speaking, key=lambda bar: -bar.bits)[:MOST_REASONS]
    return ", ".join(map(worded, best)) or "somebody decided so"


def worded(bar: Evidence) -> str:
    field = bar.field.partition(",")[0]
    return f"the same {field}" if bar.level == "the same" else f"{field}: {bar.level}"
