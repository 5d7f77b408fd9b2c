"""What people did, as sources tell it: told once each, of the contact that it is about.

A source may know a person by an address. Which contact has it is known here from publish's events, as a keyed digest; an
activity of somebody who is no contact yet waits until they are one.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from schemas.envelope import Envelope
from schemas.marks import Digest, marks_of
from schemas.publish import ContactMergedAway, ContactProposed, ContactRevised, ContactWithdrawn, SuppressedBy
from services.ingest.domain.activities import ActivityDraft, Who, recorded
from services.ingest.domain.source import Activity, evolve_activity
from services.ingest.intake import Outcome
from services.ingest.store import addresses as store
from services.ingest.store.addresses import Owner
from services.kit.codec import Heard
from services.kit.events import Kind, Told, Work

ACTIVITY: Kind[Activity] = Kind("activity", Activity, evolve_activity)
NAMING = frozenset({SuppressedBy.EMAIL, SuppressedBy.LINKEDIN})
"""The marks that name one person."""


def record_activities(work: Work, workspace_id: UUID, source: str, drafts: Sequence[ActivityDraft]) -> tuple[list[Outcome], list[Told]]:
    """An activity is known by its id: sent again it is unchanged, whatever it says now."""
    if not drafts:
        return [], []
    contacts = contacts_of(work, workspace_id, drafts)
    known = work.load(ACTIVITY, {each.activity_id for each in drafts}, workspace_id)
    seen = {key for key, state in known.items() if state}
    first: dict[UUID, ActivityDraft] = {}
    for each in drafts:
        first.setdefault(each.activity_id, each)
    new = [each for each in first.values() if each.activity_id not in seen]
    told = [tell(workspace_id, source, each, contact) for each in new if (contact := contacts.get(each.who))]
    waiting = store.wait(work.connection, workspace_id, source, [each for each in new if each.who not in contacts])
    fates = dict.fromkeys((each.id for each in told), Outcome.ADDED) | dict.fromkeys(waiting, Outcome.WAITING)
    # What stands twice in one call was new once.
    return [fates.pop(each.activity_id, Outcome.UNCHANGED) for each in drafts], told


def contacts_of(work: Work, workspace_id: UUID, drafts: Sequence[ActivityDraft]) -> dict[Who, UUID]:
    """Whose each activity is, where that is known."""
    named: dict[Who, UUID] = {each.who: each.who for each in drafts if isinstance(each.who, UUID)}
    digests = {each.who for each in drafts if isinstance(each.who, str)}
    if digests:
        store.lock_workspaces(work.connection, [workspace_id])
        named.update(store.contacts_of(work.connection, workspace_id, digests))
    return named


def tell(workspace_id: UUID, source: str, draft: ActivityDraft, contact_id: UUID, because: Envelope | None = None) -> Told:
    body = recorded(draft, contact_id, source)
    return Told(ACTIVITY, draft.activity_id, body, workspace_id, because, occurred_at=draft.deed.at)


def when_contacts_change_know_their_addresses(heard: Sequence[Heard], work: Work, digest: Digest) -> Iterable[Told]:
    """And tell what waited for somebody to have one of them."""
    known: dict[Owner, set[str]] = {}
    merged: dict[Owner, UUID] = {}
    because: dict[UUID, Envelope] = {}
    for h in heard:
        match h.body:
            case ContactProposed(contact_id=contact_id, details=details) | ContactRevised(contact_id=contact_id, details=details):
                known[h.envelope.workspace_id, contact_id] = {digest(*m) for m in marks_of(contact_id, details) if m[0] in NAMING}
                because[contact_id] = h.envelope
            case ContactMergedAway(contact_id=contact_id, into=into):
                merged[h.envelope.workspace_id, contact_id] = into
                because[into] = h.envelope
            case ContactWithdrawn(contact_id=contact_id, stays=False):
                # What people of this address do waits until somebody has it again.
                known[h.envelope.workspace_id, contact_id] = set()
                because[contact_id] = h.envelope
    if not known and not merged:
        return []
    owners = {*known, *((workspace_id, into) for (workspace_id, _), into in merged.items())}
    store.lock_workspaces(work.connection, (workspace_id for workspace_id, _ in owners))
    store.keep(work.connection, known)
    store.move(work.connection, merged)
    return tell_found(work, owners, because)


def tell_found(work: Work, owners: Iterable[Owner], because: dict[UUID, Envelope]) -> list[Told]:
    found = store.found(work.connection, owners)
    told_before = work.load(ACTIVITY, {row.activity_id for row in found}, {row.activity_id: row.workspace_id for row in found})
    drafts = sorted(((store.draft_of(row), row) for row in found if not told_before[row.activity_id]), key=lambda pair: pair[0].deed.at)
    return [tell(row.workspace_id, row.source, draft, row.contact_id, because[row.contact_id]) for draft, row in drafts]
