"""Names of persons and companies, and job titles, as they are shown and as they are compared."""

import re
from dataclasses import dataclass
from functools import lru_cache

from cleanco import basename
from nameparser import HumanName
from nameparser.config import CONSTANTS

from services.dedupe.domain.known import LEGAL_FORMS
from services.dedupe.domain.words import plain

NOBODY = frozenset({"linkedin member", "walk in", "guest", "visitor", "no name", "unknown"})
PARTS = frozenset({*CONSTANTS.titles, *CONSTANTS.suffix_acronyms, *CONSTANTS.suffix_not_acronyms, *CONSTANTS.prefixes})
"""Words that are no name by themselves: `Dr`, `Jr`, `van`."""
_two_words = re.compile(r"([^\W\d_]{2,}) ([^\W\d_]{2,})")
_at = re.compile(r"\s+(?:at|bei|chez|@)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    given: str | None = None
    family: str | None = None

    @property
    def full(self) -> str | None:
        return " ".join(part for part in (self.given, self.family) if part) or None


@lru_cache(maxsize=50_000)
def name(given: str | None, family: str | None, full: str | None) -> Name:
    """From the halves where the source has both, else from what it has in one; capitals as names have them."""
    if given and family:
        return Name(shown(given), shown(family))
    text = full or " ".join(part for part in (given, family) if part)
    if not text or plain(text) in NOBODY:
        return Name()
    if " " not in text and not full:
        return Name(shown(given) if given else None, shown(family) if family else None)
    simple = _two_words.fullmatch(text)
    if simple and not {simple[1].lower(), simple[2].lower()} & PARTS:
        return Name(shown(simple[1]), shown(simple[2]))
    parsed = HumanName(text)
    first = " ".join(part for part in (parsed.first, parsed.middle) if part)
    return Name(shown(first) if first else None, shown(parsed.last) if parsed.last else None)


@lru_cache(maxsize=50_000)
def shown(part: str) -> str:
    """`GRABOWSKA` and `lotte` get the capitals of names; what has both cases stays as it is."""
    bare = part.strip(" ,.;")
    # An initial keeps its full stop.
    text = bare if len(bare) > 1 else part.strip()
    if text.isupper() or text.islower():
        # As a family name, so that `van den` stays small.
        parsed = HumanName(last=text)
        parsed.capitalize(force=True)
        return str(parsed.last) or text
    return text


@lru_cache(maxsize=50_000)
def company_key(company: str) -> str:
    """A company's name without its legal form, comparable."""
    bare = company
    if (formless := without_form(plain(company))) != plain(company):
        return formless
    for _ in range(2):
        # `GmbH & Co. KG` is two forms.
        bare = basename(bare) or bare
    return without_form(plain(bare)) or plain(company)


def without_form(name: str) -> str:
    """A plain name without a legal form that is written out."""
    form = next((form for form in LEGAL_FORMS if name.endswith(f" {form}")), None)
    return name.removesuffix(f" {form}") if form else name


def title_and_company(headline: str) -> tuple[str | None, str | None]:
    """`IT Director at Acme` says both; a headline without such a word is taken as the title."""
    parts = _at.split(headline, maxsplit=1)
    return parts[0].strip() or None, parts[1].strip() or None if len(parts) > 1 else None
