"""A workspace corrects a field of a contact, or takes that back.

What follows (the contact's details, its reach, the segments that it matches) the loop `looks` does: it takes the Provider's golden
record, which a request of a workspace does not see.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from schemas.body import PROVIDER
from schemas.publish import ContactCorrected, ContactCorrectionWithdrawn
from services.kit.errors import Conflict, Invalid, NotFound
from services.kit.events import Told, Work
from services.publish.domain import corrections as rules
from services.publish.domain.contacts import State
from services.publish.domain.corrections import Correction
from services.publish.kinds import CONTACT
from services.publish.store import corrections, reading


def correct(
    work: Work, workspace_id: UUID, contact_id: UUID, field: str, raw: str | None, *, proposals: bool
) -> tuple[None, Sequence[Told]]:
    """An empty value means that the field is to be empty, whatever the Provider knows."""
    if not rules.is_correctable(field):
        raise Invalid(f"{field} cannot be corrected: there are {', '.join(rules.FIELDS)}, and custom:NAME")
    row = open_contact(work, workspace_id, contact_id, proposals=proposals)
    try:
        value = rules.normal(field, raw)
    except ValueError as error:
        raise Invalid(str(error)) from None
    standing = corrections.by_workspace(work.connection, [row.person_id], workspace_id).get(workspace_id, {}).get(row.person_id, ())
    if any(each.field == field and each.value == value for each in standing):
        return None, []
    correction = Correction(row.person_id, contact_id, field, value, work.actor, work.now)
    corrections.keep(work.connection, workspace_id, correction)
    ask_look(work, workspace_id, row)
    return None, [Told(CONTACT, contact_id, ContactCorrected(contact_id=contact_id, field=field, value=value), workspace_id)]


def withdraw(work: Work, workspace_id: UUID, contact_id: UUID, field: str, *, proposals: bool) -> tuple[None, Sequence[Told]]:
    """Also of those that were made to contacts merged into this one, so that none of these takes its place."""
    row = open_contact(work, workspace_id, contact_id, proposals=proposals)
    family = corrections.family_here(work.connection, workspace_id, contact_id)
    known = corrections.by_workspace(work.connection, family, workspace_id).get(workspace_id, {})
    held = rules.held(family, known).get(field, ())
    if not held:
        raise NotFound(f"{field} of this contact is not corrected")
    corrections.drop(work.connection, workspace_id, family, field)
    ask_look(work, workspace_id, row)
    makers = sorted({each.contact_id for each in held})
    return None, [Told(CONTACT, each, ContactCorrectionWithdrawn(contact_id=each, field=field), workspace_id) for each in makers]


def open_contact(work: Work, workspace_id: UUID, contact_id: UUID, *, proposals: bool) -> Any:
    work.load(CONTACT, [contact_id], workspace_id)
    row = reading.one(work.connection, workspace_id, contact_id, proposals=proposals)
    if row is None:
        raise NotFound("there is no such contact in this workspace")
    if row.state == State.MERGED:
        raise Conflict(f"this contact was merged into {row.merged_into}: correct that one")
    if row.state == State.EXCLUDED:
        raise Conflict("this contact is excluded: nothing new is shown of it")
    return row


def ask_look(work: Work, workspace_id: UUID, row: Any) -> None:
    scope = workspace_id if row.origin == "import" else PROVIDER
    corrections.ask_look(work.connection, workspace_id, (scope, row.person_id))
