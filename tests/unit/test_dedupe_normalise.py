"""What records say in normal form, in whatever form their sources say it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from schemas.ingest import RecordIngested
from services.dedupe.domain import addresses, known, names, places
from services.dedupe.domain.linkage import traits
from services.dedupe.domain.normalise import normalise
from services.dedupe.domain.record import NormalRecord
from tests.builders import MONDAY


def record(**fields: str) -> NormalRecord:
    ids = {"record_id": uuid4(), "source_id": uuid4(), "import_id": uuid4()}
    return normalise(RecordIngested(**ids, source="crm", source_row_id="1", row=2, digest="d", fields=fields), MONDAY)


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (" Ann.Lee@ACME.com ", "ann.lee@acme.com"),
        ("mailto:ann@acme.com", "ann@acme.com"),
        ("ann@BÜCHER.example.de", "ann@bücher.example.de"),
        ("not-an-email", None),
        ("ann@localhost", None),
        ("ann lee@acme.com", None),
    ],
)
def test_addresses(raw: str, address: str | None) -> None:
    assert addresses.email(raw) == address


def test_spellings_of_one_mailbox_are_one() -> None:
    spellings = ("ann.lee@gmail.com", "annlee@googlemail.com", "a.n.n.lee+news@gmail.com")
    assert {addresses.mailbox(each) for each in spellings} == {"annlee@gmail.com"}
    assert addresses.mailbox("ann.lee+crm@acme.com") == "ann.lee@acme.com"
    assert addresses.mailbox("ann.lee@acme.com") != addresses.mailbox("annlee@acme.com")


@pytest.mark.parametrize("address", ["info@acme.com", "sales+fair@acme.com", "kontakt@acme.de", "acme@acme.com", "asdf@asdf.com"])
def test_a_mailbox_that_many_read_is_nobodys_own(address: str) -> None:
    assert addresses.is_shared(address)
    assert not record(email=address).is_person


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        ("https://www.linkedin.com/in/Ann-Lee-5f47/?trk=x", "ann-lee-5f47"),
        ("http://de.linkedin.com/in/ann-lee-5f47/en", "ann-lee-5f47"),
        ("m.linkedin.com/in/ann%2Dlee", "ann-lee"),
        ("linkedin.com/in/j%C3%BCrgen", "jürgen"),
        ("https://www.linkedin.com/in/unavailable/", None),
        ("https://www.linkedin.com/company/acme", None),
    ],
)
def test_profiles(raw: str, slug: str | None) -> None:
    assert addresses.profile(raw) == slug


@pytest.mark.parametrize(
    ("website", "emails", "domain"),
    [
        ("https://www.acme.co.uk/about?x=1", (), "acme.co.uk"),
        ("ACME.com", ("ann@other.com",), "acme.com"),
        (None, ("ann@gmail.com", "ann@mail.acme.com.br"), "acme.com.br"),
        ("https://www.linkedin.com/company/acme", ("ann@acme.com",), "acme.com"),
        (None, ("ann@web.de",), None),
        ("no website", (), None),
        ("https://acme.wixsite.com/home", (), "acme.wixsite.com"),
        ("www.acme.myshopify.com", (), "acme.myshopify.com"),
        ("https://acme.wordpress.com", (), "acme.wordpress.com"),
        ("https://www.wordpress.com/acme", ("ann@acme.com",), "acme.com"),
        (None, ("ann@acme.onmicrosoft.com",), "acme.onmicrosoft.com"),
        (None, ("ann@acme.de.com",), "acme.de.com"),
        (None, ("ann@rub.de",), "rub.de"),
        ("https://www.rub.de/en", (), "rub.de"),
        ("https://linktr.ee/acme", ("ann@acme.com",), "acme.com"),
        ("bit.ly/3xYz", (), None),
        ("yahoo.ca", ("ann@hotmail.nl", "ann@mail.acme.com"), "acme.com"),
    ],
)
def test_the_domain_of_a_company(website: str | None, emails: tuple[str, ...], domain: str | None) -> None:
    assert addresses.company_domain(website, emails) == domain


@pytest.mark.parametrize(
    "domain",
    ["yahoo.ca", "yahoo.com.au", "hotmail.nl", "hotmail.be", "outlook.es", "outlook.com.br", "live.de", "bigpond.com", "rogers.com",
     "talktalk.net", "mail.de", "abv.bg", "aliyun.com", "vip.163.com", "privaterelay.appleid.com"],
)  # fmt: skip
def test_an_address_that_anybody_can_have_says_nothing_about_a_company(domain: str) -> None:
    address = f"ann@{domain}"
    assert addresses.is_free(address)
    assert addresses.company_domain(f"https://{domain}", (address,)) is None
    assert traits.owned_domain(address) is None


@pytest.mark.parametrize("domain", ["yahoo-travel.com", "live-nation.de", "outlook.acme.com", "mail.acme.de", "acme.github.io"])
def test_a_company_may_have_a_providers_name_in_its_own(domain: str) -> None:
    assert not addresses.is_free(f"ann@{domain}")


def test_what_is_known_of_domains_is_said_of_whole_ones() -> None:
    """As they are registered, or else nothing would ever be compared with them."""
    assert {each for each in known.FREE if addresses.domain(each) != each} == set()
    assert {each for each in known.HOSTERS if addresses.domain(f"acme.{each}") != f"acme.{each}"} == set()


@pytest.mark.parametrize(
    ("raw", "country", "number"),
    [
        ("+49 (0)40 1234567", None, "+49401234567"),
        ("040 1234567", "DE", "+49401234567"),
        ("0712 334 9211 Ext.836", "FR", "0712 334 9211 Ext.836"),
        ("+55.155.612.5886#932", "BR", "+551556125886"),
        ("040 1234567", None, "040 1234567"),
    ],
)
def test_phones_are_e164_where_they_can_be_read(raw: str, country: str | None, number: str) -> None:
    assert addresses.phone(raw, country) == number


@pytest.mark.parametrize(
    ("given", "family", "full", "name"),
    [
        ("ann", "LEE", None, ("Ann", "Lee")),
        (None, None, "Miller, James", ("James", "Miller")),
        (None, None, "Prof. Dr. Robert Moore", ("Robert", "Moore")),
        (None, None, "Zbigniew Dąbrowski, PhD", ("Zbigniew", "Dąbrowski")),
        (None, None, "lotte van den bosch", ("Lotte", "van den Bosch")),
        (None, "Sabine Grubenmann", None, ("Sabine", "Grubenmann")),
        (None, None, "Jason", ("Jason", None)),
        ("G.", "Moore", None, ("G.", "Moore")),
        ("Ann", None, None, ("Ann", None)),
        (None, None, "LinkedIn Member", (None, None)),
        ("Ann", "Unknown", None, ("Ann", None)),
        ("Ann", "[not provided]", None, ("Ann", None)),
        ("Ann", "N/A", None, ("Ann", None)),
        ("Ann", "-", None, ("Ann", None)),
        (".", "Lee", None, (None, "Lee")),
        ("Unknown", "No last name", "Ann Lee", ("Ann", "Lee")),
        ("Ann", "Lee", "not provided", ("Ann", "Lee")),
        ("Ann", None, "n/a", ("Ann", None)),
        (None, None, "Ann Unknown", ("Ann", None)),
        ("Unknown", "Unknown", None, (None, None)),
        ("Unknown", "Test", None, (None, None)),
        ("Test", "Test", None, (None, None)),
        ("None", "null", None, (None, None)),
        (None, None, "Test Test", (None, None)),
        (None, None, "Guest", (None, None)),
        ("Anna", "Null", None, ("Anna", "Null")),
        ("Na", "Li", None, ("Na", "Li")),
        ("N.A.", "de Vries", None, ("N.A", "de Vries")),
        (None, None, "Christopher Guest", ("Christopher", "Guest")),
        (None, None, "Anna Test", ("Anna", "Test")),
        (None, None, "JOHN SMITH JR", ("John", "Smith Jr")),
        (None, None, "Smith, John Q. Jr., MD", ("John Q", "Smith Jr")),
        ("John", "Smith, III", None, ("John", "Smith, III")),
        (None, None, "Henry II", ("Henry", None)),
        (None, None, "King Lee", ("King", "Lee")),
        (None, None, "Lee, King", ("King", "Lee")),
        (None, None, "PRINCE JONES", ("Prince", "Jones")),
        (None, None, "Judge Reinhold", ("Judge", "Reinhold")),
        (None, None, "Mr Reinhold", (None, "Reinhold")),
        (None, None, "Dr. Lee", (None, "Lee")),
        (None, None, "De Niro", (None, "De Niro")),
        (None, None, "Sir Ian", ("Ian", None)),
        (None, None, None, (None, None)),
    ],
)
def test_names(given: str | None, family: str | None, full: str | None, name: tuple[str | None, str | None]) -> None:
    found = names.name(given, family, full)
    assert (found.given, found.family) == name


@pytest.mark.parametrize(
    "company",
    [
        "Müller & Söhne GmbH & Co. KG", "MULLER AND SOHNE", "Müller + Söhne GmbH", "müller & söhne",
        "Müller & Söhne Gesellschaft mit beschränkter Haftung", "Müller & Söhne Aktiengesellschaft",
    ],
)  # fmt: skip
def test_companies_are_compared_without_form_and_accents(company: str) -> None:
    assert names.company_key(company) == "muller and sohne"


def test_a_company_that_is_all_form_keeps_its_name() -> None:
    assert names.company_key("SE") == "se"


@pytest.mark.parametrize(
    ("text", "code"),
    [("Deutschland", "DE"), ("U.S.A.", "US"), ("us", "US"), ("The Netherlands", "NL"), ("España", "ES"), ("Great Britain", "GB"),
     ("Hellas", "GR"), ("PRC", "CN"), ("中国", "CN"), ("Atlantis", None)],
)  # fmt: skip
def test_countries_by_their_names_in_many_languages(text: str, code: str | None) -> None:
    assert places.country(text) == code


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("Milano, Italy", ("Milano", "IT")),
        ("Austin, Texas, United States", ("Austin", "US")),
        ("Köln", ("Köln", None)),
        ("France", (None, "FR")),
        ("", (None, None)),
    ],
)
def test_places(location: str, place: tuple[str | None, str | None]) -> None:
    assert places.place(location) == place


def test_a_headline_fills_in_what_has_no_field() -> None:
    both = record(full_name="Ann Lee", headline="IT Director at Acme Ltd")
    assert (both.title, both.company_name, both.company_key) == ("IT Director", "Acme Ltd", "acme")
    title = record(full_name="Ann Lee", headline="IT Director at Acme", title="CIO", company_name="Acme Group")
    assert (title.title, title.company_name) == ("CIO", "Acme Group")


def test_the_time_of_the_import_counts_where_the_source_says_none() -> None:
    assert record(email="ann@acme.com").as_of == MONDAY
    ids = {"record_id": uuid4(), "source_id": uuid4(), "import_id": uuid4()}
    said = datetime(2020, 1, 1, tzinfo=UTC)
    ingested = RecordIngested(**ids, source="crm", source_row_id="1", row=2, digest="d", as_of=said, fields={"email": "ann@acme.com"})
    assert normalise(ingested, MONDAY).as_of == said


def test_custom_fields_are_not_matched_by() -> None:
    assert record(**{"custom:Email": "ann@acme.com", "company_name": "Acme"}).is_person is False
