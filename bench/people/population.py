"""People: who they are, where they work and worked, and how they can be reached. Nothing here is spelt wrongly yet."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.people.companies import SIZE_FALLS, Company, founded, surname
from bench.people.dice import Dice, bare, spelt_out
from bench.people.names import CALLED, CULTURES
from bench.people.places import ABROAD, COUNTRIES, HOME
from bench.people.titles import TITLES

FREE_DOMAINS = {
    "gmail.com": 0.5,
    "hotmail.com": 0.15,
    "yahoo.com": 0.125,
    "outlook.com": 0.09,
    "icloud.com": 0.07,
    "gmx.de": 0.025,
    "web.de": 0.02,
    "orange.fr": 0.02,
}
PEOPLE_PER_COMPANY = 6.006


@dataclass(frozen=True, slots=True)
class Job:
    """`title` is the words that all mean this post; `usual` is what its holder mostly writes."""

    company: Company
    mail: str
    title: tuple[str, ...]
    usual: str
    extension: str


@dataclass(frozen=True, slots=True)
class Person:
    """`jobs` has the present one and perhaps an older; `other_family` a name by marriage; `profiles` a slug and perhaps its successor."""

    person_id: str
    given: str
    family: str
    other_family: str
    middle: str
    suffix: str
    jobs: tuple[Job, ...]
    free_mail: str
    profiles: tuple[str, ...]
    direct: str
    home_dial: str


class Name(NamedTuple):
    culture: str
    woman: bool
    given: str
    family: str


@dataclass(slots=True)
class Taken:
    """Addresses and profiles that somebody has."""

    mails: Counter[str] = field(default_factory=Counter)
    profiles: set[str] = field(default_factory=set)


def populated(people: int, seed: int) -> list[Person]:
    dice = Dice(f"people {seed}")
    companies = founded(max(1, round(people / PEOPLE_PER_COMPANY)), dice)
    sizes = {number: (number + 1.5) ** -SIZE_FALLS for number in range(len(companies))}
    taken, names = Taken(), dict[str, Name]()
    made = []
    for number in range(people):
        company = companies[dice.weighted(sizes)]
        # Now and then two of a company have the same name, however rare.
        name = names[company.company_id] if company.company_id in names and dice.happens(0.01) else _name(company, dice)
        names[company.company_id] = name
        employers = [company, companies[dice.weighted(sizes)]] if dice.happens(0.125) else [company]
        made.append(_person(f"P{number:07d}", name, list(dict.fromkeys(employers)), taken, dice))
    return made


def _name(company: Company, dice: Dice) -> Name:
    culture = company.country.culture if dice.happens(0.75) else dice.weighted(ABROAD)
    woman = dice.happens(0.5)
    known = CULTURES[culture]
    return Name(culture, woman, dice.ranked(known.women if woman else known.men, known.evenness), _family(culture, woman, dice))


def _person(person_id: str, name: Name, employers: Sequence[Company], taken: Taken, dice: Dice) -> Person:
    culture, woman, given, family = name
    other = _family(culture, woman, dice) if woman and dice.happens(0.07) else ""
    called = dice.one(CALLED[given]) if given in CALLED and dice.happens(0.22) else given
    used = other if other and dice.happens(0.5) else family
    return Person(
        person_id,
        given,
        family,
        other,
        dice.one("ABCDEFGHJKLMNPRST"),
        dice.one(("Jr.", "Sr.")) if dice.happens(0.006) else "",
        tuple(_job(employer, called, used, taken, dice) for employer in employers),
        _free_mail(bare(given), bare(family), taken, dice),
        _profiles(bare(called), bare(used), taken, dice),
        dice.digits(10),
        COUNTRIES[HOME[culture]].dial if dice.happens(0.85) else employers[0].country.dial,
    )


def _family(culture: str, woman: bool, dice: Dice) -> str:
    family = surname(culture, dice)
    if culture == "polish" and woman and family.endswith(("ski", "cki")):
        return family[:-1] + "a"
    if culture == "russian" and woman:
        return family[:-1] + "aya" if family.endswith("y") else family + "a" if family.endswith("v") else family
    return family


def _job(company: Company, given: str, family: str, taken: Taken, dice: Dice) -> Job:
    title = dice.one(TITLES)
    pattern = company.pattern if dice.happens(0.93) else dice.one(("f.l", "f.l", "fl", "l.f"))
    local = _local(pattern, spelt_out(given), spelt_out(family))
    return Job(company, _first(local, company.domain, taken), title, dice.one(title), dice.digits(3))


def _local(pattern: str, given: str, family: str) -> str:
    given, family = (part.lower().replace("-", "").replace(" ", "").replace("'", "") for part in (given, family))
    forms = {
        "f.l": f"{given}.{family}",
        "fl": given[0] + family,
        "i.l": f"{given[0]}.{family}",
        "f": given,
        "f_l": f"{given}_{family}",
        "l.f": f"{family}.{given}",
        "l": family,
        "joined": given + family,
    }
    return forms[pattern]


def _first(local: str, domain: str, taken: Taken) -> str:
    """The address, with a number when another has it already."""
    address = f"{local}@{domain}"
    taken.mails[address] += 1
    count = taken.mails[address]
    return address if count == 1 else f"{local}{count}@{domain}"


def _free_mail(given: str, family: str, taken: Taken, dice: Dice) -> str:
    pattern, digits = dice.one((("f.l", 0), ("l.f", 0), ("fl", 2), ("f", 4), ("joined", 0), ("f.l", 2)))
    number = str(dice.number(50, 99)) if digits == 2 else dice.digits(digits) if digits else ""
    return _first(_local(pattern, given, family) + number, dice.weighted(FREE_DOMAINS), taken)


def _profiles(given: str, family: str, taken: Taken, dice: Dice) -> tuple[str, ...]:
    given, family = (part.lower().replace(" ", "").replace("'", "").replace("-", "") for part in (given, family))
    slug = given + family if dice.happens(0.46) else f"{given}-{family}"
    if slug in taken.profiles or dice.happens(0.41):
        slug = f"{given}-{family}-{dice.number(0, 16**8 - 1):08x}"
    taken.profiles.add(slug)
    later = (f"{given}-{family}{dice.digits(4)}",) if dice.happens(0.015) else ()
    return (slug, *later)
