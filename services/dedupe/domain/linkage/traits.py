"""What of a record is compared, in comparable form."""

import re
from functools import cached_property, lru_cache

import msgspec
from rapidfuzz.distance import OSA

from services.dedupe.domain import addresses, names, places
from services.dedupe.domain.known import FREE, GENERATIONS, GENERIC, JOINING
from services.dedupe.domain.linkage.spelling import letters, skeleton
from services.dedupe.domain.record import NormalRecord
from services.dedupe.domain.words import is_read_in_many_ways, plain

SHORTHAND = {
    "sr": "senior", "jr": "junior", "mgr": "manager", "dir": "director", "vp": "vice president", "svp": "senior vice president",
    "eng": "engineer", "dev": "development", "swe": "software engineer", "pm": "product manager", "hr": "human resources",
    "it": "information technology", "mktg": "marketing", "biz": "business", "bdm": "business development manager", "acct": "account",
    "ae": "account executive", "md": "managing director", "ceo": "chief executive officer", "cto": "chief technology officer",
    "cmo": "chief marketing officer", "cfo": "chief financial officer", "coo": "chief operating officer",
    "cio": "chief information officer",
}  # fmt: skip
"""Of job titles."""
AND = frozenset({"and", "und", "et", "y", "e", "og", "och", "en"})
SMALL_WORDS = frozenset({"of", "the", "and", "for"})
PROVIDERS = ("gmail.com", "hotmail.com", "yahoo.com", "outlook.com", "icloud.com", "googlemail.com")
LEAST_PROVIDER = min(map(len, PROVIDERS)) - 1
LEAST_DIGITS, DIGITS = 7, 9
"""Of a phone number: fewer say nothing; the last nine are the same with and without a country's prefix."""
LEAST_ALONE = 6
"""Letters of a company's name that is one word, to be its name without the country: `Air France` is no `Air`."""
LONGEST_COUNTRY = 5
"""Words: `the United States of America`."""
LEAST_SPELT = 3
"""Letters of a given name, to be known in an address."""
_letters_only = re.compile(r"[^\W\d_]+")
_mark = re.compile(r"-[0-9a-f]{6,10}$")
_not_digit = re.compile(r"\D")


Post = frozenset[str]
"""The words of a job title."""


class Mailbox(msgspec.Struct, frozen=True, array_like=True):
    """An address that one person reads. `free`: at a provider where anybody can have one."""

    whole: str
    """The same for all its spellings."""
    local: str
    domain: str
    free: bool
    name: str
    """`local` without digits and dots: a company's second `ann.smith` is `ann.smith2`."""


