"""E-mail addresses, domains, profiles and phone numbers in normal form."""

import re
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers
import tldextract
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from services.dedupe.domain.known import FREE, FREE_BRANDS, HOSTERS, NO_PROFILES, ROLES, SOCIAL

_label = "[a-z0-9]+(?:-[a-z0-9]+)*"
_usual_email = re.compile(rf"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:{_label}\.)+[a-z]{{2,}}", re.ASCII)
_special = tuple(SPECIAL_USE_DOMAIN_NAMES)
LONGEST_USUAL = 64
_profile = re.compile(r"linkedin\.com/(?:in|pub)/([^/?#\s]+)", re.IGNORECASE)
_handle = re.compile(r"(?:https?://)?(?:(?:www|mobile)\.)?(?:twitter|x)\.com/@?(\w{1,15})(?:[/?].*)?|@?(\w{1,15})", re.IGNORECASE)
_extension = re.compile(r"\s*(?:ext\.?|x|#|durchwahl)\s*\.?\d+\s*$", re.IGNORECASE)
# The list of public suffixes that comes with the package: nothing is fetched while running. With those under which a company lets others
# have hosts: `acme.wixsite.com` and `bolt.wixsite.com` are two companies.
_split = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True, extra_suffixes=sorted(HOSTERS))


@lru_cache(maxsize=100_000)
def email(raw: str) -> str | None:
    """Lower case, its domain as people read it; None for what is no address. Of a usual one, that is what it is."""
    usual = raw.lower()
    if raw.isascii() and len(usual) <= LONGEST_USUAL and _usual_email.fullmatch(usual) and not usual.endswith(_special):
        return usual
    try:
        return validate_email(raw.strip().removeprefix("mailto:"), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def is_free(address: str) -> bool:
    return is_provider(domain_of(address))


@lru_cache(maxsize=50_000)
def is_provider(host: str) -> bool:
    """Whether anybody can have an address there."""
    found = _split(host)
    return found.domain in FREE_BRANDS or found.top_domain_under_public_suffix in FREE


def is_shared(address: str) -> bool:
    """A mailbox that more than one may read: that of a function, or of a whole company (`acme@acme.com`)."""
    local, _, domain = address.partition("@")
    return local.split("+", 1)[0] in ROLES or local == domain.split(".", 1)[0]


def untagged(address: str) -> str:
    """Without what a source added to know its own letters by: `ann+crm@acme.com` is `ann@acme.com`."""
    local, _, domain = address.partition("@")
    return f"{local.split('+', 1)[0]}@{domain}"


def mailbox(address: str) -> str:
    """What all spellings of one mailbox have in common: tags after a plus do not count, and at Google dots do not."""
    local, _, domain = untagged(address).partition("@")
    if domain in {"gmail.com", "googlemail.com"}:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


@lru_cache(maxsize=50_000)
def domain(raw: str) -> str | None:
    """The domain that a company has, from any URL, host or e-mail domain; None for sites that hold everybody."""
    split = _split(raw.strip().lower())
    company = split.top_domain_under_public_suffix if split.domain != "www" else ""
    # Else a hoster's own: a university that lets others have hosts has its own addresses there (`rub.de`).
    found = company or (split.suffix if split.is_private else "")
    return found if found and found not in SOCIAL else None


def company_domain(website: str | None, addresses: tuple[str, ...]) -> str | None:
    """Of the website, else of the first address that is no free-mail one."""
    hosts = (*filter(None, [website]), *map(domain_of, addresses))
    return next((found for each in hosts if (found := domain(each)) and not is_provider(found)), None)


def profile(raw: str) -> str | None:
    """The slug of a LinkedIn profile, which is the same in all spellings of its URL."""
    match = _profile.search(raw)
    slug = unquote(match[1]).lower().strip() if match else ""
    return slug if slug and slug not in NO_PROFILES else None


def profile_url(slug: str) -> str:
    return f"https://www.linkedin.com/in/{slug}"


def twitter(raw: str) -> str | None:
    match = _handle.fullmatch(raw.strip())
    return (match[1] or match[2]).lower() if match else None


def without_extension(number: str) -> str:
    return _extension.sub("", number)


@lru_cache(maxsize=50_000)
def phone(raw: str, country: str | None) -> str:
    """E.164 where the number can be read, `country` (ISO 3166) helping one without a prefix; else as the source has it."""
    try:
        number = phonenumbers.parse(without_extension(raw), country)
    except phonenumbers.NumberParseException:
        return raw
    if not phonenumbers.is_possible_number(number):
        return raw
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
