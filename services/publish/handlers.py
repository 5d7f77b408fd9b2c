"""What publish does with what it hears. Each batch is read, decided and written as a set."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from schemas.accounts import WorkspaceCreated
from schemas.dedupe import PersonRecognised, SurvivorshipSet
from schemas.details import Channel
from schemas.envelope import Envelope
from schemas.ingest import ImportStarted
from schemas.kpi import ScoreChanged
from schemas.marks import Digest, is_email, linkedin_key
from schemas.publish import SuppressedBy
from services.kit.codec import Heard
from services.kit.events import Told, Work
from services.publish.domain.people import (
    CompanyChange,
    CompanyEvent,
    PersonChange,
    PersonEvent,
    PersonKey,
    Recognised,
    change_company,
    change_person,
)
from services.publish.domain.suppressions import Hit, cause_of, hit_of, of_contact, suppressed
from services.publish.kinship import Place
from services.publish.matching import look_again, take_away
from services.publish.store import contacts, corrections, golden, recognised, suppressions
from services.publish.store.contacts import Row
from services.publish.store.suppressions import Entry
from services.publish.suppressing import suppress_all


def when_people_change_look_at_them_again(heard: Sequence[Heard], work: Work, digest: Digest) -> Iterable[Told]:
    golden.one_at_a_time(work.connection)
    changes: dict[PersonKey, PersonChange] = {}
    because: dict[UUID, Envelope] = {}
    told: dict[PersonKey, Recognised] = {}
    there: set[Place] = set()
    for envelope, event in in_order(heard):
        if isinstance(event, PersonRecognised):
            told[envelope.workspace_id, event.person_id] = Recognised(
                envelope.workspace_id, event.person_id, envelope.version, event.as_person, event.before
            )
            there |= {(event.before, envelope.workspace_id)} if event.before else set()
            because.setdefault(event.person_id, envelope)
        elif isinstance(event, PersonEvent):
            key, version = (envelope.workspace_id, event.person_id), envelope.version
            changes[key] = change_person(changes.get(key), event, envelope.workspace_id, version)
            because[event.person_id] = envelope
    changed = golden.keep_persons(work.connection, changes.values())
    recognised.keep(work.connection, told.values())
    return [*take_away(work, changed, because), *look_again(work, digest, [*changed, *told], because, there=there)]


def when_companies_change_look_at_their_people_again(heard: Sequence[Heard], work: Work, digest: Digest) -> Iterable[Told]:
    golden.one_at_a_time(work.connection)
    changes: dict[PersonKey, CompanyChange] = {}
    because: dict[UUID, Envelope] = {}
    for envelope, event in in_order(heard):
        if isinstance(event, CompanyEvent):
            key, version = (envelope.workspace_id, event.company_id), envelope.version
            changes[key] = change_company(changes.get(key), event, envelope.workspace_id, version)
            because[event.company_id] = envelope
    staff = golden.staff(work.connection, golden.keep_companies(work.connection, changes.values()))
    return look_again(work, digest, staff, {person: because[company] for (_, person), company in staff.items()})


def in_order(heard: Iterable[Heard]) -> Iterator[tuple[Envelope, object]]:
    """The events without those that come again after a later one of their stream."""
    last: dict[tuple[UUID, str], int] = {}
    for h in heard:
        stream = (h.envelope.workspace_id, h.envelope.stream)
        if h.envelope.version > last.get(stream, 0):
            last[stream] = h.envelope.version
            yield h.envelope, h.body


def when_outcomes_suppress_keep_to_it(heard: Sequence[Heard], work: Work, digest: Digest) -> Iterable[Told]:
    """Opt-outs and permanent bounces close the channel for the contact, and for its address whoever else has it."""
    hits = [(h.envelope.workspace_id, hit) for h in heard if (hit := hit_of(h.body))]
    if not hits:
        return []
    known = contacts.contacts(work.connection, {hit.contact_id: workspace_id for workspace_id, hit in hits})
    return suppress_all(work, [entry for place, hit in hits for entry in entries_of(place, hit, known.get(hit.contact_id), digest)])


def entries_of(workspace_id: UUID, hit: Hit, row: Row | None, digest: Digest) -> Iterator[Entry]:
    """By the contact itself, by that which it was merged into, and by its address or profile."""
    cause = cause_of(hit)
    yield Entry(workspace_id, of_contact(workspace_id, hit.contact_id, cause, digest), hit.source)
    if row and row.merged_into:
        yield Entry(workspace_id, of_contact(workspace_id, row.merged_into, cause, digest), hit.source)
    if address := address_of(hit, row, digest):
        yield Entry(workspace_id, suppressed(workspace_id, *address, cause, hit.contact_id), hit.source)


def address_of(hit: Hit, row: Row | None, digest: Digest) -> tuple[SuppressedBy, str] | None:
    details = row.shown.details if row else None
    if hit.channel == Channel.EMAIL and hit.digest:
        return SuppressedBy.EMAIL, hit.digest
    if hit.channel == Channel.EMAIL and details and is_email(details.email):
        return SuppressedBy.EMAIL, digest(SuppressedBy.EMAIL, details.email or "")
    if hit.channel == Channel.LINKEDIN and details and (slug := linkedin_key(details.linkedin or "")):
        return SuppressedBy.LINKEDIN, digest(SuppressedBy.LINKEDIN, slug)
    return None


def when_scores_change_show_them(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    scores = {(h.envelope.workspace_id, h.body.contact_id): h.body.score for h in heard if isinstance(h.body, ScoreChanged)}
    contacts.score(work.connection, scores)
    return ()


def when_workspaces_appear_know_their_clients(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    """What a client excludes everywhere holds in a workspace that is made later too."""
    created = [h.body for h in heard if isinstance(h.body, WorkspaceCreated)]
    suppressions.keep_workspaces(work.connection, [body.model_dump() for body in created])
    return ()


def when_imports_start_know_their_files(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    """A contact's fields say which file they are from."""
    started = [(h.envelope.workspace_id, h.body.import_id, h.body.file_name) for h in heard if isinstance(h.body, ImportStarted)]
    corrections.keep_imports(work.connection, started)
    return ()


def when_survivorship_is_set_know_what_to_hide(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    for h in heard:
        if isinstance(h.body, SurvivorshipSet):
            corrections.keep_hidden(work.connection, h.envelope.workspace_id, h.body.version, h.body.hidden_sources)
    return ()
