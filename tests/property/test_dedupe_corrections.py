"""Whatever records come after it, in whatever batches: a correction holds for whoever has the record that its person is named after."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from services.dedupe import correcting
from services.dedupe.domain.ids import person_id_of
from services.kit.database import rows
from tests.builders import MONDAY, work_on
from tests.dedupe_bed import Bed

pytestmark = pytest.mark.engines
FEW = hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SAID = st.fixed_dictionaries(
    {"title": st.sampled_from(["CEO", "Clerk"])},
    optional={
        "email": st.sampled_from(["ann@acme.com", "bob@acme.com", "cy@acme.org"]),
        "linkedin": st.sampled_from(["linkedin.com/in/ann", "linkedin.com/in/bob"]),
    },
)
RECORDS = st.lists(st.tuples(st.integers(0, 5), SAID), min_size=1, max_size=8)


def owners(bed: Bed) -> dict[UUID, UUID]:
    """Record → whose it is."""
    with bed.database.transaction() as connection:
        found = rows(connection, "SELECT record_id, person_id FROM records WHERE workspace_id = :w", w=bed.workspace_id)
    return {row.record_id: row.person_id for row in found if row.person_id}


def correct(bed: Bed, person_id: UUID, title: str, minutes: int) -> None:
    with bed.database.transaction() as connection:
        work = work_on(connection, bed.codec, MONDAY + timedelta(minutes=minutes), "user:ann")
        work.append(correcting.correct(work, bed.workspace_id, person_id, "title", title)[1])


@FEW
@given(RECORDS, RECORDS, st.integers(1, 4))
def test_a_correction_goes_where_its_person_goes(
    dedupe_bed: Bed, first: list[tuple[int, dict[str, str]]], then: list[tuple[int, dict[str, str]]], size: int
) -> None:
    bed = dedupe_bed.elsewhere()
    # A record without a key is a person too, once it has a name.
    bed.hear_in_batches([bed.record(str(n), None, "crm", full_name="Ann Lee", **said) for n, said in first], size)
    made = {}
    for minutes, person_id in enumerate(sorted(bed.persons())):
        correct(bed, person_id, f"Title {minutes}", minutes)
        made[person_id] = minutes
    bed.hear_in_batches([bed.record(str(n), None, "crm", full_name="Ann Lee", **said) for n, said in then], size)
    after = owners(bed)
    for person_id, person in bed.persons().items():
        held = [made[p] for record, owner in after.items() if owner == person_id and (p := person_id_of(record)) in made]
        if held:
            assert person.details.title == f"Title {max(held)}"
        else:
            assert person.details.title in {"CEO", "Clerk"}
