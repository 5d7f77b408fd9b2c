"""How one row spells what is known of a person: names, mail addresses, telephone numbers, profile links, capitals and slips."""

from bench.people.dice import Dice, bare, mistyped, spelt_out
from bench.people.names import CALLED
from bench.people.places import Country
from bench.people.population import Job, Person

TAGS = ("events", "crm", "news", "promo", "newsletter")
ROLES = ("info", "hello", "marketing", "admin", "contact", "office", "support", "sales")
WRONG_DOMAINS = {"gmail.com": "gmial.com", "hotmail.com": "hotmial.com", "yahoo.com": "yaho.com"}

AMERICAN = {
    "+1{a}{b}{c}": 0.27,
    "+1 {a} {b} {c}": 0.165,
    "+1.{a}.{b}.{c}": 0.05,
    "+1-{a}-{b}{c}": 0.073,
    "({a}) {b}-{c}": 0.118,
    "{a}-{b}-{c}": 0.118,
    "1-{a}-{b}-{c}": 0.08,
    "{a}{b}{c}": 0.12,
}
OTHERS = {
    "+{dial}{a}{b}{c}": 0.243,
    "+{dial} {a} {b} {c}": 0.21,
    "0{a}{b}{c}": 0.152,
    "0{a} {b} {c}": 0.112,
    "00{dial} {a} {b} {c}": 0.085,
    "+{dial}.{a}.{b}.{c}": 0.08,
    "+{dial} (0){a} {b}{c}": 0.057,
    "+{dial}-{a}-{b}{c}": 0.016,
    "{a} {b} {c}": 0.025,
    "{a}{b}{c}": 0.02,
}
EXTENSIONS = {" Ext.": 0.25, " x": 0.22, "#": 0.18, " ext. ": 0.18, " ext ": 0.17}
LINK_STARTS = {
    "https://www.linkedin.com": 0.56,
    "https://linkedin.com": 0.17,
    "http://{code}.linkedin.com": 0.14,
    "m.linkedin.com": 0.075,
    "https://{code}.linkedin.com": 0.045,
    "linkedin.com": 0.012,
}
LINK_ENDS = {
    "": 0.485,
    "/": 0.25,
    "?trk=people-guest_people_search-card": 0.095,
    "/?originalSubdomain={origin}": 0.075,
    "?utm_source=share&utm_medium=member_desktop": 0.05,
    "/en": 0.04,
}
TITLES_BEFORE = ("Mr.", "Ms", "Dr.", "Prof.")
TITLES_BEHIND = (" PMP", ", PhD", ", MBA")


def cased(text: str, dice: Dice, upper: float, lower: float) -> str:
    chance = dice.uniform()
    if chance < upper:
        return text.upper()
    return text.lower() if chance < upper + lower else text


def slipped(text: str, dice: Dice, odds: float) -> str:
    return mistyped(text, dice) if dice.happens(odds) else text


def name(person: Person, dice: Dice, slips: float) -> tuple[str, str]:
    """Given and family name as one row has them."""
    given, family = _known_as(person, dice)
    if dice.happens(0.066):
        given = given[0] + dice.one((".", ".", ""))
    else:
        given = slipped(given, dice, slips / 2)
        given += f" {person.middle}." if dice.happens(0.026) else ""
    family = slipped(family, dice, slips * 0.55)
    if person.suffix and dice.happens(0.7):
        family += f" {person.suffix}"
    chance = dice.uniform()
    if chance < 0.045:
        return given.upper(), family.upper()
    if chance < 0.087:
        return given.lower(), family.lower()
    return given, family.upper() if chance < 0.1 else family


def _known_as(person: Person, dice: Dice) -> tuple[str, str]:
    given, family = person.given, person.family
    if given in CALLED and dice.happens(0.14):
        given = dice.one(CALLED[given])
    if person.other_family and dice.happens(0.5):
        family = f"{family}-{person.other_family}" if dice.happens(0.15) else person.other_family
    if given.isascii() and family.isascii():
        return given, family
    chance = dice.uniform()
    spell = str if chance < 0.63 else bare if chance < 0.9 else spelt_out
    return spell(given), spell(family)


def with_title(full: str, dice: Dice, odds: float) -> str:
    if not dice.happens(odds):
        return full
    return f"{dice.one(TITLES_BEFORE)} {full}" if dice.happens(0.55) else full + dice.one(TITLES_BEHIND)


def title(job: Job, dice: Dice) -> str:
    return cased(job.usual if dice.happens(0.45) else dice.one(job.title), dice, 0.03, 0.065)


def mail(person: Person, job: Job, colleague: Person, dice: Dice, free: float) -> str:
    """`free` is the share of rows that bear the private address."""
    if dice.happens(free):
        local, _, domain = person.free_mail.partition("@")
        if domain == "gmail.com" and dice.happens(0.1):
            local = dotted(local, dice)
        if domain == "gmail.com" and dice.happens(0.06):
            domain = "googlemail.com"
        if domain in WRONG_DOMAINS and dice.happens(0.015):
            domain = WRONG_DOMAINS[domain]
    else:
        local, _, domain = (colleague.jobs[0] if dice.happens(0.008) else job).mail.partition("@")
        if dice.happens(0.033):
            local = dice.one(ROLES)
        if job.company.alternates and dice.happens(0.13):
            domain = dice.one(job.company.alternates)
    local = slipped(local, dice, 0.022)
    if dice.happens(0.056):
        local += f"+{dice.one(TAGS)}"
    return _as_pasted(local, domain, dice)


def dotted(local: str, dice: Dice) -> str:
    for _ in range(dice.number(1, 2)):
        at = dice.number(1, len(local) - 1)
        if "." not in local[at - 1 : at + 1]:
            local = f"{local[:at]}.{local[at:]}"
    return local


def _as_pasted(local: str, domain: str, dice: Dice) -> str:
    chance = dice.uniform()
    address = f"{local}@{domain}"
    if chance < 0.06:
        address = address.upper()
    elif chance < 0.115:
        address = f"{local.title()}@{domain}"
    chance = dice.uniform()
    if chance < 0.016:
        return f" {address} "
    return f"mailto:{address}" if chance < 0.025 else address


def phone(dial: str, digits: str, dice: Dice) -> str:
    form = dice.weighted(AMERICAN if dial == "1" else OTHERS)
    return form.format(dial=dial, a=digits[:3], b=digits[3:6], c=digits[6:])


def office_phone(person: Person, job: Job, dice: Dice) -> str:
    """The person's own number or the switchboard's, mostly with an extension."""
    if dice.happens(0.5):
        return phone(person.home_dial, person.direct, dice)
    number = phone(job.company.country.dial, job.company.switchboard, dice)
    return number + dice.weighted(EXTENSIONS) + job.extension if dice.happens(0.6) else number


def profile(person: Person, colleague: Person, country: Country, dice: Dice) -> str:
    whose = colleague if dice.happens(0.003) else person
    slug = dice.one(whose.profiles)
    chance = dice.uniform()
    slug = slug.upper() if chance < 0.03 else slug.title() if chance < 0.07 else slug
    code = country.domain.rpartition(".")[2].replace("com", "us")
    start = dice.weighted(LINK_STARTS).format(code=code)
    return f"{start}/in/{slug}{dice.weighted(LINK_ENDS).format(origin=code.replace('uk', 'gb'))}"
