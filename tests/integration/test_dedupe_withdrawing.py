"""Records that are withdrawn, on a real database: what becomes of the persons and companies that rested on them."""

from uuid import UUID

import pytest

from schemas.ingest import RecordIngested, RecordWithdrawn
from services.kit.database import rows
from tests.dedupe_bed import Bed, withdrawn
from tests.ingest_bed import heard

pytestmark = pytest.mark.engines


@pytest.fixture
def bed(dedupe_bed: Bed) -> Bed:
    return dedupe_bed.elsewhere()


def hear(bed: Bed, *bodies: RecordIngested | RecordWithdrawn) -> list[str]:
    """The types of what is told."""
    return [type(each.body).__name__ for each in bed.take([heard(body, bed.workspace_id) for body in bodies])]


def kept(bed: Bed) -> int:
    """Earlier versions."""
    with bed.database.transaction() as connection:
        return len(rows(connection, "SELECT 1 FROM versions WHERE workspace_id = :w", w=bed.workspace_id))


def living(bed: Bed) -> list[UUID]:
    return [key for key, person in bed.persons().items() if not person.withdrawn]


def test_a_person_with_no_record_left_ends_and_comes_back_under_the_same_id(bed: Bed) -> None:
    ann = bed.record("1", email="ann@acme.com", full_name="Ann Lee", company_name="Acme", company_website="acme.com")
    bed.hear(ann)
    [person_id] = living(bed)
    assert hear(bed, withdrawn(ann)) == ["CompanyWithdrawn", "PersonWithdrawn"]
    assert (living(bed), bed.groups()) == ([], set())
    assert hear(bed, withdrawn(ann)) == []
    assert hear(bed, ann) == ["CompanyFormed", "PersonFormed"]
    assert living(bed) == [person_id]


def test_a_person_keeps_what_other_records_say(bed: Bed) -> None:
    ann, more = bed.record("1", email="ann@acme.com", full_name="Ann Lee"), bed.record("2", email="ann@acme.com", phone="+49 30 1234567")
    bed.hear(ann, more)
    [person_id] = living(bed)
    assert "PersonRevised" in hear(bed, withdrawn(more))
    assert living(bed) == [person_id]
    assert bed.persons()[person_id].details.phone is None
    assert bed.persons()[person_id].details.full_name == "Ann Lee"


def test_an_earlier_version_is_put_back_with_all_that_follows(bed: Bed) -> None:
    first, second = bed.record("1", email="ann@acme.com", full_name="Ann Lee"), bed.record("1", email="ann@acme.com", full_name="Ann Ray")
    bed.hear(first)
    before = bed.persons()
    bed.hear(second)
    assert kept(bed) == 1
    assert hear(bed, withdrawn(second, stands=first)) == ["PersonRevised"]
    assert bed.persons() == before
    assert kept(bed) == 0


def test_a_later_version_stays_and_the_earlier_one_is_forgotten(bed: Bed) -> None:
    first, second = bed.record("1", email="ann@acme.com", full_name="Ann Lee"), bed.record("1", email="ann@acme.com", full_name="Ann Ray")
    bed.hear(first)
    bed.hear(second)
    assert hear(bed, withdrawn(first, stands=second)) == []
    assert kept(bed) == 0


def test_a_record_that_held_two_together_splits_them_when_it_goes(bed: Bed) -> None:
    one, other = bed.record("1", email="ann@acme.com", full_name="Ann Lee"), bed.record("2", linkedin="linkedin.com/in/annlee")
    bridge = bed.record("3", email="ann@acme.com", linkedin="linkedin.com/in/annlee")
    bed.hear(one, other, bridge)
    assert bed.groups() == {frozenset({"1", "2", "3"})}
    hear(bed, withdrawn(bridge))
    assert bed.groups() == {frozenset({"1"}), frozenset({"2"})}


def test_a_person_whose_first_record_goes_is_merged_into_who_is_left(bed: Bed) -> None:
    one, other = bed.record("1", email="ann@acme.com", full_name="Ann Lee"), bed.record("2", email="ann@acme.com")
    bed.hear(one, other)
    assert "PersonMergedAway" in hear(bed, withdrawn(one))
    assert bed.groups() == {frozenset({"2"})}
    assert len(living(bed)) == 1


def test_a_record_that_was_a_companys_alone_is_so_again(bed: Bed) -> None:
    firm = bed.record("1", company_name="Acme", company_website="acme.com")
    ann = bed.record("1", company_name="Acme", company_website="acme.com", email="ann@acme.com")
    bed.hear(firm)
    bed.hear(ann)
    assert len(living(bed)) == 1
    assert hear(bed, withdrawn(ann, stands=firm))[-1] == "PersonWithdrawn"
    assert (living(bed), bed.groups()) == ([], set())
    assert [each.details.name for each in bed.companies().values() if not each.withdrawn] == ["Acme"]


def test_a_batch_may_say_and_withdraw_the_same_record(bed: Bed) -> None:
    first, second = bed.record("1", email="ann@acme.com", full_name="Ann Lee"), bed.record("1", email="ann@acme.com", full_name="Ann Ray")
    assert hear(bed, first, withdrawn(first)) == []
    hear(bed, first, second, withdrawn(second, stands=first))
    assert [each.details.full_name for each in bed.persons().values()] == ["Ann Lee"]
    assert kept(bed) == 0


def test_names_go_home_again_when_the_record_with_the_domain_goes(bed: Bed) -> None:
    named, known = (
        bed.record("1", full_name="Ann Lee", company_name="Acme"),
        bed.record("2", company_name="Acme", company_website="acme.com"),
    )
    bed.hear(named)
    before = bed.companies()
    bed.hear(known)
    hear(bed, withdrawn(known))
    assert {key for key, each in bed.companies().items() if not each.withdrawn} == set(before)


def test_a_phone_that_several_families_had_says_something_again_when_they_are_gone(bed: Bed) -> None:
    phone = "+49 30 7654321"
    ann = [
        bed.record("1", given_name="Ann", family_name="Lee", city="Ulm", phone=phone),
        bed.record("2", given_name="Ann", city="Ulm", phone=phone),
    ]
    others = [bed.record(name, full_name=f"{name} {name}son", phone=phone, company_name=f"{name} works") for name in ("Bob", "Cyd", "Dora")]
    bed.hear(*ann)
    together = {frozenset({"1", "2"})}
    assert bed.groups() == together
    bed.hear(*others)
    bed.look_again()
    alone = {frozenset({each}) for each in ("1", "2", "Bob", "Cyd", "Dora")}
    assert bed.groups() == alone
    hear(bed, withdrawn(others[0]))
    bed.look_again()
    assert bed.groups() == (alone - {frozenset({"Bob"})} - {frozenset({each}) for each in "12"}) | together
    # And nothing again, when they come back.
    bed.hear(others[0])
    bed.look_again()
    assert bed.groups() == alone
