"""Companies: their names, and all the ways in which a name, a domain and a website are written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.people.dice import Dice, bare, spelt_out
from bench.people.names import CULTURES, words
from bench.people.places import COUNTRIES, Country

FIRSTS = words(
    "Alpha Apex Arctic Atlantic Atlas Aurora Bright Cedar Central Clear Cobalt Core Crimson Delta Digital Eagle First Fusion Global"
    " Granite Green Harbor Iron Lion Maple Meridian Next North Nova Ocean Omni Orion Pacific Phoenix Pioneer Prime Quantum River Royal"
    " Silver Summit Swift Titan True United Urban Vertex Zenith"
)
TRADES = words(
    "Aerospace Analytics Automotive Biotech Capital Chemicals Consulting Controls Design Devices Dynamics Energy Engineering Foods Health"
    " Industries Instruments Insurance Labs Logistics Manufacturing Marketing Materials Media Networks Packaging Partners Payments Pharma"
    " Plastics Realty Robotics Security Software Solutions Systems Technologies Textiles Trading Transport"
)
GERMAN_TRADES = (*TRADES[:12], *words("Metallbau Medizintechnik Logistik Verlag Bau Maschinenbau Elektrotechnik Werkzeuge"))
SYLLABLES = words(
    "bra bry cla cly dra dre dry fia feo fi fo go gra gri gro hes hu ka keo ki la le li lo lu ma me mo mu ne nia no pli plu quo que quy sa"
    " sti sta sy te tia tri tru ve vy wa wo xe xo ze zi"
)
ENDINGS = words("aon do don ex gado ix la lo lys nex nora on otex quo ra rix sys ta tex tis tium um via vo xo xum")
FAMILY_KINDS = {"trade": 0.5, "Partners": 0.14, "Sons": 0.12, "Co": 0.12, "Associates": 0.12}
KINDS = {"two": 0.4, "three": 0.2, "invented": 0.14, "invented trade": 0.1, "family": 0.16}
PATTERNS = {"f.l": 0.44, "fl": 0.29, "i.l": 0.08, "f": 0.055, "f_l": 0.05, "l.f": 0.055, "l": 0.03}
ALTERNATES = {"mail": 0.4, "group": 0.25, "io": 0.12, "net": 0.12, "home": 0.11}
AND = {"&": 0.58, "and": 0.14, "und": 0.14, "+": 0.14}
SIZE_FALLS = 0.78  # The company of rank r has people in proportion to (r + 0.5) to the power of minus this.


@dataclass(frozen=True, slots=True)
class Company:
    """`alias` is what some call it: the first word, the initials or a brand; `alternates` are its further mail domains."""

    company_id: str
    name: str
    legal: str
    country: Country
    city: str
    domain: str
    alternates: tuple[str, ...]
    alias: str
    pattern: str
    switchboard: str


def founded(many: int, dice: Dice) -> list[Company]:
    """All companies, the largest first."""
    taken: Counter[str] = Counter()
    weights = {code: country.weight for code, country in COUNTRIES.items()}
    return [_found(f"C{number:07d}", COUNTRIES[dice.weighted(weights)], taken, dice) for number in range(many)]


def _found(company_id: str, country: Country, taken: Counter[str], dice: Dice) -> Company:
    parts = _parts(country, dice)
    stem = _stem(parts, dice)
    taken[stem] += 1
    stem += str(taken[stem]) if taken[stem] > 1 else ""
    home = "com" if dice.happens(0.66) else "net" if dice.happens(0.03) else country.domain
    domain = f"{stem}.{home}"
    name = " ".join(parts)
    return Company(
        company_id,
        name,
        dice.one(country.legal_forms),
        country,
        dice.one(country.cities),
        domain,
        _alternates(stem, domain, country, dice),
        _alias(parts, dice),
        dice.weighted(PATTERNS),
        dice.digits(10),
    )


def _parts(country: Country, dice: Dice) -> list[str]:
    trades = GERMAN_TRADES if country.name == "Germany" else TRADES
    kind = dice.weighted(KINDS)
    if kind == "two":
        return [dice.one(FIRSTS), dice.one(TRADES)]
    if kind == "three":
        return [dice.one(FIRSTS), dice.one(TRADES), dice.one(TRADES)]
    if kind == "family":
        house, trade = surname(country.culture, dice), dice.weighted(FAMILY_KINDS)
        return [house, dice.one(trades)] if trade == "trade" else [house, "&", trade]
    return [invented(dice), *([dice.one(TRADES)] if kind == "invented trade" else [])]


def surname(culture: str, dice: Dice) -> str:
    known = CULTURES[culture]
    return dice.ranked(known.families, known.evenness) if dice.happens(0.57) else dice.one(known.heads) + dice.one(known.tails)


def invented(dice: Dice) -> str:
    return "".join(dice.one(SYLLABLES) for _ in range(dice.number(1, 3))).capitalize() + dice.one(ENDINGS)


def initials(parts: Sequence[str]) -> str:
    return "".join(part[0] for part in parts if part != "&").upper()


def _stem(parts: Sequence[str], dice: Dice) -> str:
    """What stands before the dot of the domain."""
    low = [bare(part).lower().replace("'", "").replace(" ", "") for part in parts if part != "&"]
    if len(parts) == 1:
        return low[0]
    if parts[1] == "&":
        short = initials(parts).lower()
        return dice.one((f"{low[0]}-{low[1]}", "".join(low), "".join(low), "and".join(low), low[0], short + low[1]))
    if dice.happens(0.18):
        return low[0]
    if len(parts) == 3 and dice.happens(0.45):
        return dice.one((f"{low[0]}-{low[2]}", initials(parts).lower() + low[2]))
    return "".join(low) if len(parts) == 3 else dice.one(("-", "")).join(low)


def _alternates(stem: str, domain: str, country: Country, dice: Dice) -> tuple[str, ...]:
    if dice.happens(0.5):
        return ()
    made = {
        "mail": f"mail.{domain}",
        "group": f"{stem}-group.com",
        "io": f"{stem}.io",
        "net": f"{stem}.net",
        "home": f"{stem}.{country.domain}",
    }
    chosen = [made[dice.weighted(ALTERNATES)] for _ in range(1 + dice.happens(0.2))]
    return tuple(alternate for alternate in chosen if alternate != domain)


def _alias(parts: Sequence[str], dice: Dice) -> str:
    if dice.happens(0.035):
        return invented(dice)
    if len(parts) > 2 and dice.happens(0.45):
        return initials(parts)
    return parts[0] if len(parts) > 1 and dice.happens(0.45) else ""


def written(company: Company, dice: Dice) -> str:
    """The company's name as somebody put it down; slips and capitals come later."""
    if company.alias and dice.happens(0.16):
        return company.alias + (f" {company.legal}" if dice.happens(0.25) else "")
    name = company.name.replace("&", dice.weighted(AND)) if "&" in company.name else company.name
    if not name.isascii():
        name = name if dice.happens(0.65) else dice.one((bare, spelt_out))(name)
    chance = dice.uniform()
    if chance < 0.335:
        name += " " + (company.legal if dice.happens(0.92) else company.legal.replace("&", dice.one(("and", "+", "und"))))
    elif chance < 0.482:
        name += ", " + dice.one(company.country.legal_forms)
    if dice.happens(0.028):
        name = f"The {name}"
    return f"{name} {company.country.name}" if dice.happens(0.035) else name


def website(company: Company, dice: Dice) -> str:
    return dice.one(("{}", "www.{}", "http://{}", "https://www.{}/")).format(company.domain)
