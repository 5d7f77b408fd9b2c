"""Records in, persons and companies out, on a real database."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from schemas.dedupe import CompanyFormed, CompanyMergedAway, CompanyWithdrawn, PersonFormed, PersonMergedAway, PersonRevised, PersonSplitOff
from services.dedupe import store
from services.dedupe.domain.ids import company_id_of, person_id_of
from services.kit.codec import Heard
from services.kit.database import rows
from services.kit.events import Told
from tests.builders import MONDAY
from tests.dedupe_bed import Bed
from tests.ingest_bed import heard

pytestmark = pytest.mark.engines

B = TypeVar("B")
PROFILE = "https://linkedin.com/in/ann-lee"
FAMILIES = ("abbott", "bishop", "carver", "dawson", "eklund", "farrow", "gibson", "hobart", "jarvis", "kimura", "lambert", "mercer")


@pytest.fixture
def bed(dedupe_bed: Bed) -> Bed:
    return dedupe_bed.elsewhere()


def kinds(told: list[Told]) -> list[str]:
    return [type(each.body).__name__ for each in told]


def bodies(told: list[Told], kind: type[B]) -> list[B]:
    return [each.body for each in told if isinstance(each.body, kind)]


def test_records_with_the_same_mailbox_or_profile_are_one_person(bed: Bed) -> None:
    told = bed.hear(
        bed.record("1", email="ann@acme.com", full_name="Ann Lee"),
        bed.record("2", email="ANN+crm@acme.com", linkedin=PROFILE),
        bed.record("3", linkedin="http://uk.linkedin.com/in/Ann-Lee/en", title="CEO"),
        bed.record("4", email="bob@acme.com"),
    )
    assert kinds(told) == ["CompanyFormed", "PersonFormed", "PersonFormed"]
    assert bed.groups() == {frozenset("123"), frozenset("4")}
    ann = next(person for person in bed.persons().values() if len(person.record_ids) == 3)
    assert (ann.details.full_name, ann.details.title, ann.details.work_email) == ("Ann Lee", "CEO", "ann@acme.com")
    assert ann.company_id == company_id_of(bed.workspace_id, "domain", "acme.com")


def test_what_was_heard_before_changes_nothing(bed: Bed) -> None:
    records = [bed.record("1", email="ann@acme.com", company_name="Acme"), bed.record("2", email="ann@acme.com", title="CEO")]
    bed.hear(*records)
    before = bed.persons(), bed.companies()
    assert bed.hear(*records) == []
    assert bed.hear(records[1]) == []
    assert (bed.persons(), bed.companies()) == before


def test_a_later_record_joins_the_person_and_revises_it(bed: Bed) -> None:
    first = bed.record("1", email="ann@acme.com")
    bed.hear(first)
    told = bed.hear(bed.record("2", as_of=MONDAY + timedelta(days=1), email="ann@acme.com", title="CEO"))
    [revised] = bodies(told, PersonRevised)
    assert revised.person_id == person_id_of(first.record_id)
    assert (revised.details.title, len(revised.record_ids)) == ("CEO", 2)


def test_a_record_that_belongs_to_two_persons_makes_them_one_and_the_older_lives_on(bed: Bed) -> None:
    older, younger = bed.record("1", email="ann@acme.com"), bed.record("2", linkedin=PROFILE)
    bed.hear(older)
    bed.hear(younger)
    told = bed.hear(bed.record("3", email="ann@acme.com", linkedin=PROFILE))
    [revised], [away] = bodies(told, PersonRevised), bodies(told, PersonMergedAway)
    assert revised.person_id == away.into == person_id_of(older.record_id)
    assert away.person_id == person_id_of(younger.record_id)
    assert (away.record_ids, away.why) == ((younger.record_id,), "the same profile, the same family name, the same given name")
    assert bed.groups() == {frozenset("123")}
    assert list(bed.persons()) == [revised.person_id]


def test_what_comes_after_a_merge_belongs_to_the_person_who_lives_on(bed: Bed) -> None:
    bed.hear(bed.record("1", email="ann@acme.com"))
    bed.hear(bed.record("2", linkedin=PROFILE))
    bed.hear(bed.record("3", email="ann@acme.com", linkedin=PROFILE))
    [revised] = bodies(bed.hear(bed.record("9", linkedin=PROFILE, city="Ulm")), PersonRevised)
    assert len(revised.record_ids) == 4


def test_a_corrected_record_splits_the_person_and_brings_the_merged_one_back(bed: Bed) -> None:
    one, two = bed.record("1", email="ann@acme.com"), bed.record("2", linkedin=PROFILE)
    bed.hear(one, two)
    bed.hear(bed.record("3", email="ann@acme.com", linkedin=PROFILE))
    told = bed.hear(bed.record("3", email="ann@acme.com"))
    [split] = bodies(told, PersonSplitOff)
    assert (split.person_id, split.from_person) == (person_id_of(two.record_id), person_id_of(one.record_id))
    assert split.record_ids == (two.record_id,)
    assert {revised.person_id for revised in bodies(told, PersonRevised)} == {split.person_id, split.from_person}
    assert bed.groups() == {frozenset("13"), frozenset("2")}
    assert len(bed.persons()) == 2


def test_a_record_that_moves_to_another_person_leaves_the_first_empty_and_merged(bed: Bed) -> None:
    bed.hear(bed.record("1", email="ann@acme.com"))
    moving = bed.record("2", email="typo@acme.com")
    bed.hear(moving)
    [away] = bodies(bed.hear(bed.record("2", email="ann@acme.com")), PersonMergedAway)
    assert away.person_id == person_id_of(moving.record_id)
    assert bed.groups() == {frozenset("12")}


def test_where_the_first_record_leaves_the_others_go_on_under_their_own_first(bed: Bed) -> None:
    bed.hear(bed.record("0", email="bob@acme.com"))
    first, second = bed.record("1", email="ann@acme.com"), bed.record("2", email="ann@acme.com")
    bed.hear(first, second)
    told = bed.hear(bed.record("1", email="bob@acme.com"))
    assert [formed.person_id for formed in bodies(told, PersonFormed)] == [person_id_of(second.record_id)]
    assert [away.person_id for away in bodies(told, PersonMergedAway)] == [person_id_of(first.record_id)]
    assert bed.groups() == {frozenset("01"), frozenset("2")}
    # And back again: ids never collide, whatever a record does.
    bed.hear(bed.record("1", email="ann@acme.com"))
    assert bed.groups() == {frozenset("0"), frozenset("12")}
    assert {len(person.record_ids) for person in bed.persons().values()} == {1, 2}


def test_a_mailbox_of_a_function_is_no_person_and_links_nobody(bed: Bed) -> None:
    told = bed.hear(
        bed.record("1", email="info@acme.com"),
        bed.record("2", email="info@acme.com", full_name="Ann Lee"),
        bed.record("3", email="info@acme.com", full_name="Bob Ray"),
    )
    assert kinds(told) == ["CompanyFormed", "PersonFormed", "PersonFormed"]
    assert bed.groups() == {frozenset("2"), frozenset("3")}


def test_a_name_without_a_domain_belongs_to_the_only_domain_it_goes_with(bed: Bed) -> None:
    by_name = bed.record("1", full_name="Ann Lee", company_name="Acme GmbH")
    [formed] = bodies(bed.hear(by_name), CompanyFormed)
    assert formed.company_id == company_id_of(bed.workspace_id, "name", "acme")
    bed.hear(bed.record("2", email="bob@acme.com", company_name="ACME"))
    [away] = bodies(bed.look_again(), CompanyMergedAway)
    acme = company_id_of(bed.workspace_id, "domain", "acme.com")
    assert (away.company_id, away.into) == (formed.company_id, acme)
    assert {person.company_id for person in bed.persons().values()} == {acme}
    # A second domain of that name: now the bare name may be either's, and is neither's.
    bed.hear(bed.record("3", email="cy@acme.org", company_name="Acme"))
    bed.look_again()
    assert len(bed.companies()) == 3
    ann = bed.persons()[person_id_of(by_name.record_id)]
    assert ann.company_id == formed.company_id


def test_a_name_of_several_companies_belongs_to_the_one_in_its_country(bed: Bed) -> None:
    here, there = (company_id_of(bed.workspace_id, "domain", domain) for domain in ("acme.de", "acme.se"))
    both = [bed.record("1", email="ann@acme.de", company_name="Acme", country="DE")]
    both += [bed.record(row_id, email=f"bob{row_id}@acme.se", company_name="Acme", country="SE") for row_id in "234"]
    bed.hear(*both[1:], bed.record("5", full_name="Cy Lee", company_name="Acme", country="DE"))
    assert company_of(bed, "5") == there
    bed.hear(bed.record("6", full_name="Dan Ray", company_name="Acme", country="FR"))
    # One who says so in the country itself says more than all others.
    bed.hear(both[0])
    bed.look_again()
    assert [company_of(bed, row_id) for row_id in "56"] == [here, there]
    # And if they say it no more, the others count again.
    bed.hear(bed.record("1", email="ann@other.de", company_name="Other", country="DE"))
    bed.look_again()
    assert [company_of(bed, row_id) for row_id in "56"] == [there, there]


def test_a_record_that_names_no_company_or_one_of_several_means_its_persons(bed: Bed) -> None:
    bed.hear(
        bed.record("1", full_name="Ann Lee", email="ann.lee@acme.com", phone="+49 30 1234567", company_name="Acme Widgets"),
        bed.record("2", full_name="Ann Lee", email="ann.lee@gmail.com", phone="+49 30 1234567"),
        bed.record("3", full_name="Ann Lee", phone="+49 30 1234567", company_name="Acme"),
        # The name goes with two domains, so by itself it means neither.
        bed.record("4", email="cy@acme.org", company_name="Acme"),
        bed.record("5", email="dan@acme.com", company_name="Acme"),
    )
    bed.look_again()
    assert bed.groups() >= {frozenset("123")}
    acme = company_id_of(bed.workspace_id, "domain", "acme.com")
    assert [company_of(bed, row_id) for row_id in "123"] == [acme] * 3
    # Without the record that says so, the others lose that company.
    bed.hear(bed.record("1", full_name="Bob Ray", email="bob.ray@acme.com", company_name="Acme Widgets"))
    bed.look_again()
    by_name = company_id_of(bed.workspace_id, "name", "acme")
    assert [company_of(bed, row_id) for row_id in "123"] == [acme, None, by_name]


def company_of(bed: Bed, row_id: str) -> UUID | None:
    with bed.database.transaction() as connection:
        [stored] = store.find(connection, [(bed.workspace_id, bed.record(row_id).record_id)]).values()
    return stored.company_id


def test_a_company_that_the_last_of_its_people_left_is_withdrawn_and_not_merged(bed: Bed) -> None:
    """Nor by a record that says no company, and goes where the others of its person go."""
    phone = "+49 30 1234567"
    bed.hear(
        bed.record("1", full_name="Ann Lee", email="ann.lee@foo.com", phone=phone),
        bed.record("2", full_name="Ann Lee", email="ann.lee@gmail.com", phone=phone),
    )
    foo, bar = (company_id_of(bed.workspace_id, "domain", domain) for domain in ("foo.com", "bar.com"))
    assert [company_of(bed, row_id) for row_id in "12"] == [foo, foo]
    told = bed.hear(bed.record("1", full_name="Ann Lee", email="ann.lee@bar.com", phone=phone))
    assert [company_of(bed, row_id) for row_id in "12"] == [bar, bar]
    assert [each.company_id for each in bodies(told, CompanyWithdrawn)] == [foo]
    assert [each.company_id for each in bodies(told, CompanyFormed)] == [bar]
    assert bodies(told, CompanyMergedAway) == []
    # Who comes there later forms it again.
    [formed] = bodies(bed.hear(bed.record("3", full_name="Bob Ray", email="bob.ray@foo.com")), CompanyFormed)
    assert formed.company_id == foo


def test_a_row_about_a_company_alone_follows_its_name(bed: Bed) -> None:
    bed.hear(bed.record("1", company_name="Acme"))
    bed.hear(bed.record("2", email="bob@acme.com", company_name="Acme"))
    bed.look_again()
    assert company_of(bed, "1") == company_id_of(bed.workspace_id, "domain", "acme.com")
    [company] = bed.companies().values()
    assert company.details.domain == "acme.com"


def test_a_company_is_what_most_of_its_records_say(bed: Bed) -> None:
    names = ["Acme Ltd", "ACME", "Acme Ltd"]
    bed.hear(*(bed.record(str(n), email=f"p{n}@acme.com", company_name=name, country="UK") for n, name in enumerate(names)))
    [company] = bed.companies().values()
    assert (company.details.name, company.details.domain, company.details.country) == ("Acme Ltd", "acme.com", "GB")


def test_a_person_at_a_free_mail_domain_has_no_company(bed: Bed) -> None:
    bed.hear(bed.record("1", email="ann@gmail.com"))
    [ann] = bed.persons().values()
    assert (ann.company_id, ann.details.private_email) == (None, "ann@gmail.com")
    assert bed.companies() == {}


def test_a_workspaces_own_records_are_never_matched_with_anothers(bed: Bed) -> None:
    other = replace(bed, workspace_id=uuid4())
    batch = [heard(b.record("1", email="ann@acme.com", company_name="Acme"), b.workspace_id) for b in (bed, other)]
    told = bed.take(batch)
    assert sorted(kinds(told)) == ["CompanyFormed", "CompanyFormed", "PersonFormed", "PersonFormed"]
    assert {each.workspace_id for each in told} == {bed.workspace_id, other.workspace_id}
    other.hear(other.record("2", email="ann@acme.com", title="CEO"))
    [ours], [theirs] = bed.persons().values(), other.persons().values()
    assert (ours.details.title, theirs.details.title) == (None, "CEO")


def test_a_record_of_an_erased_person_is_passed_over(bed: Bed) -> None:
    one = heard(bed.record("1"), bed.workspace_id)
    assert bed.take([Heard(one.envelope, one.body, erased=True)]) == []
    assert bed.groups() == set()


def test_what_is_told_names_the_event_that_led_to_it(bed: Bed) -> None:
    cause = heard(bed.record("1", email="ann@acme.com"), bed.workspace_id)
    told = bed.take([cause])
    assert {each.because.event_id for each in told if each.because} == {cause.envelope.event_id}


def test_the_index_follows_corrections_and_holds_no_link_twice(bed: Bed) -> None:
    def index() -> tuple[set[str], set[tuple[str, str]]]:
        """Rows whose keys are not as the index has them, and the links by the rows' ids."""
        with bed.database.transaction() as connection:
            wrong = rows(
                connection,
                """SELECT record->>'source_row_id' AS id FROM records WHERE workspace_id = :w AND person_id IS NOT NULL
                   AND (keys = '{}' OR keys <> (SELECT array_agg(key ORDER BY place) FROM keys
                        JOIN unnest(records.keys) WITH ORDINALITY AS own (key, place) USING (key) WHERE keys.record = arrived))""",
                w=bed.workspace_id,
            )
            links = rows(
                connection,
                """SELECT a.record->>'source_row_id' AS one, b.record->>'source_row_id' AS other FROM links
                   JOIN records a ON a.arrived = links.record JOIN records b ON b.arrived = other WHERE a.workspace_id = :w""",
                w=bed.workspace_id,
            )
        return {row.id for row in wrong}, {(row.one, row.other) for row in links}

    bed.hear(bed.record("1", email="ann@acme.com"), bed.record("2", linkedin=PROFILE))
    assert index() == (set(), set())
    bed.hear(bed.record("3", email="ann@acme.com", linkedin=PROFILE))
    assert index() == (set(), {("1", "3"), ("3", "1"), ("2", "3"), ("3", "2")})
    bed.hear(bed.record("3", email="ann@acme.com"))
    assert index() == (set(), {("1", "3"), ("3", "1")})


def test_workers_that_hear_at_once_decide_one_after_the_other(bed: Bed) -> None:
    """Two partitions' batches with records of the same people: nobody is formed twice."""
    halves = [[bed.record(f"{half}-{n}", email=f"ann.{name}@acme.com") for n, name in enumerate(FAMILIES)] for half in "ab"]
    threads = [threading.Thread(target=bed.hear_in_batches, args=(half, 5)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bed.groups() == {frozenset({f"a-{n}", f"b-{n}"}) for n in range(len(FAMILIES))}
    assert len(bed.persons()) == len(FAMILIES)
