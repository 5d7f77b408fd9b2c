"""Looks at persons again and decides what becomes of their contacts.

One way for all that may change it: a person, a company, a merge, a segment, an exclusion. Who calls holds `one_at_a_time`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from schemas.envelope import Envelope
from schemas.marks import Digest
from schemas.publish import ContactsListed
from services.kit.events import Told, Work
from services.publish.domain.contacts import NOT_THERE, State, highest, merge_away, settle, withdraw
from services.publish.domain.people import PersonKey
from services.publish.domain.suppressions import of_contact
from services.publish.kinds import CONTACT, LIST
from services.publish.kinship import Place
from services.publish.moves import Decided, States, moves_of
from services.publish.seeing import Looking, View
from services.publish.store import contacts as store
from services.publish.store import golden, lists, suppressions
from services.publish.store.suppressions import Entry
from services.publish.suppressing import suppress_all


def look_again(
    work: Work,
    digest: Digest,
    keys: Iterable[PersonKey],
    because: Mapping[UUID, Envelope] | None = None,
    *,
    only: UUID | None = None,
    there: Collection[Place] = (),
) -> list[Told]:
    """What follows for the contacts of these persons, in all workspaces or in one. `because` names what led to it, by person; `there`:
    persons of the Provider's for each of whom only one workspace is meant.
    """
    views = Looking(work.connection, digest, only).at(set(keys), because or {}, there)
    homes = {row.contact_id: row.workspace_id for view in views for row in view.merged}
    homes |= {view.sight.contact_id: view.workspace_id for view in views if view.is_to_be_decided}
    states = work.load(CONTACT, homes, homes)
    decided: Decided = {}
    told: list[Told] = []
    for view in views:
        events = decide(view, states)
        decided |= events
        told += [Told(CONTACT, key, body, view.workspace_id, view.because) for key, bodies in events.items() for body in bodies]
    write(work, views, decided, states)
    return told + carry_over(work, digest, views, decided)


def take_away(work: Work, keys: Iterable[PersonKey], because: Mapping[UUID, Envelope]) -> list[Told]:
    """What follows for the contacts of those of these persons of whom no record is left."""
    rows = store.contacts_of(work.connection, {person for _, person in golden.withdrawn(work.connection, keys)})
    homes = {row.contact_id: row.workspace_id for row in rows}
    states = work.load(CONTACT, homes, homes)
    decided: Decided = {row.contact_id: withdraw(states[row.contact_id], row.contact_id) for row in rows}
    store.move(work.connection, moves_of(homes, states, decided), work.now)
    store.withdraw(work.connection, [(homes[key], key) for key, events in decided.items() if events], work.now)
    causes = {row.contact_id: because.get(row.person_id) for row in rows}
    return [Told(CONTACT, key, body, homes[key], causes[key]) for key, bodies in decided.items() for body in bodies]


def decide(view: View, states: States) -> Decided:
    """The merged contacts go first, so that nobody sees the same person twice."""
    key = view.sight.contact_id
    others = [row.contact_id for row in view.merged]
    events = {contact: merge_away(states[contact], contact, key, others) for contact in others}
    if key in states:
        inherited = highest(state.held for row in view.merged if (state := states[row.contact_id]))
        events[key] = settle(states[key], replace(view.sight, inherited=inherited), view.row.shown if view.row else None)
    return events


def write(work: Work, views: list[View], decided: Decided, states: States) -> None:
    """Write what the contacts show and are from now on."""
    store.show(work.connection, [(v.workspace_id, v.sight, v.marks) for v in views if is_to_be_shown(v, decided)], work.now)
    homes = {key: view.workspace_id for view in views for key in (view.sight.contact_id, *(row.contact_id for row in view.merged))}
    store.move(work.connection, moves_of(homes, states, decided), work.now)


def is_to_be_shown(view: View, decided: Decided) -> bool:
    if decided.get(view.sight.contact_id):
        return True
    return bool(view.row and view.row.state not in {State.EXCLUDED, *NOT_THERE} and not view.is_shown)


def carry_over(work: Work, digest: Digest, views: list[View], decided: Decided) -> list[Told]:
    """What was suppressed for a contact, and the lists that it was on, hold for the one that it is merged into."""
    into = {row.contact_id: view for view in views for row in view.merged if decided[row.contact_id]}
    standing = suppressions.of_contacts(work.connection, {key: view.workspace_id for key, view in into.items()})
    entries = [
        Entry(s.workspace_id, of_contact(s.workspace_id, into[s.body.contact_id].sight.contact_id, s.cause, digest), s.source)
        for s in standing
        if s.body.contact_id
    ]
    listed = lists.follow(work.connection, [(view.workspace_id, key, view.sight.contact_id) for key, view in into.items()])
    return suppress_all(work, entries) + [
        Told(LIST, list_id, ContactsListed(list_id=list_id, contact_ids=tuple(sorted(ids))), workspace_id)
        for (workspace_id, list_id), ids in listed.items()
    ]
