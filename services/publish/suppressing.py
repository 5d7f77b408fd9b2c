"""Tells and stores suppressions, whoever asks for them; what holds already is not told again."""

from collections.abc import Iterable
from uuid import UUID

from schemas.envelope import Envelope
from schemas.publish import SuppressionScope
from services.kit.events import Told, Work
from services.publish.domain.review import Act, review
from services.publish.domain.suppressions import lift, suppress, suppressed
from services.publish.kinds import CONTACT, SUPPRESSION
from services.publish.moves import moves_of
from services.publish.store import contacts, segments
from services.publish.store import suppressions as store
from services.publish.store.suppressions import Entry, Standing


def suppress_all(work: Work, entries: Iterable[Entry], because: Envelope | None = None) -> list[Told]:
    wanted = {entry.body.suppression_id: entry for entry in entries}
    known = work.load(SUPPRESSION, wanted, {key: entry.workspace_id for key, entry in wanted.items()})
    events = {key: suppress(known[key], entry.body) for key, entry in wanted.items()}
    store.keep(work.connection, [wanted[key] for key, told in events.items() if told], work.now)
    return [Told(SUPPRESSION, key, body, wanted[key].workspace_id, because) for key, told in events.items() for body in told]


def lift_all(work: Work, homes: dict[UUID, UUID]) -> list[Told]:
    """Lift these suppressions (each with its workspace); those that are not active stay as they are."""
    known = work.load(SUPPRESSION, homes, homes)
    events = {key: lift(known[key], key) for key in homes}
    store.lifted(work.connection, [(homes[key], key) for key, told in events.items() if told], work.now)
    return [Told(SUPPRESSION, key, body, homes[key]) for key, told in events.items() for body in told]


def carry_out(work: Work, standing: list[Standing], most: int) -> list[Told]:
    """What follows from suppressions that are new or lifted: for the client's other workspaces, and for contacts, `most` at a time."""
    told = spread(work, standing)
    touched = {each.id for each in told}
    rest = [each for each in standing if each.body.suppression_id not in touched]
    excluding = [each for each in rest if each.active and each.excludes]
    excluded = exclude_meant(work, excluding, most)
    for workspace_id in sorted({each.workspace_id for each in rest if each.excludes and not each.active}):
        segments.ask_review(work.connection, workspace_id)
    more = len(excluded) == most
    store.settle(work.connection, [each for each in rest if not (more and each in excluding)])
    return told + excluded


def spread(work: Work, standing: Iterable[Standing]) -> list[Told]:
    """What a client suppresses everywhere, and lifts, in all its workspaces."""
    wide = [each for each in standing if each.body.scope == SuppressionScope.CLIENT]
    others = store.siblings(work.connection, {each.workspace_id for each in wide})
    pairs = [(each, place) for each in wide for place in others.get(each.workspace_id, ())]
    bodies = [(each, place, suppressed(place, each.body.by, each.body.digest, each.cause)) for each, place in pairs]
    told = suppress_all(work, [Entry(place, body, each.source, each.value) for each, place, body in bodies if each.active])
    return told + lift_all(work, {body.suppression_id: place for each, place, body in bodies if not each.active})


def exclude_meant(work: Work, excluding: list[Standing], most: int) -> list[Told]:
    meant = store.contacts_meant(work.connection, excluding, most)
    homes = {contact_id: workspace_id for workspace_id, contact_id in meant}
    states = work.load(CONTACT, homes, homes)
    events = {key: review(states[key], key, Act.EXCLUDE, meant[homes[key], key]) for key in homes}
    contacts.move(work.connection, moves_of(homes, states, events), work.now)
    return [Told(CONTACT, key, body, homes[key]) for key, bodies in events.items() for body in bodies]
