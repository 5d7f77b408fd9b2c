"""What a company's web page says of the company; of persons, nothing (DECISIONS.md)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.fields import CUSTOM
from schemas.fields import DataField as F
from services.ingest.domain.errors import NotAPage
from services.ingest.domain.values import is_email, is_phone, plain, tidy
from services.ingest.domain.weburl import WebUrl, web_url


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MOST_VALUE = 500
ROLES = words("""
    info information contact hello office mail email post team admin administration support help service sales marketing press pr media
    news events accounts jobs career careers hr reception enquiries enquiry inquiries inquiry booking bookings shop partners general
    kontakt buero verwaltung vertrieb verkauf einkauf presse empfang zentrale anfrage sekretariat bewerbung
    bonjour accueil commercial contacto ventas recepcion comercial hola contatti amministrazione vendite segreteria contato vendas
""")
"""Mailboxes of a function. Whoever else stands on a page is a person, and is not taken from it."""
ORGANISATIONS = ("organization", "corporation", "business", "company", "store", "agency", "service", "ngo", "airline", "attorney")
"""How schema.org's types of organisations end, in lower case."""
KINDS = (
    ("impressum", "imprint", "legal notice", "mentions legales", "aviso legal", "note legali"),
    ("contact", "contacts", "kontakt", "contacto", "contatti", "contato", "contactez", "contact us"),
    ("about", "about us", "uber uns", "ueber uns", "unternehmen", "a propos", "qui sommes nous", "chi siamo", "quienes somos", "sobre"),
    ("team", "our team", "unser team", "equipe", "equipo", "people"),
)
"""What the pages are called that are read beside the given one, the most telling first."""

_address = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}")
_linkedin = re.compile(r"https?://(?:[a-z]{2,3}\.)?linkedin\.com/company/([^/?#\s\"'<>]+)", re.IGNORECASE)
_cuts = re.compile(r"\s+[|\u2013\u2014\u00b7\u00bb:>-]+\s+")


@dataclass(frozen=True)
class Link:
    href: str
    text: str


@dataclass(frozen=True)
class Page:
    """What is read from the markup. `things`: schema.org's objects that stand by themselves, not those inside others."""

    title: str
    metas: Mapping[str, str]
    things: Sequence[Mapping[str, Any]]
    links: Sequence[Link]
    text: str


def company_of(page: Page, url: WebUrl) -> dict[str, str]:
    """Data fields. There is always a company's name, as it is a company's page: at worst its host's."""
    organisation = organisation_of(page.things, url)
    said: dict[str, Any] = {
        F.COMPANY_NAME: organisation.get("name") or organisation.get("legalName") or named(page, url),
        F.COMPANY_WEBSITE: f"{url.origin}/",
        F.PHONE: phone_of(organisation, page.links),
        f"{CUSTOM}company_linkedin": linkedin_of(organisation, page.links),
        **place_of(organisation.get("address")),
    }
    mailboxes = mailboxes_of(organisation, page, url)
    if mailboxes:
        said[F.EMAIL] = mailboxes[0]
        said[f"{CUSTOM}other_mailboxes"] = ", ".join(mailboxes[1:5])
    fields = {str(field): word(value) for field, value in said.items()}
    # Never without a name: a record of a website and no company would pass for a person's.
    return {field: value for field, value in fields.items() if value} | {F.COMPANY_NAME.value: fields[F.COMPANY_NAME] or url.site}


def word(value: object) -> str:
    return tidy("".join(c for c in value if c.isprintable() or c.isspace()))[:MOST_VALUE] if isinstance(value, str) else ""


def organisation_of(things: Sequence[Mapping[str, Any]], url: WebUrl) -> Mapping[str, Any]:
    """The one that says it is of this site, else the first that has a name."""
    found = [each for each in things if is_organisation(each) and word(each.get("name") or each.get("legalName"))]
    own = (each for each in found if url.site in str(each.get("url", "")))
    return next(own, found[0] if found else {})


def is_organisation(thing: Mapping[str, Any]) -> bool:
    return any(kind.lower().endswith(ORGANISATIONS) for kind in kinds_of(thing))


