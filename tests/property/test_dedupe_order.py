"""Whatever the order of arrival and the size of batches, the same records are the same people at the same companies.

As long as no block is too large to be compared: whether it was when a record came, depends on what came before. Over that it holds for
99.5 % of the pairs (`bench.dedupe`).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from schemas.body import PROVIDER
from schemas.details import CompanyDetails, PersonDetails
from schemas.ingest import RecordIngested
from services.dedupe.domain.linkage.blocking import FEWER_IN_A_BLOCK
from tests.builders import MONDAY
from tests.dedupe_bed import Bed

pytestmark = pytest.mark.engines

# Few values for each field, so that records meet.
SAID = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(["ann@acme.com", "Ann+x@acme.com", "bob@acme.com", "cy@acme.org", "info@acme.com", "ann@gmail.com"]),
        "linkedin": st.sampled_from([f"linkedin.com/in/{name}" for name in ("ann", "bob", "cy")]),
        "full_name": st.sampled_from(["Ann Lee", "A. Lee", "Bob Ray"]),
        "company_name": st.sampled_from(["Acme", "ACME GmbH", "Bolt"]),
        "company_website": st.sampled_from(["acme.com", "bolt.io"]),
        "title": st.sampled_from(["CEO", "Clerk"]),
    },
)
RECORDS = st.lists(st.tuples(SAID, st.integers(0, 3)), min_size=1, max_size=12)
FEW = hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Outcome = tuple[
    set[frozenset[str]], list[tuple[tuple[UUID, ...], UUID | None, PersonDetails]], dict[UUID, CompanyDetails]
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def large_blocks() -> Iterator[None]:
    """All kinds of keys bring together as many as any: more than there are records here."""
    with mock.patch.dict(FEWER_IN_A_BLOCK, clear=True):
        yield


def as_of(days: int) -> datetime:
    return MONDAY - timedelta(days=days)


def records_of(bed: Bed, said: list[tuple[dict[str, str], int]]) -> list[RecordIngested]:
    """With the same ids in every workspace: by these it is decided between equals."""
    alike = replace(bed, workspace_id=PROVIDER)
    return [alike.record(str(n), as_of(days), **fields) for n, (fields, days) in enumerate(said)]


def outcome(bed: Bed) -> dict[str, Any]:
    """All that may be relied on, without the ids of persons and the workspace's own, once all was looked at again that waits for it."""
    bed.look_again()
    companies = bed.companies()
    named = {company_id: (each.details.name, each.details.domain) for company_id, each in companies.items()}
    persons = [(each.record_ids, named[each.company_id] if each.company_id else None, each.details) for each in bed.persons().values()]
    meant = {each.company_id for each in bed.persons().values()}
    return {
        "groups": bed.groups(),
        "persons": {frozenset(row_ids(bed, ids)): (company, details) for ids, company, details in persons},
        "companies": sorted(str(companies[company_id].details) for company_id in meant if company_id),
    }


def row_ids(bed: Bed, record_ids: tuple[UUID, ...]) -> list[str]:
    known = {each.record_id: each.source_row_id for each in records_of(bed, [({}, 0)] * 12)}
    return [known[record_id] for record_id in record_ids]


@FEW
@given(RECORDS, st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_and_batches_have_no_part_in_the_outcome(
    dedupe_bed: Bed, said: list[tuple[dict[str, str], int]], chance: Any, size: int
) -> None:
    one, other = dedupe_bed.elsewhere(), dedupe_bed.elsewhere()
    one.hear(*records_of(one, said))
    mixed = records_of(other, said)
    chance.shuffle(mixed)
    other.hear_in_batches(mixed, size)
    assert outcome(one) == outcome(other)


@FEW
@given(RECORDS, st.integers(1, 5))
def test_ids_do_not_depend_on_the_size_of_batches(dedupe_bed: Bed, said: list[tuple[dict[str, str], int]], size: int) -> None:
    bed = dedupe_bed.elsewhere()
    again = dedupe_bed.elsewhere()
    bed.hear(*records_of(bed, said))
    again.hear_in_batches(records_of(again, said), size)
    for each in (bed, again):
        each.look_again()
    assert first_records(bed) == first_records(again)


def first_records(bed: Bed) -> set[str]:
    """Whom persons are named after."""
    from services.dedupe.domain.ids import person_id_of

    named = {person_id_of(each.record_id): each.source_row_id for each in records_of(bed, [({}, 0)] * 12)}
    return {named[person_id] for person_id in bed.persons()}


@FEW
@given(RECORDS, st.integers(1, 5))
def test_a_second_hearing_changes_nothing(dedupe_bed: Bed, said: list[tuple[dict[str, str], int]], size: int) -> None:
    bed = dedupe_bed.elsewhere()
    bed.hear_in_batches(records_of(bed, said), size)
    before = bed.persons(), bed.companies()
    for start in range(0, len(said), size):
        assert bed.hear(*records_of(bed, said)[start : start + size]) == []
    assert (bed.persons(), bed.companies()) == before


@FEW
@given(RECORDS, RECORDS)
def test_corrected_records_end_as_if_they_had_come_so_at_first(
    dedupe_bed: Bed, said: list[tuple[dict[str, str], int]], then: list[tuple[dict[str, str], int]]
) -> None:
    """Groups and golden fields are a function of what the records say last; not that of a person once told to be one."""
    corrected, plain = dedupe_bed.elsewhere(), dedupe_bed.elsewhere()
    # What once was a person stays one: so the first version says no less about whom it is.
    then = [({"full_name": "Ann Lee", **fields}, days) for fields, days in then]
    corrected.hear(*records_of(corrected, said[: len(then)]))
    corrected.hear_in_batches(records_of(corrected, then), 2)
    plain.hear(*records_of(plain, then))
    assert outcome(corrected)["persons"] == outcome(plain)["persons"]
