"""Names of persons and companies, and job titles, as they are shown and as they are compared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from cleanco.clean import custom_basename, normalized, prepare_default_terms, strip_punct, strip_tail
from nameparser import HumanName
from nameparser.config import CONSTANTS

from services.dedupe.domain.known import FORMS_OF_ADDRESS, GENERATIONS, LEGAL_FORMS, NO_NAMES, UNLIKELY_NAMES
from services.dedupe.domain.words import plain

PARTS = frozenset(
    {*CONSTANTS.titles, *CONSTANTS.suffix_acronyms, *CONSTANTS.suffix_not_acronyms, *CONSTANTS.prefixes, *CONSTANTS.conjunctions}
)
"""Words that are no name by themselves: `Dr`, `Jr`, `van`."""
NAMES_TOO = frozenset(title for title in CONSTANTS.titles if title.isascii()) - FORMS_OF_ADDRESS
"""Titles that are names as well: `King`, `Judge`."""
OWN_CAPITALS = frozenset(CONSTANTS.capitalization_exceptions)
"""Words that have other capitals than names have: `phd`."""
WRITTEN_FORMS = tuple(f" {form}" for form in LEGAL_FORMS)
Term = tuple[int, list[str]]
_word = r"[^\W\d_]+(?:['-][^\W\d_]+)*"
_given_family = re.compile(rf"((?:{_word}|[^\W\d_]\.)(?: [^\W\d_]\.?)?) ({_word})")
_family_given = re.compile(rf"({_word}), ({_word}|[^\W\d_]\.)")
_between = re.compile(r"[^\w/]+")
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
    given, family = said(given, family)
    if given and family:
        return Name(shown(given), shown(family))
    [full] = said(full)
    text = full or given or family or ""
    if full or " " in text:
        given, family = said(*parts(text))
    return Name(shown(given) if given else None, shown(family) if family else None)


def said(*halves: str | None) -> list[str | None]:
    """None for what only fills a field that must be filled: `Unknown` always, and `Null` where no name stands beside it."""
    found = [half if half and wording(half) not in NO_NAMES else None for half in halves]
    return found if any(half and wording(half) not in UNLIKELY_NAMES for half in found) else [None] * len(found)


@lru_cache(maxsize=50_000)
def wording(half: str) -> str:
    """Small letters without what stands around and between words, but for the bar of `n/a`: `N.A.` may be initials."""
    return _between.sub(" ", half.casefold()).strip(" /_")


def parts(full: str) -> tuple[str, str]:
    """Given names and family name, also of those two words of which the parser takes one for a title: `King Lee`, but not `Mr Lee`."""
    first, last = halves(full)
    words = full.replace(",", " ").split()
    if bool(first) != bool(last) and len(words) == 2 and {word.lower() for word in words} - {first.lower(), last.lower()} <= NAMES_TOO:
        first, last = reversed(words) if "," in full else words
    return first, last


def halves(full: str) -> tuple[str, str]:
    """Given names and family name. Those that are written as most are need no parser, which takes fifty times as long."""
    if usual := _given_family.fullmatch(full):
        first, last = usual.groups()
    elif usual := _family_given.fullmatch(full):
        last, first = usual.groups()
    if usual and PARTS.isdisjoint(full.lower().replace(".", "").replace(",", "").split()) and len(last) > 1:
        return first, last
    parsed = HumanName(full)
    # As a source has it that has the halves: of what the parser takes off, this tells who it is.
    generation = next((word for word in parsed.suffix.replace(",", " ").split() if plain(word) in GENERATIONS), "") if parsed.last else ""
    return " ".join(filter(None, (parsed.first, parsed.middle))), " ".join(filter(None, (parsed.last, generation)))


@lru_cache(maxsize=50_000)
def shown(part: str) -> str:
    """`GRABOWSKA` and `lotte` get the capitals of names; what has both cases stays as it is."""
    bare = part.strip(" ,.;")
    # An initial keeps its full stop.
    text = bare if len(bare) > 1 else part.strip()
    if text.isupper() or text.islower():
        lower = text.lower()
        if text.isalpha() and lower not in PARTS and lower not in OWN_CAPITALS and not lower.startswith(("mc", "mac")):
            return text.capitalize()
        # As a family name, so that `van den` stays small.
        parsed = HumanName(last=text)
        parsed.capitalize(force=True)
        return str(parsed.last) or text
    return text


@lru_cache(maxsize=50_000)
def company_key(company: str) -> str:
    """A company's name without its legal form, comparable."""
    bare, whole = company, plain(company)
    if (formless := without_written_form(whole)) != whole:
        return formless
    for _ in range(2):
        # `GmbH & Co. KG` is two forms.
        bare = without_form(bare) or bare
    return without_written_form(plain(bare)) or whole


def without_written_form(name: str) -> str:
    """A plain name without a legal form that is written out."""
    form = next(form for form in WRITTEN_FORMS if name.endswith(form)) if name.endswith(WRITTEN_FORMS) else ""
    return name.removesuffix(form)


@cache
def legal_forms() -> Mapping[str, Sequence[tuple[int, Term]]]:
    """Last word → the legal forms that end with it, with their places in cleanco's order."""
    found: dict[str, list[tuple[int, Term]]] = {}
    for place, (size, words) in enumerate(prepare_default_terms()):
        found.setdefault(words[-1], []).append((place, (size, words)))
    return found


def without_form(company: str) -> str:
    """As cleanco's `basename` has it, which would look for each of three hundred forms in each name."""
    known = legal_forms()
    words = {word for word in map(strip_punct, normalized(strip_tail(company)).split()) if word in known}
    terms = sorted(each for word in words for each in known[word])
    return str(custom_basename(company, [term for _, term in terms])) if terms else strip_tail(" ".join(strip_tail(company).split()))


def title_and_company(headline: str) -> tuple[str | None, str | None]:
    """`IT Director at Acme` says both; a headline without such a word is taken as the title."""
    parts = _at.split(headline, maxsplit=1)
    return parts[0].strip() or None, parts[1].strip() or None if len(parts) > 1 else None