def kinds_of(thing: Mapping[str, Any]) -> list[str]:
    kind = thing.get("@type")
    return [each for each in (kind if isinstance(kind, list) else [kind]) if isinstance(each, str)]


def named(page: Page, url: WebUrl) -> str:
    """By what the site calls itself, else by the part of the title that its domain speaks of, else by the domain."""
    site = next((word(each.get("name")) for each in page.things if "WebSite" in kinds_of(each)), "")
    if said := word(page.metas.get("og:site_name")) or site:
        return said
    domain = plain(url.site.split(".", 1)[0]).replace(" ", "")
    for part in _cuts.split(page.title):
        letters = plain(part).replace(" ", "")
        if letters and (letters in domain or domain in letters):
            return part
    return url.site


def phone_of(organisation: Mapping[str, Any], links: Iterable[Link]) -> str:
    called = (each.href[4:].replace("%20", " ") for each in links if each.href.lower().startswith("tel:"))
    return next((found for each in (organisation.get("telephone"), *called) if is_phone(found := word(each))), "")


def linkedin_of(organisation: Mapping[str, Any], links: Iterable[Link]) -> str:
    same = organisation.get("sameAs")
    places = [*(same if isinstance(same, list) else [same]), *(each.href for each in links)]
    found = (_linkedin.match(each) for each in places if isinstance(each, str))
    return next((f"https://www.linkedin.com/company/{match[1].lower()}" for match in found if match), "")


def place_of(address: object) -> dict[str, Any]:
    """A PostalAddress, the first of several, or a text."""
    if isinstance(address, list):
        address = address[0] if address else None
    if isinstance(address, str):
        return {f"{CUSTOM}address": address}
    if not isinstance(address, dict):
        return {}
    country = address.get("addressCountry")
    return {
        F.CITY: address.get("addressLocality"),
        F.COUNTRY: country.get("name") if isinstance(country, dict) else country,
        f"{CUSTOM}street": address.get("streetAddress"),
        f"{CUSTOM}postal_code": address.get("postalCode"),
        f"{CUSTOM}region": address.get("addressRegion"),
    }


def mailboxes_of(organisation: Mapping[str, Any], page: Page, url: WebUrl) -> list[str]:
    """Of functions alone; those at the site's own domain first."""
    linked = (each.href[7:].split("?", 1)[0] for each in page.links if each.href.lower().startswith("mailto:"))
    said = (word(organisation.get("email")).removeprefix("mailto:"), *linked, *_address.findall(page.text))
    found = dict.fromkeys(each.strip().lower() for each in said if is_role(each.strip().lower()))
    return sorted(found, key=lambda each: not is_at(each.rpartition("@")[2], url))


def is_role(address: str) -> bool:
    return is_email(address) and bool(_address.fullmatch(address)) and address.split("@", 1)[0] in ROLES


def is_at(domain: str, url: WebUrl) -> bool:
    return url.site == domain or url.site.endswith(f".{domain}")


def linked_pages(page: Page, url: WebUrl) -> list[WebUrl]:
    """Its imprint, contact, about and team pages on the same site, the most telling first."""
    ranked = sorted(((kind, place, to) for place, (kind, to) in enumerate(telling(page, url))), key=lambda each: each[:2])
    return list(dict.fromkeys(to for _, _, to in ranked))


def telling(page: Page, url: WebUrl) -> Iterator[tuple[int, WebUrl]]:
    for link in page.links:
        kind = kind_of(link)
        if kind is None:
            continue
        try:
            to = web_url(link.href, url)
        except NotAPage:
            continue
        if (to.site, to.port) == (url.site, url.port) and to.target != url.target:
            yield kind, to


def kind_of(link: Link) -> int | None:
    path = link.href.split("?", 1)[0].split("#", 1)[0].rstrip("/").rpartition("/")[2]
    names = {plain(link.text), plain(path.partition(".")[0])}
    return next((kind for kind, words in enumerate(KINDS) if names & set(words)), None)
