"""The four files as one table for Splink, lightly normalised: small bare letters, no titles, no tags, digits only, no legal forms."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.people.compare import Lead, read
from bench.people.population import FREE_DOMAINS

ROLES = frozenset({"info", "hello", "contact", "office", "admin", "support", "sales", "marketing", "team", "service", "mail"})
TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof", "phd", "mba", "pmp", "jr", "sr"})
FREE = frozenset({*FREE_DOMAINS, "googlemail.com"})
COUNTRIES = {
    "us": "unitedstates usa us",
    "uk": "unitedkingdom uk greatbritain england",
    "de": "germany deutschland de",
    "fr": "france fr",
    "es": "spain españa es",
    "it": "italy italia it",
    "nl": "netherlands thenetherlands nederland",
    "se": "sweden sverige se",
    "pl": "poland polska",
    "br": "brazil brasil",
    "in": "india in",
    "gr": "greece hellas",
    "cn": "china prc",
}
CODES = {spelling: code for code, spellings in COUNTRIES.items() for spelling in spellings.split()}
ARTICLE_OR_LAND = re.compile(
    r"^the(?=.{4})|(?<=.{4})(germany|france|italy|spain|brazil|india|poland|sweden|greece|netherlands|united(states|kingdom))$"
)
MANY_NAMES = 3  # A telephone number of so many families is a switchboard's: no evidence of a person.

Record = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What the whole of the rows tells: telephones of switchboards, and which words are given and which are family names."""

    shared_phones: frozenset[str]
    givens: Counter[str]
    families: Counter[str]


def records(folder: Path) -> list[Record]:
    """One for each row that says anything."""
    leads = read(folder)
    known = _known(leads)
    return [record for lead in leads if (record := _record(lead, known))["said"]]


def _record(lead: Lead, known: Known) -> Record:
    given, family = _in_order(*_name(lead), known)
    local, _, domain = lead.mail.partition("@")
    house = None if domain in FREE or not domain else _house(domain)
    if not family:
        given, family = _name_in_mail(given, re.sub("(?<=[aou])e", "", local), known)
    mail = local and local not in ROLES
    company = ARTICLE_OR_LAND.sub("", lead.company) or None
    return {
        "unique_id": f"{lead.source}/{next(iter(lead.fields.values()))}",
        "given": given,
        "family": family,
        "initial": given[0] if given else None,
        "mail": lead.mail if mail else None,
        "mail_local": local if mail else None,
        "mail_name": re.sub(r"\d+$", "", local) if mail else None,
        "mail_house": house if mail else None,
        "profile": lead.profile or None,
        "phones": sorted(lead.phones - known.shared_phones) or None,
        "company": company,
        "company_start": company[:5] if company else None,
        "house": _site(lead) or house,
        "country": _country(lead),
        "title": _title(lead),
        "said": lead.mail or lead.profile or family,
    }


def _known(leads: Sequence[Lead]) -> Known:
    phones: defaultdict[str, set[str]] = defaultdict(set)
    givens, families = Counter[str](), Counter[str]()
    for lead in leads:
        given, family = _name(lead)
        if given and family:
            givens[given] += 1
            families[family] += 1
            for phone in lead.phones:
                phones[phone].add(family)
    return Known(frozenset(phone for phone, found in phones.items() if len(found) >= MANY_NAMES), givens, families)


def _name(lead: Lead) -> tuple[str | None, str | None]:
    words = [word for word in re.sub("(?<=[aou])e", "", lead.name).split() if word not in TITLES]
    if not words:
        return None, None
    # A single letter between is a middle name's.
    rest = [word for word in words[1:] if len(word) > 1]
    return words[0], "".join(rest) or None


def _in_order(given: str | None, family: str | None, known: Known) -> tuple[str | None, str | None]:
    """Changed about when both words are far commoner the other way."""
    if given and family and known.givens[family] > 4 * known.families[family] and known.givens[given] <= known.families[given]:
        return family, given
    return given, family


def _name_in_mail(given: str | None, local: str, known: Known) -> tuple[str | None, str | None]:
    """Who gave no family name mostly has it in the address: `given.family`, `family.given`, `givenfamily` or `gfamily`."""
    parts = [part for part in re.split(r"[._]", re.sub(r"\d+$", "", local)) if part.isalpha()]
    if len(parts) == 2:
        one, other = parts
        return _in_order(one, other, known) if other not in known.givens or one in known.givens else (other, one)
    whole = parts[0] if len(parts) == 1 else ""
    for at in range(len(whole) - 2, 0, -1):
        head, tail = whole[:at], whole[at:]
        if tail in known.families and (
            head == given or (given and at == 1 and head == given[0]) or (not given and (at == 1 or head in known.givens))
        ):
            return given or head, tail
    return given, None


def _house(domain: str) -> str:
    """The company in a domain: without `mail.`, the ending and `-group`."""
    return domain.removeprefix("mail.").partition(".")[0].removesuffix("-group")


def _site(lead: Lead) -> str | None:
    site = lead.fields.get("Website URL", "")
    return _house(re.sub(r"^(https?://)?(www\.)?", "", site).rstrip("/")) if site else None


def _country(lead: Lead) -> str | None:
    place = lead.first(("Country/Region", "Land", "country")) or lead.fields.get("location", "").rpartition(", ")[2]
    return CODES.get(re.sub("[ .]", "", place.lower()))


def _title(lead: Lead) -> str | None:
    title = lead.first(("Job Title", "Position")) or lead.fields.get("headline", "").partition(" at ")[0]
    return re.sub("[^a-z]", "", title.lower()) or None
