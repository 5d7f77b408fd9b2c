"""What is read from a company's page, however it is written."""

import json
from typing import Any

import pytest

from services.dedupe.domain.known import ROLES as SHARED
from services.ingest.domain.page import ROLES, company_of, linked_pages
from services.ingest.domain.weburl import WebUrl, web_url
from services.ingest.formats.html import decoded, read_page

HERE = web_url("https://www.acme.io/")


def fields(html: str | bytes, url: WebUrl = HERE) -> dict[str, str]:
    return company_of(read_page(html.encode() if isinstance(html, str) else html), url)


def data(*things: Any) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(each)}</script>' for each in things)


def test_there_is_always_a_companys_name_and_site() -> None:
    assert fields("") == {"company_name": "acme.io", "company_website": "https://www.acme.io/"}


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<title>Kontakt | Acme GmbH</title>", "Acme GmbH"),
        ("<title>Acme - fine tiles for all</title>", "Acme"),
        ("<title>Welcome to our site</title>", "acme.io"),
        ('<title>x</title><meta property="og:site_name" content="Acme &amp; Sons">', "Acme & Sons"),
        (data({"@type": "WebSite", "name": "Acme"}), "Acme"),
        (data({"@graph": [{"@type": "WebPage", "name": "x"}, {"@type": ["Thing", "Organization"], "name": "Acme AG"}]}), "Acme AG"),
        (data({"@type": "Store", "legalName": "Acme Inc"}), "Acme Inc"),
        (data({"@type": "Organization", "name": "Agency"}, {"@type": "Corporation", "name": "Acme", "url": "https://acme.io"}), "Acme"),
        (data({"@type": "Article", "publisher": {"@type": "Organization", "name": "Paper"}}), "acme.io"),
    ],
)
def test_the_companys_name_is_found(html: str, name: str) -> None:
    assert fields(html)["company_name"] == name


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("Main St 1, Berlin", {"custom:address": "Main St 1, Berlin"}),
        (
            {"addressLocality": "Berlin", "addressCountry": {"@type": "Country", "name": "Germany"}},
            {"city": "Berlin", "country": "Germany"},
        ),
        ([{"addressLocality": "Paris"}, {"addressLocality": "Rome"}], {"city": "Paris"}),
        ([], {}),
        ({"addressLocality": ["x"]}, {}),
        (7, {}),
    ],
)
def test_an_address_is_read_in_all_its_forms(address: Any, said: dict[str, str]) -> None:
    found = fields(data({"@type": "Organization", "name": "Acme", "address": address}))
    assert {name: value for name, value in found.items() if not name.startswith("company_")} == said


def test_of_mailboxes_those_of_functions_are_taken_and_the_sites_own_first() -> None:
    html = '<a href="mailto:info@agency.io">x</a><a href="mailto:Sales@acme.io?subject=x">y</a> ann.lee@acme.io, office@acme.io, a@b'
    assert (fields(html)["email"], fields(html)["custom:other_mailboxes"]) == ("sales@acme.io", "office@acme.io, info@agency.io")
    assert "email" not in fields('<a href="mailto:ann.lee@acme.io">Ann Lee</a>')


def test_no_mailbox_that_is_taken_would_pass_for_a_persons_where_records_are_matched() -> None:
    assert ROLES <= SHARED


def test_a_person_of_schema_org_is_not_taken() -> None:
    html = data({"@type": "Person", "name": "Ann Lee", "email": "info@acme.io", "telephone": "+49 30 1234567"})
    assert fields(html) == fields("")


def test_the_companys_profile_is_found_and_no_persons() -> None:
    html = '<a href="https://de.linkedin.com/in/ann">Ann</a><a href="https://de.linkedin.com/company/Acme-IO/?x=1">us</a>'
    assert fields(html)["custom:company_linkedin"] == "https://www.linkedin.com/company/acme-io"
    assert "linkedin" not in fields(html)


def test_telling_pages_of_the_same_site_are_found_and_no_others() -> None:
    html = """<a href="/team">Team</a><a href="https://acme.io/de/über-uns/">x</a><a href="//other.io/contact">Contact</a>
    <a href="#">About</a><a href="/legal?x=1">Imprint</a><a href="javascript:contact()">Contact</a><a href="/contact.html#map">c</a>
    <a href="mailto:a@b.io">Contact</a><a href="http://www.acme.io:8080/contact">Contact</a><a href="/contact.html">again</a>"""
    assert [str(each) for each in linked_pages(read_page(html.encode()), HERE)] == [
        "https://www.acme.io/legal?x=1",
        "https://www.acme.io/contact.html",
        "https://acme.io/de/%C3%BCber-uns/",
        "https://www.acme.io/team",
    ]


@pytest.mark.parametrize(
    "html",
    [
        b"<title>Acme</title><div><p><b>x</div></i><a href=/contact>Contact",
        b"<title>Acme</title><script type=application/ld+json>{oops</script>",
        b"<title>Acme</title>" + data(None, 7, "x", [[{}]], {"@type": None, "@graph": 3}).encode(),
        b'<title>Acme</title><script type="application/ld+json">' + b"[" * 100_000,
        b"<title>Acme</title>" + b"<div>" * 50_000,
        b"\0<title>A\0cme</title>",
        b"<title>Acme</title>" + bytes(range(256)),
    ],
)
def test_broken_pages_say_what_they_can(html: bytes) -> None:
    assert fields(html)["company_name"] == "Acme"


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("Müller".encode(), None),
        ("Müller".encode("cp1252"), "iso-8859-1"),
        ("Müller".encode("cp1252"), None),
        ("Müller".encode("utf-16"), "utf-8"),
        ("Müller".encode(), "no-such-charset"),
        ("Müller".encode(), "hex"),
    ],
)
def test_letters_are_read_by_what_says_how(body: bytes, charset: str | None) -> None:
    assert decoded(body, charset) == "Müller"
    declared = b"<meta charset=windows-1252>" + "ü".encode("cp1252")
    assert decoded(declared, None).endswith("ü")
