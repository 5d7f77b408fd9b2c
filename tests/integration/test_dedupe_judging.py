"""What people decide on persons holds, can be taken back to the letter, and later records go to the right side."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.dedupe import PersonMergedAway, PersonSplitOff
from services.dedupe import reviewing
from services.dedupe.kinds import PERSON
from services.kit.errors import Conflict, Invalid, NotFound
from tests.dedupe_bed import Bed, withdrawn
from tests.ingest_bed import heard

pytestmark = pytest.mark.engines


@pytest.fixture
def bed(dedupe_bed: Bed) -> Bed:
    return dedupe_bed.elsewhere()


def merge(bed: Bed, one: str, other: str) -> UUID:
    persons = (bed.person_of(one), bed.person_of(other))
    return bed.ask(lambda work: reviewing.merge(work, bed.judges, bed.workspace_id, persons, "the same face"))


def keep_apart(bed: Bed, one: str, other: str) -> UUID:
    persons = (bed.person_of(one), bed.person_of(other))
    return bed.ask(lambda work: reviewing.keep_apart(work, bed.judges, bed.workspace_id, persons, None))


def unmerge(bed: Bed, person_id: UUID) -> UUID:
    return bed.ask(lambda work: reviewing.unmerge(work, bed.judges, bed.workspace_id, person_id, None))


def split(bed: Bed, *row_ids: str) -> UUID:
    records = tuple(bed.record(row_id).record_id for row_id in row_ids)
    return bed.ask(lambda work: reviewing.split(work, bed.judges, bed.workspace_id, records, None))


def withdraw(bed: Bed, judgement_id: UUID) -> None:
    bed.ask(lambda work: (None, reviewing.withdraw(work, bed.judges, bed.workspace_id, judgement_id)))


def ann(**also: str) -> dict[str, Any]:
    return {"full_name": "Ann Lee", "email": "ann@acme.com", **also}


def bob(**also: str) -> dict[str, Any]:
    return {"full_name": "Bob Ray", "email": "bob@bolt.io", **also}


def test_two_that_nothing_links_become_one_because_somebody_says_so(bed: Bed) -> None:
    bed.hear(bed.record("1", **ann()), bed.record("2", **bob()))
    older, younger = bed.person_of("1"), bed.person_of("2")
    merge(bed, "2", "1")
    assert bed.groups() == {frozenset("12")}
    assert (bed.person_of("1"), list(bed.persons())) == (older, [older])
    assert next(each for each in bed.states(PERSON) if each.person_id == younger).merged_into == older


def test_what_was_merged_by_hand_stays_so_when_its_rows_come_again_or_are_looked_at_again(bed: Bed) -> None:
    bed.hear(bed.record("1", **ann()), bed.record("2", **bob()))
    merge(bed, "1", "2")
    bed.hear(bed.record("1", **ann(title="CEO")), bed.record("2", **bob(title="Clerk")))
    bed.hear(bed.record("3", **bob()))
    assert bed.groups() == {frozenset("123")}


@pytest.mark.parametrize("gone", ["12", "13", "52", "53"])
def test_a_merge_holds_while_either_side_has_a_record_left(bed: Bed, gone: str) -> None:
    said = {"1": ann(), "5": ann(), "2": bob(), "3": bob()}
    bed.hear(*(bed.record(row, **fields) for row, fields in said.items()))
    merge(bed, "1", "2")
    bed.take([heard(withdrawn(bed.record(row, **said[row])), bed.workspace_id) for row in gone])
    assert bed.groups() == {frozenset(said.keys() - set(gone))}


def test_a_merge_that_is_taken_back_leaves_all_as_it_was(bed: Bed) -> None:
    bed.hear(bed.record("1", **ann(title="CEO")), bed.record("2", **bob(city="Ulm")), bed.record("3", **bob(title="Clerk")))
    before = bed.persons(), bed.companies()
    judgement = merge(bed, "1", "2")
    assert bed.groups() == {frozenset("123")}
    withdraw(bed, judgement)
    assert (bed.persons(), bed.companies()) == before
    withdraw(bed, judgement)
    assert (bed.persons(), bed.companies()) == before


def test_an_unmerge_restores_both_and_later_records_go_to_the_right_side(bed: Bed) -> None:
    one = bed.record("1", full_name="Ann Lee", email="ann.lee@acme.com", phone="+49 731 5551001")
    two = bed.record("2", full_name="Ann Lee", linkedin="linkedin.com/in/ann-lee-77", email="a.lee@acme.com", city="Ulm")
    bed.hear(one, bed.record("2", **bob()))
    bed.hear(two)
    assert bed.groups() == {frozenset("12")}
    [merged] = [each for each in bed.states(PERSON) if each.merged_into]
    unmerge(bed, merged.person_id)
    assert bed.groups() == {frozenset("1"), frozenset("2")}
    alone = replace(bed, workspace_id=uuid4())
    alone.hear(alone.record("2", full_name="Ann Lee", linkedin="linkedin.com/in/ann-lee-77", email="a.lee@acme.com", city="Ulm"))
    assert [each.details for each in alone.persons().values()] == [bed.persons()[merged.person_id].details]
    # The same rows again change nothing, and new ones go to whom their evidence is of.
    assert bed.hear(one, two) == []
    bed.hear(
        bed.record("4", linkedin="linkedin.com/in/ann-lee-77", title="CEO"), bed.record("5", full_name="Ann Lee", phone="+49 731 5551001")
    )
    assert bed.groups() == {frozenset("15"), frozenset("24")}


def test_what_came_while_two_were_one_goes_to_its_own_side_when_they_are_not(bed: Bed) -> None:
    bed.hear(bed.record("1", **ann()), bed.record("2", **bob()))
    younger = bed.person_of("2")
    merge(bed, "1", "2")
    bed.hear(bed.record("5", **bob()))
    unmerge(bed, younger)
    assert bed.groups() == {frozenset("1"), frozenset("25")}
    assert bed.person_of("5") == younger


def test_the_record_that_made_two_one_goes_where_it_belongs_when_they_are_not(bed: Bed) -> None:
    its: dict[str, Any] = {"linkedin": "linkedin.com/in/annlee", "phone": "+49 731 5551001"}
    bed.hear(bed.record("1", **ann()), bed.record("2", **its))
    assert bed.groups() == {frozenset("1"), frozenset("2")}
    younger = bed.person_of("2")
    bed.hear(bed.record("3", email="ann@acme.com", **its))
    assert bed.groups() == {frozenset("123")}
    unmerge(bed, younger)
    assert bed.groups() == {frozenset("1"), frozenset("23")}


def test_one_who_was_merged_into_one_who_was_merged_comes_back(bed: Bed) -> None:
    bed.hear(bed.record("1", **ann()), bed.record("2", **bob()), bed.record("3", full_name="Cyd Moss", email="cyd@hull.io"))
    second, third = bed.person_of("2"), bed.person_of("3")
    merge(bed, "2", "3")
    merge(bed, "1", "2")
    assert bed.groups() == {frozenset("123")}
    unmerge(bed, third)
    assert (bed.groups(), bed.person_of("3")) == ({frozenset("12"), frozenset("3")}, third)
    unmerge(bed, second)
    assert (bed.groups(), bed.person_of("2")) == ({frozenset("1"), frozenset("2"), frozenset("3")}, second)


def test_two_kept_apart_are_never_one_whatever_comes_to_speak_for_it(bed: Bed) -> None:
    bed.hear(bed.record("1", **ann()), bed.record("2", **bob()))
    keep_apart(bed, "1", "2")
    bed.hear(bed.record("2", **ann(company_name="Acme")), bed.record("1", **ann(company_name="Acme")))
    assert bed.groups() == {frozenset("1"), frozenset("2")}
    bed.hear(bed.record("3", **ann(company_name="Acme")))
    assert {"1", "2"} not in bed.groups()
    assert len(bed.groups()) == 2


def test_a_decision_holds_for_a_record_that_went_and_comes_back(bed: Bed) -> None:
    one, two = bed.record("1", **ann()), bed.record("2", **ann(title="CEO"))
    bed.hear(bed.record("1", **bob()), two)
    keep_apart(bed, "1", "2")
    bed.take([heard(withdrawn(bed.record("1", **bob())), bed.workspace_id)])
    assert bed.groups() == {frozenset("2")}
    bed.hear(one)
    assert bed.groups() == {frozenset("1"), frozenset("2")}
    bed.take([heard(withdrawn(each), bed.workspace_id) for each in (one, two)])
    bed.hear(two, bed.record("3", **ann()), one)
    assert len(bed.groups()) == 2
    assert bed.person_of("1") != bed.person_of("2")


def test_records_that_are_split_off_are_one_person_and_stay_it(bed: Bed) -> None:
    bed.hear(*(bed.record(str(n), **ann()) for n in range(4)))
    assert bed.groups() == {frozenset("0123")}
    split(bed, "2", "3")
    assert bed.groups() == {frozenset("01"), frozenset("23")}
    bed.hear(*(bed.record(str(n), **ann(title="CEO")) for n in range(4)))
    assert bed.groups() == {frozenset("01"), frozenset("23")}


def test_merges_and_splits_are_told(bed: Bed) -> None:
    bed.hear(bed.record("1", **ann()), bed.record("2", **bob()))
    persons = (bed.person_of("1"), bed.person_of("2"))
    told: list[Any] = []

    def act(work: Any) -> tuple[UUID, Any]:
        judgement, found = reviewing.merge(work, bed.judges, bed.workspace_id, persons, None)
        told.extend(each.body for each in found)
        return judgement, found

    judgement = bed.ask(act)
    assert [type(body).__name__ for body in told] == ["PersonsJudged", "PersonRevised", "PersonMergedAway"]
    assert next(body for body in told if isinstance(body, PersonMergedAway)).why == "somebody decided so"

    def undo(work: Any) -> tuple[None, Any]:
        found = reviewing.withdraw(work, bed.judges, bed.workspace_id, judgement)
        told.extend(each.body for each in found)
        return None, found

    bed.ask(undo)
    assert next(body for body in told if isinstance(body, PersonSplitOff)).person_id == persons[1]


def test_what_cannot_be_judged_is_refused_and_says_why(bed: Bed) -> None:
    bed.hear(bed.record("1", **ann()), bed.record("2", **bob()))
    with pytest.raises(Invalid, match="two persons"):
        merge(bed, "1", "1")
    with pytest.raises(Conflict, match="was not merged"):
        unmerge(bed, bed.person_of("1"))
    with pytest.raises(NotFound, match="no person"):
        unmerge(bed, uuid4())
    with pytest.raises(Invalid, match="leave at least one"):
        split(bed, "1")
    with pytest.raises(Invalid, match="of one person"):
        split(bed, "1", "2")
    assert bed.groups() == {frozenset("1"), frozenset("2")}
