"""The survivorship rules, the corrections above them, and the provenance that is told of both."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.dedupe import CorrectionWithdrawn, Criterion, PersonCorrected
from schemas.ingest import RecordIngested
from services.dedupe.domain import corrections, golden, survivorship
from services.dedupe.domain.corrections import Correction
from services.dedupe.domain.ids import person_id_of
from services.dedupe.domain.normalise import normalise
from services.dedupe.domain.origins import provenance_of
from services.dedupe.domain.record import NormalRecord
from services.dedupe.domain.survivorship import Policy
from tests.builders import MONDAY

C = Criterion
SOMEBODY = uuid4()


def record(days: int = 0, source: str = "crm", **said: Any) -> NormalRecord:
    as_of = MONDAY + timedelta(days=days)
    return NormalRecord(record_id=uuid4(), source=source, source_row_id="1", import_id=UUID(int=1), row=2, as_of=as_of, **said)


def correction(field: str, value: str | None, days: int = 0, person_id: UUID = SOMEBODY) -> Correction:
    return Correction(person_id, field, value, "user:ann", MONDAY + timedelta(days=days))


def held(*made: Correction) -> corrections.Held:
    by_person: dict[UUID, list[Correction]] = {}
    for each in made:
        by_person.setdefault(each.person_id, []).append(each)
    return corrections.held(set(by_person), by_person)


OLD, NEW, MOST = "Clerk", "Head", "Managing Clerk of All"
SAID = [
    record(0, "register", title=OLD),
    record(3, "crm", title=MOST),
    record(4, "web", title=MOST),
    record(9, "list", title=NEW),
]


@pytest.mark.parametrize(
    ("criteria", "title", "rule"),
    [
        ((), NEW, "recent"),
        ((C.RECENT,), NEW, "recent"),
        ((C.OLDEST,), OLD, "oldest"),
        ((C.FREQUENT, C.RECENT), MOST, "frequent"),
        ((C.LONGEST,), MOST, "longest"),
        ((C.FULLEST,), MOST, "fullest"),
        ((C.TRUSTED,), OLD, "trusted"),
    ],
)
def test_the_rule_of_a_field_decides_and_is_named(criteria: tuple[Criterion, ...], title: str, rule: str) -> None:
    chosen = golden.choose(SAID, Policy(1, {"title": criteria}, sources=("register", "web"))).choices["title"]
    assert (chosen.value, chosen.rule) == (title, rule)
    assert {value for value, _ in chosen.losing} == {OLD, NEW, MOST} - {title}


def test_the_next_criterion_decides_what_the_first_leaves_open() -> None:
    policy = Policy(1, {"title": (C.TRUSTED, C.LONGEST)}, sources=("register",))
    chosen = golden.choose([record(0, "web", title="Boss"), record(9, "list", title="CEO")], policy).choices["title"]
    assert (chosen.value, chosen.rule) == ("Boss", "longest")


def test_each_group_has_its_own_rule_and_the_others_keep_the_default() -> None:
    said = [record(0, title="Clerk", city="Ulm"), record(9, title="Head", city="Bonn")]
    details = golden.choose(said, Policy(1, {"city": (C.OLDEST,)})).details
    assert (details.title, details.city) == ("Head", "Ulm")


def test_what_nobody_says_otherwise_won_by_being_alone_and_a_tie_by_the_alphabet() -> None:
    choices = golden.choose([record(title="CEO", city="Ulm"), record(title="Boss", city="Ulm")]).choices
    assert (choices["title"].rule, choices["city"].rule) == ("alphabet", "only")


def test_a_sources_own_fields_take_part_by_the_rules() -> None:
    said = [record(0, custom={"Size": "10", "Floor": "3"}), record(9, custom={"Size": "20"})]
    assert golden.choose(said).details.custom == {"Size": "20", "Floor": "3"}
    assert golden.choose(said, Policy(1, {"custom": (C.OLDEST,)})).details.custom == {"Size": "10", "Floor": "3"}
    assert golden.choose([record(title="CEO")]).details.custom is None


def test_a_record_keeps_its_own_fields_and_the_version_of_its_mapping() -> None:
    body = RecordIngested(
        record_id=uuid4(), source_id=uuid4(), source="crm", source_row_id="1", import_id=uuid4(), row=7, mapping_version=4, digest="d",
        fields={"title": "CEO", "custom:Shoe size": "43", "custom:Empty": ""},
    )  # fmt: skip
    kept = normalise(body, MONDAY)
    assert (kept.custom, kept.mapping_version) == ({"Shoe size": "43"}, 4)


@pytest.mark.parametrize(
    ("fields", "sources", "wrong"),
    [
        ({"shoe": (C.RECENT,)}, (), "no group of fields 'shoe'"),
        ({"title": ()}, (), "has no criterion"),
        ({"title": (C.RECENT, C.RECENT)}, (), "twice"),
        ({"title": (C.RECENT, C.OLDEST)}, (), "both"),
        ({"title": (C.TRUSTED,)}, (), "no source is named"),
        ({}, ("crm", "crm"), "stands twice"),
    ],
)
def test_rules_that_cannot_be_meant_are_named(fields: Any, sources: tuple[str, ...], wrong: str) -> None:
    [said] = survivorship.faults(fields, sources)
    assert wrong in said


def test_a_correction_outranks_every_record_and_keeps_what_they_say() -> None:
    chosen = golden.choose(SAID, corrections=held(correction("title", "Chief"))).choices["title"]
    assert (chosen.value, chosen.rule) == ("Chief", "correction")
    assert [value for value, _ in chosen.losing] == [NEW, MOST, OLD]


def test_a_field_can_be_corrected_to_be_empty() -> None:
    golden_record = golden.choose([record(phone="+4930123")], corrections=held(correction("phone", None)))
    assert golden_record.details.phone is None
    assert [value for value, _ in golden_record.choices["phone"].losing] == ["+4930123"]


def test_a_full_name_follows_its_corrected_half() -> None:
    golden_record = golden.choose(
        [record(given_name="Jessika", family_name="Abley")], corrections=held(correction("given_name", "Jessica"))
    )
    assert golden_record.details.full_name == "Jessica Abley"
    assert [value for value, _ in golden_record.choices["full_name"].losing] == ["Jessika Abley"]


def test_the_companys_name_is_of_the_corrected_domain() -> None:
    said = [record(0, company_name="Oldco", company_domain="oldco.com"), record(9, company_name="Newco", company_domain="newco.com")]
    details = golden.choose(said, corrections=held(correction("company_domain", "oldco.com"))).details
    assert (details.company_domain, details.company_name) == ("oldco.com", "Oldco")


def test_of_two_corrections_of_merged_persons_the_later_counts_and_the_other_is_kept() -> None:
    made = held(correction("title", "First", 1, uuid4()), correction("title", "Second", 2, uuid4()))
    chosen = golden.choose([record(title="Clerk")], corrections=made).choices["title"]
    assert chosen.value == "Second"
    assert [value for value, _ in chosen.losing] == ["First", "Clerk"]


def test_a_correction_goes_with_the_record_that_the_person_is_named_after() -> None:
    first, other = uuid4(), uuid4()
    assert corrections.bearers(person_id_of(first), [first, other]) == {person_id_of(first), person_id_of(other)}
    # Its first record is gone: it is still that person.
    assert person_id_of(first) in corrections.bearers(person_id_of(first), [other])


def test_corrections_fold_to_what_stands() -> None:
    person_id = uuid4()
    state = corrections.evolve(None, PersonCorrected(person_id=person_id, field="title", value="CEO"))
    state = corrections.evolve(state, PersonCorrected(person_id=person_id, field="city", value=None))
    state = corrections.evolve(state, CorrectionWithdrawn(person_id=person_id, field="title"))
    assert state.fields == {"city": None}


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        ("work_email", " Ann@ACME.com ", "ann@acme.com"),
        ("linkedin", "linkedin.com/in/Ann-Lee/", "https://www.linkedin.com/in/ann-lee"),
        ("phone", "030 123456", "+4930123456"),
        ("country", "Germany", "DE"),
        ("company_domain", "https://www.acme.com/about", "acme.com"),
        ("title", "  Head  of X ", "Head of X"),
        ("custom:Size", "3", "3"),
        ("title", "  ", None),
    ],
)
def test_a_correction_is_in_normal_form(field: str, raw: str, value: str | None) -> None:
    assert corrections.normal(field, raw, "DE") == value


@pytest.mark.parametrize(
    ("field", "raw"), [("work_email", "nobody"), ("linkedin", "acme.com"), ("country", "Atlantis"), ("title", "x" * 501)]
)
def test_what_cannot_be_a_value_is_refused_in_words(field: str, raw: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be read as|at most"):
        corrections.normal(field, raw, None)


def test_the_provenance_told_names_each_origin_once_and_the_losing_values_with_theirs() -> None:
    one, two = record(0, "register", title="Clerk", city="Ulm"), record(9, title="Head", mapping_version=3)
    told = provenance_of(golden.choose([one, two], corrections=held(correction("phone", "+491"))))
    origin, rule = told.fields["title"]
    assert (origin.source, origin.row, origin.mapping_version, rule) == ("crm", 2, 3, "recent")
    assert told.fields["city"][0].source == "register"
    assert [(value, by.source) for value, by in told.losing("title")] == [("Clerk", "register")]
    assert told.fields["phone"][0].by == "user:ann"
    assert told.corrected == {"phone"}
    assert len(told.origins) == 3
