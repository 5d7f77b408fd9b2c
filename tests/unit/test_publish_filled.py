"""What a workspace's own contact takes over from the Provider's person that it is."""

import pytest

from schemas.details import PersonDetails
from services.publish.domain.people import filled

Said = dict[str, str]
ACME = {"company_domain": "acme.com", "company_name": "Acme"}


@pytest.mark.parametrize(
    ("own", "more", "both"),
    [
        ({"title": "CEO"}, {"title": "Clerk", "phone": "+1"}, {"title": "CEO", "phone": "+1"}),
        ({}, {"city": "Bern", "country": "CH"}, {"city": "Bern", "country": "CH"}),
        ({"country": "CH"}, {"city": "Bern", "country": "CH"}, {"city": "Bern", "country": "CH"}),
        ({"city": "Bern"}, {"city": "Ulm", "country": "DE"}, {"city": "Bern"}),
        ({"city": "Bern"}, {"country": "DE"}, {"city": "Bern"}),
        ({"full_name": "A. Lee"}, {"full_name": "Ann Lee", "given_name": "Ann"}, {"full_name": "A. Lee"}),
        ({"company_domain": "acme.com"}, ACME, ACME),
        ({"company_name": "Acme"}, {"company_name": "Bolt", "company_domain": "bolt.io"}, {"company_name": "Acme"}),
    ],
)  # fmt: skip
def test_gaps_are_filled_and_what_belongs_together_is_not_mixed(own: Said, more: Said, both: Said) -> None:
    assert filled(PersonDetails(**own), PersonDetails(**more)) == PersonDetails(**both)


def test_of_a_sources_own_fields_each_side_keeps_its_own() -> None:
    both = filled(PersonDetails(custom={"Tier": "A"}), PersonDetails(custom={"Tier": "B", "Size": "10"}))
    assert both.custom == {"Tier": "A", "Size": "10"}
