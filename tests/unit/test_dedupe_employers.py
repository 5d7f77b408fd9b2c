"""Which company a record means: names of companies, and what goes with them."""

from typing import Any

import pytest

from services.dedupe.domain.linkage.comparing import SAME, employers
from services.dedupe.domain.linkage.employers import NAMED, Companies, with_employers
from services.dedupe.domain.linkage.traits import company_words
from tests.linkage import somebody

ALIKE_COMPANY = 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nova manufacturing germany", "nova manufacturing"),
        ("the oldcroft and", "oldcroft"),
        ("vodafone united kingdom", "vodafone"),
        ("white und associates", "white and associates"),
        ("siemens germany", "siemens"),
        ("vodafone the united states of america", "vodafone"),
        ("bank of scotland united kingdom", "bank of scotland"),
    ],
)
def test_a_companys_name_is_compared_without_what_some_sources_add(one: str, other: str) -> None:
    assert company_words(one) == company_words(other)


@pytest.mark.parametrize(
    "name",
    [
        "air france", "bank of america", "reserve bank of india", "university of malta", "government of northern ireland",
        "ministry of education malta", "electricite de france", "restaurant cuba", "telecom italia", "consulting group germany",
        "hotel restaurant costa rica",
    ],
)  # fmt: skip
def test_a_name_that_says_nothing_without_its_country_keeps_it(name: str) -> None:
    assert company_words(name) == name


def companies_of(*said: dict[str, Any]) -> list[str | None]:
    """Of records that are of as many persons."""
    traits = with_employers([somebody(**each) for each in said])
    known = Companies(traits)
    return [known.of_person([each])[0] for each in traits]


def test_a_name_without_a_domain_is_the_company_whose_domain_goes_with_it() -> None:
    found = companies_of(
        {"company_key": "acme foods", "company_domain": "acme.com"}, {"company_key": "acme foods"}, {"company_key": "acme foodz"}
    )
    assert found == ["acme.com", "acme.com", "acme.com"]


def test_a_name_of_several_companies_means_the_one_in_the_records_country() -> None:
    name = {"company_key": "acme foods"}
    here = [name | {"company_domain": "acme.de", "country": "DE"}] * 2 + [name | {"company_domain": "foods.se", "country": "SE"}] * 6
    alone = [name | {"country": country} for country in ("DE", "SE", "FR")]
    assert companies_of(*here, *alone, name)[8:] == ["acme.de", "foods.se", "foods.se", "foods.se"]
    unclear = [*here, name | {"company_domain": "other.de", "country": "DE"}]
    assert companies_of(*unclear, name | {"country": "DE"})[-1] == f"{NAMED}acme foods"


def test_a_company_may_have_the_domain_that_its_misspelt_name_stands_in() -> None:
    one, other = with_employers([somebody(company_key="orion materals"), somebody(company_domain="orion-materials.com")])
    assert employers(one, other) == ALIKE_COMPANY


def test_domains_of_one_label_that_share_a_name_are_one_company_and_numbered_ones_are_not() -> None:
    name = {"company_key": "acme foods"}
    one, group, other = companies_of(
        name | {"company_domain": "acmefoods.com"},
        name | {"company_domain": "acme-foods-group.com"},
        name | {"company_domain": "acmefoods2.com"},
    )
    assert one == group
    assert other != one


def test_a_record_that_names_no_company_means_one_of_its_persons_others() -> None:
    traits = with_employers([somebody(company_key="acme", company_domain="acme.com"), somebody(emails=("ann@gmail.com",))])
    assert Companies(traits).of_person(traits) == ["acme.com", "acme.com"]


def test_a_misspelt_name_is_the_one_company_that_it_can_mean() -> None:
    known = [
        {"company_key": name, "company_domain": domain} for name, domain in (("brightwater", "brightwater.com"), ("northgate", "n.de"))
    ]
    assert companies_of(*known, {"company_key": "brigthwater"})[-1] == "brightwater.com"
    assert companies_of(*known, {"company_key": "xrightwater"})[-1] == "brightwater.com"
    assert companies_of(*known, {"company_key": "northgte", "city": "Bern"})[-1] == "n.de"
    two = [*known, {"company_key": "brightwate", "company_domain": "other.com"}]
    assert companies_of(*two, {"company_key": "brightwatee"})[-1] == f"{NAMED}brightwatee"


def test_an_acronym_is_the_company_whose_name_it_shortens() -> None:
    full = somebody(company_key="prime industries dynamics", company_domain="pid.io")
    short = somebody(company_key="pid")
    mine, theirs = with_employers([full, short])
    assert employers(mine, theirs) == SAME
