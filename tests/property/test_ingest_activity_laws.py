"""Whatever the order in which contacts and activities come, and however often: each activity is told once, of whose address it bears."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from schemas.body import Body
from schemas.details import PersonDetails
from schemas.ingest import ActivityKind, ActivityRecorded
from schemas.publish import ContactProposed, ContactRevised
from services.ingest.activities import record_activities, when_contacts_change_know_their_addresses
from services.ingest.domain.activities import ActivityDraft, Deed, draft, who_of
from services.kit.database import rows
from services.kit.secrets import Secrets
from services.kit.settings import Settings
from tests.builders import MONDAY, work_on
from tests.ingest_bed import Bed, heard, make_bed

pytestmark = pytest.mark.engines

ANN, BOB = UUID(int=1), UUID(int=2)
ADDRESSES = {"ann@acme.com": ANN, "ann@home.com": ANN, "bob@acme.com": BOB, "eve@acme.com": None}
ANNS = PersonDetails(work_email="ann@acme.com", private_email="ann@home.com")
CONTACTS: tuple[Body, ...] = (
    ContactProposed(contact_id=ANN, person_id=ANN, details=ANNS),
    ContactRevised(contact_id=ANN, person_id=ANN, details=ANNS),
    ContactProposed(contact_id=BOB, person_id=BOB, details=PersonDetails(work_email="bob@acme.com")),
)
Happening = Body | str
"""What publish tells, or the address by which somebody is said to have done something."""
EVERYTHING: tuple[Happening, ...] = (*CONTACTS, *ADDRESSES)


@pytest.fixture(scope="module")
def bed(module_settings: Settings) -> Iterator[Bed]:
    made = make_bed(module_settings)
    yield made
    made.close()


def activity(workspace_id: UUID, email: str, secrets: Secrets) -> ActivityDraft:
    who = who_of(None, email, None, secrets.digest)
    assert isinstance(who, str)
    return draft(workspace_id, "portal", who, Deed(ActivityKind.FORM, MONDAY + timedelta(hours=1)))


@given(st.permutations(EVERYTHING), st.lists(st.sampled_from(EVERYTHING), max_size=5))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_activity_is_told_once_in_whatever_order_things_come(bed: Bed, first: list[Happening], again: list[Happening]) -> None:
    workspace_id, secrets = uuid4(), Secrets(bed.settings.master_key_bytes)
    for happening in [*first, *again]:
        with bed.database.transaction() as connection:
            work = work_on(connection, bed.codec)
            if isinstance(happening, str):
                work.append(record_activities(work, workspace_id, "portal", [activity(workspace_id, happening, secrets)])[1])
            else:
                work.append(when_contacts_change_know_their_addresses([heard(happening, workspace_id)], work, secrets.digest))
    with bed.database.transaction() as connection:
        stored = rows(connection, "SELECT body FROM events WHERE workspace_id = :w", w=workspace_id)
    told = sorted((str(body.activity_id), body.contact_id) for body in (ActivityRecorded(**row.body) for row in stored))
    whose = {str(activity(workspace_id, email, secrets).activity_id): contact for email, contact in ADDRESSES.items()}
    assert told == sorted((key, contact) for key, contact in whose.items() if contact)
