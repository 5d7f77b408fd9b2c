"""What a person's records say together."""

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

from services.dedupe.domain import golden
from services.dedupe.domain.record import NormalRecord
from tests.builders import MONDAY


def record(days: int = 0, **said: Any) -> NormalRecord:
    as_of = MONDAY + timedelta(days=days)
    return NormalRecord(record_id=uuid4(), source="crm", source_row_id="1", import_id=UUID(int=1), row=2, as_of=as_of, **said)


def test_the_most_recent_value_that_is_not_empty_wins_field_by_field() -> None:
    old = record(0, title="Clerk", city="Ulm", emails=("ann@acme.com",))
    new = record(9, title="Head")
    chosen = golden.choose([old, new])
    assert (chosen.details.title, chosen.details.city, chosen.details.work_email) == ("Head", "Ulm", "ann@acme.com")
    assert chosen.provenance == {"title": new.record_id, "city": old.record_id, "work_email": old.record_id}


def test_of_equally_recent_values_the_most_frequent_wins_and_then_the_alphabet() -> None:
    assert golden.choose([record(title="CEO"), record(title="Boss"), record(title="CEO")]).details.title == "CEO"
    assert golden.choose([record(title="CEO"), record(title="Boss")]).details.title == "Boss"


def test_the_halves_of_a_name_are_from_one_record_and_a_name_in_full_beats_an_initial() -> None:
    full = record(0, given_name="Jessica", family_name="Abley")
    chosen = golden.choose([full, record(9, given_name="J.", family_name="Abley-Ray"), record(10, given_name="Jess")])
    assert chosen.details.full_name == "Jessica Abley"
    assert {chosen.provenance[name] for name in ("full_name", "given_name", "family_name")} == {full.record_id}


def test_addresses_are_told_apart_by_their_domains_and_shared_ones_are_nobodys() -> None:
    chosen = golden.choose([record(emails=("info@acme.com", "ann@acme.com", "ann@gmail.com"))]).details
    assert (chosen.work_email, chosen.private_email) == ("ann@acme.com", "ann@gmail.com")
    assert golden.choose([record(given_name="Ann", emails=("info@acme.com",))]).details.email is None


def test_the_company_is_that_of_the_domain_and_not_an_earlier_employers() -> None:
    was = record(0, company_name="Oldco", company_key="oldco", company_domain="oldco.com")
    now = record(5, company_domain="newco.com")
    chosen = golden.choose([was, now])
    assert (chosen.details.company_domain, chosen.details.company_name) == ("newco.com", None)
    assert golden.employer(chosen) == now.record_id
    named = record(9, company_name="Newco", company_key="newco")
    assert golden.choose([was, now, named]).details.company_name == "Newco"


def test_the_profile_is_shown_as_its_canonical_address() -> None:
    assert golden.choose([record(linkedin="ann-lee")]).details.linkedin == "https://www.linkedin.com/in/ann-lee"


def test_the_order_of_the_records_has_no_part_in_it() -> None:
    said = [("a", "b", "c"), ("b", "c", "a"), ("c", "a", "b"), ("a", "a", "c")]
    records = [record(n % 2, title=t, city=c, given_name="Ann", family_name=f) for n, (t, c, f) in enumerate(said)]
    assert len({str(golden.choose(some)) for some in permutations(records)}) == 1
