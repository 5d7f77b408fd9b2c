"""Countries: how they are written, their cities, legal forms, dialling codes, domains and the culture of most who work there."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """`weight` is its share of the companies."""

    name: str
    spellings: tuple[str, ...]
    cities: tuple[str, ...]
    legal_forms: tuple[str, ...]
    dial: str
    domain: str
    culture: str
    weight: float


def country(spellings: str, cities: str, legal: str, *, dial: str, domain: str, culture: str, weight: float) -> Country:
    """The first spelling is its name in English."""
    spelt = tuple(spellings.split("|"))
    return Country(spelt[0], spelt, tuple(cities.split("|")), tuple(legal.split("|")), dial, domain, culture, weight)


COUNTRIES: Mapping[str, Country] = {
    "us": country(
        "United States|USA|U.S.A.|US",
        "New York|Chicago|Boston|San Francisco|Seattle|Austin|Denver|Atlanta|Dallas|Los Angeles",
        "Inc.|Inc|Corp|LLC|Co.|Corporation|Incorporated",
        dial="1",
        domain="com",
        culture="english",
        weight=0.30,
    ),
    "uk": country(
        "United Kingdom|UK|Great Britain|England",
        "London|Manchester|Birmingham|Leeds|Bristol|Edinburgh",
        "Ltd|Ltd.|Limited|PLC|LLP",
        dial="44",
        domain="co.uk",
        culture="english",
        weight=0.14,
    ),
    "de": country(
        "Germany|Deutschland|DE",
        "Berlin|Hamburg|München|Köln|Frankfurt|Stuttgart|Düsseldorf",
        "GmbH|AG|KG|SE|GmbH & Co. KG",
        dial="49",
        domain="de",
        culture="german",
        weight=0.17,
    ),
    "fr": country(
        "France|FR",
        "Paris|Lyon|Marseille|Toulouse|Nantes|Lille",
        "SA|S.A.|SAS|SARL|S.A.R.L.",
        dial="33",
        domain="fr",
        culture="french",
        weight=0.09,
    ),
    "es": country(
        "Spain|España|ES",
        "Madrid|Barcelona|Valencia|Sevilla|Málaga",
        "SA|S.A.|SL|S.L.",
        dial="34",
        domain="es",
        culture="spanish",
        weight=0.07,
    ),
    "it": country(
        "Italy|Italia|IT",
        "Milano|Roma|Torino|Bologna|Firenze",
        "SpA|S.p.A.|SRL|S.r.l.",
        dial="39",
        domain="it",
        culture="italian",
        weight=0.05,
    ),
    "nl": country(
        "Netherlands|The Netherlands|Nederland",
        "Amsterdam|Rotterdam|Utrecht|Eindhoven",
        "BV|B.V.|N.V.",
        dial="31",
        domain="nl",
        culture="dutch",
        weight=0.045,
    ),
    "se": country(
        "Sweden|Sverige|SE", "Stockholm|Göteborg|Malmö|Uppsala", "AB|Aktiebolag", dial="46", domain="se", culture="swedish", weight=0.04
    ),
    "pl": country(
        "Poland|Polska",
        "Warszawa|Kraków|Wrocław|Gdańsk|Poznań",
        "S.A.|Sp. z o.o.|sp. z o. o.",
        dial="48",
        domain="pl",
        culture="polish",
        weight=0.035,
    ),
    "br": country(
        "Brazil|Brasil",
        "São Paulo|Rio de Janeiro|Curitiba|Porto Alegre",
        "S/A|S.A.|Ltda|LTDA",
        dial="55",
        domain="com.br",
        culture="portuguese",
        weight=0.035,
    ),
    "in": country(
        "India|IN",
        "Mumbai|Bangalore|Pune|Chennai|Hyderabad",
        "Pvt Ltd|Pvt. Ltd.|Private Limited|Ltd",
        dial="91",
        domain="in",
        culture="indian",
        weight=0.045,
    ),
    "gr": country("Greece|Hellas", "Athens|Thessaloniki|Patras", "A.E.|EPE", dial="30", domain="gr", culture="greek", weight=0.02),
    "cn": country("China|PRC", "Beijing|Shanghai|Shenzhen", "Co Ltd|Co., Ltd.", dial="86", domain="cn", culture="chinese", weight=0.01),
}

# Whose culture is not that of the company's country: where they come from.
ABROAD: Mapping[str, float] = {
    "english": 0.24,
    "german": 0.15,
    "french": 0.11,
    "spanish": 0.11,
    "portuguese": 0.05,
    "italian": 0.05,
    "dutch": 0.05,
    "polish": 0.04,
    "swedish": 0.04,
    "greek": 0.03,
    "indian": 0.06,
    "chinese": 0.04,
    "russian": 0.03,
}

# The country whose telephone someone of a culture carries.
HOME: Mapping[str, str] = {land.culture: code for code, land in reversed(list(COUNTRIES.items()))} | {"russian": "us"}
