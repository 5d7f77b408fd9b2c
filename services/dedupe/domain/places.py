"""Countries by their names in many languages, and places written as one text."""

from functools import cache

from babel import Locale

from services.dedupe.domain.known import words
from services.dedupe.domain.words import plain

LOCALES = words("en de fr es it pt nl sv da nb fi pl cs sk hu ro el ru uk bg hr sl et lv lt tr ja zh ko ar he hi")
ALSO = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "united states of america": "US",
    "america": "US",
    "holland": "NL",
    "prc": "CN",
    "czech republic": "CZ",
    "uae": "AE",
}
"""What people write and no dictionary of countries has."""


@cache
def codes() -> dict[str, str]:
    """Plain name or code → ISO 3166-1 alpha-2."""
    found = {
        plain(name): code
        for language in sorted(LOCALES)
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}
    }
    return {code.lower(): code for code in found.values()} | found | ALSO


def country(text: str) -> str | None:
    name, known = plain(text), codes()
    return known.get(name) or known.get(name.replace(" ", "")) or known.get(name.removeprefix("the "))


def place(text: str) -> tuple[str | None, str | None]:
    """City and country of `Milano, Italy`; a last part that is no country is left out, as a region is."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    code = country(parts[-1]) if parts else None
    cities = parts[:-1] if code else parts
    return (cities[0] if cities else None), code
