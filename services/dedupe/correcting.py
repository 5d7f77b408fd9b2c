"""An operator sets a golden field, or lets the records decide on it again."""

from uuid import UUID

from schemas.dedupe import CorrectionWithdrawn, PersonCorrected
from services.dedupe import kept, store
from services.dedupe.choosing import Group, choosing_for, in_order
from services.dedupe.domain import corrections
from services.dedupe.domain import person as persons
from services.dedupe.domain.corrections import Correction
from services.dedupe.domain.person import Person
from services.dedupe.kinds import CORRECTED, PERSON
from services.kit.errors import Conflict, Invalid, NotFound
from services.kit.events import Told, Work


def correct(work: Work, workspace_id: UUID, person_id: UUID, field: str, raw: str | None) -> tuple[None, list[Told]]:
    """It holds at once. An empty value means that the field is to be empty, whatever records say."""
    if not corrections.is_correctable(field):
        raise Invalid(f"{field} cannot be corrected: there are {', '.join(corrections.FIELDS)}, and custom:NAME")
    person, records = living(work, workspace_id, person_id)
    try:
        value = corrections.normal(field, raw, person.details.country)
    except ValueError as error:
        raise Invalid(str(error)) from None
    standing = work.load(CORRECTED, [person_id], workspace_id)[person_id]
    if standing and field in standing.fields and standing.fields[field] == value:
        return None, []
    kept.keep_correction(work.connection, workspace_id, Correction(person_id, field, value, work.actor, work.now))
    corrected = Told(CORRECTED, person_id, PersonCorrected(person_id=person_id, field=field, value=value), workspace_id)
    return None, [corrected, *revise(work, workspace_id, person, records)]


def withdraw(work: Work, workspace_id: UUID, person_id: UUID, field: str) -> tuple[None, list[Told]]:
    """Also of those that were made to persons merged into this one: else one of them would take its place, to everybody's surprise."""
    person, records = living(work, workspace_id, person_id)
    choosing = choosing_for(work.connection, {person_id: records})
    held = choosing.held(person_id, records).get(field, ())
    if not held:
        raise NotFound(f"{field} of this person is not corrected")
    makers = sorted({each.person_id for each in held})
    kept.drop_corrections(work.connection, workspace_id, makers, field)
    told = [Told(CORRECTED, each, CorrectionWithdrawn(person_id=each, field=field), workspace_id) for each in makers]
    return None, [*told, *revise(work, workspace_id, person, records)]


def living(work: Work, workspace_id: UUID, person_id: UUID) -> tuple[Person, Group]:
    """The person with their records; nobody else decides on them until the transaction ends."""
    store.lock_scopes(work.connection, [workspace_id])
    person = work.load(PERSON, [person_id], workspace_id)[person_id]
    if person is None:
        raise NotFound(f"there is no person {person_id} here")
    if person.merged_into:
        raise Conflict(f"this person was found to be {person.merged_into}: correct that one")
    records = in_order(store.of_persons(work.connection, {(workspace_id, person_id)}).values())
    if not records:
        raise Conflict("no record says anything of this person any more")
    return person, records


def revise(work: Work, workspace_id: UUID, person: Person, records: Group) -> list[Told]:
    found = choosing_for(work.connection, {person.person_id: records}).found(person.person_id, records)
    return [Told(PERSON, person.person_id, event, workspace_id) for event in persons.settle(person, found, None)]