class Traits(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """Texts are plain (`words.plain`). `given` and `family` may be inferred from an address or a profile (`lexicon`)."""

    source: str
    given: str = ""
    family: str = ""
    also: frozenset[str] = frozenset()
    """Skeletons of given names that go with this one (`petnames`)."""
    once: frozenset[str] = frozenset()
    """Skeletons of other family names of theirs, as by marriage."""
    mailboxes: tuple[Mailbox, ...] = ()
    phones: frozenset[str] = frozenset()
    profile: str = ""
    profile_name: str = ""
    """The profile's slug without the mark that tells namesakes apart, its words with spaces."""
    company: str = ""
    domain: str = ""
    domains: frozenset[str] = frozenset()
    """All that are registered by a company: of the website, and of every address."""
    employers: frozenset[str] = frozenset()
    """What the employer may be: registered domains, or the company's name where no domain goes with it (`employers`)."""
    city: str = ""
    country: str = ""
    title: Post = frozenset()
    posts: frozenset[Post] = frozenset()
    """Other words for the same (`posts`)."""
    own: tuple[tuple[str, str], ...] = ()
    """The source's own fields, name and value, while it is not known yet which of them are compared (`extras`)."""
    extras: tuple[tuple[str, str], ...] = ()
    """Those that are compared, in one order for all records."""
    extra_keys: frozenset[str] = frozenset()
    spelt: bool = False
    """Whether the given name that the record states stands in an address of theirs as well: then it is no slip."""
    transcribed: bool = False
    """Whether the name that the record states is in another script, and what is compared of it one of many ways to write it."""
    generation: str = ""
    """`jr` of `Smith Jr.`: what tells a father from a son of his name."""

    @cached_property
    def first(self) -> str:
        """The first of the given names. It and the skeletons are made once, as they are asked for in every pair."""
        return self.given.partition(" ")[0]

    @cached_property
    def first_skeleton(self) -> str:
        return skeleton(self.first)

    @cached_property
    def family_skeleton(self) -> str:
        return skeleton(self.family)

    @cached_property
    def full_name(self) -> str:
        """As its skeleton; empty where a part of it is not known, or an initial."""
        return f"{self.first_skeleton} {self.family_skeleton}" if len(self.first) > 1 and len(self.family) > 1 else ""


def traits_of(record: NormalRecord) -> Traits:
    slug = record.linkedin or ""
    domain = meant(record.company_domain or "")
    domain = "" if addresses.is_provider(domain) else domain
    given, (family, generation) = plain(record.given_name or ""), of_generation(plain(record.family_name or ""))
    mailboxes = tuple(dict.fromkeys(mailbox_of(each) for each in record.own_emails))
    return Traits(
        source=record.source,
        given=given,
        family=family,
        mailboxes=mailboxes,
        phones=frozenset(digits for each in (record.phone, record.mobile) if each and (digits := phone_digits(each))),
        profile=slug,
        profile_name=plain(_mark.sub("", slug)),
        company=record.company_key or "",
        domain=domain,
        domains=frozenset({*filter(None, [domain]), *(each for a in record.emails if (each := owned_domain(a)))}),
        city=plain(record.city or ""),
        country=record.country or "",
        title=title_words(record.title or ""),
        own=tuple((plain(name), plain(value)) for name, value in sorted(record.custom.items())),
        spelt=any(spells_out(mailbox, given.partition(" ")[0], family) for mailbox in mailboxes),
        transcribed=is_read_in_many_ways(f"{record.given_name} {record.family_name}"),
        generation=generation,
    )


def of_generation(family: str) -> tuple[str, str]:
    """A plain family name without what tells a father from a son of his name, and that."""
    name, _, last = family.rpartition(" ")
    return (name, GENERATIONS[last]) if name and last in GENERATIONS else (family, "")


def spells_out(mailbox: Mailbox, first: str, family: str) -> bool:
    """Whether a given name stands in an address, alone or beside the family name."""
    if len(first) < LEAST_SPELT:
        return False
    last = letters(family)
    return mailbox.name in {first, first + last, last + first} or first in _letters_only.findall(mailbox.local)


@lru_cache(maxsize=100_000)
def mailbox_of(address: str) -> Mailbox:
    local, _, host = addresses.untagged(address).partition("@")
    host = meant(host)
    whole = addresses.mailbox(f"{local}@{host}")
    return Mailbox(whole, local, addresses.domain(host) or host, addresses.is_free(whole), letters(local))


@lru_cache(maxsize=50_000)
def meant(host: str) -> str:
    """The provider whose domain was mistyped: nobody owns `hotmial.com` to have a company there."""
    if host in FREE or len(host) < LEAST_PROVIDER:
        return host
    return next((each for each in PROVIDERS if OSA.distance(host, each, score_cutoff=1) <= 1), host)


@lru_cache(maxsize=50_000)
def company_words(name: str) -> str:
    """A company's comparable name without the country, `the` and `and` that some sources add and others leave out."""
    words = [word for word in name.split() if word not in AND]
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    for length in range(min(LONGEST_COUNTRY, len(words) - 1), 0, -1):
        if places.country(" ".join(words[-length:])):
            words = words[:-length] if says_which(words[:-length]) else words
            break
    # A legal form stood before the country.
    return names.company_key(" ".join(words)) if words else name


def says_which(words: list[str]) -> bool:
    """Whether these are a company's name without the country that follows: neither `bank of` nor `restaurant` is."""
    own = set(words) - GENERIC - JOINING
    return bool(own) and words[-1] not in JOINING and (len(words) > 1 or len(words[0]) >= LEAST_ALONE)


def owned_domain(address: str) -> str | None:
    """The domain that a company registered; None for a provider's, where anybody can have an address."""
    host = meant(addresses.domain_of(address))
    return None if addresses.is_provider(host) else addresses.domain(host)


def phone_digits(number: str) -> str:
    digits = _not_digit.sub("", addresses.without_extension(number))
    return digits[-DIGITS:] if len(digits) >= LEAST_DIGITS else ""


@lru_cache(maxsize=50_000)
def title_words(title: str) -> frozenset[str]:
    words = (word for each in plain(title).split() for word in SHORTHAND.get(each, each).split())
    return frozenset(words) - SMALL_WORDS
