"""The four files: their layouts, what each leaves blank and how often, and the rows that say nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.people import spelling
from bench.people.companies import website, written
from bench.people.dice import Dice
from bench.people.population import Job, Person

Row = list[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a row is written about: a person in one of their jobs, and somebody of the same company to be mistaken for."""

    person: Person
    job: Job
    colleague: Person


@dataclass(frozen=True, slots=True)
class Source:
    """`share` is that of all rows; nobody has more than `most` rows in it; `junk` are rows about nobody."""

    name: str
    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    line_end: str
    row_id: str
    share: float
    most: int
    row: Callable[[Seen, Dice], Row]
    junk: tuple[tuple[str, ...], ...]


def crm(seen: Seen, dice: Dice) -> Row:
    company = seen.job.company
    given, family = spelling.name(seen.person, dice, 0.06)
    if dice.happens(0.015):
        given, family = "", f"{given} {family}"
    elif dice.happens(0.013):
        given, family = family, given
    return [
        given,
        family,
        _maybe(0.855, dice, lambda: spelling.mail(seen.person, seen.job, seen.colleague, dice, 0.097)),
        _maybe(0.541, dice, lambda: spelling.office_phone(seen.person, seen.job, dice)),
        _maybe(0.234, dice, lambda: spelling.phone(seen.person.home_dial, seen.person.direct, dice)),
        _maybe(0.949, dice, lambda: _company(seen, dice)),
        _maybe(0.706, dice, lambda: spelling.title(seen.job, dice)),
        _maybe(0.488, dice, lambda: website(company, dice)),
        _maybe(0.294, dice, lambda: spelling.profile(seen.person, seen.colleague, company.country, dice)),
        _maybe(0.583, dice, lambda: company.city),
        _maybe(0.715, dice, lambda: dice.one(company.country.spellings)),
        "{2}-{1}-{0}".format(*_day(dice)),
    ]


def event(seen: Seen, dice: Dice) -> Row:
    given, family = spelling.name(seen.person, dice, 0.08)
    chance = dice.uniform()
    full = f"{family}, {given}" if chance < 0.062 else f"{family} {given}" if chance < 0.08 else f"{given} {family}"
    full = full if chance < 0.062 else spelling.with_title(full, dice, 0.048)
    return [
        full.replace(" ", "  ") + " " if dice.happens(0.005) else full,
        _maybe(0.961, dice, lambda: _company(seen, dice)),
        _maybe(0.797, dice, lambda: spelling.title(seen.job, dice)),
        _maybe(0.82, dice, lambda: spelling.mail(seen.person, seen.job, seen.colleague, dice, 0.18)),
        _maybe(0.489, dice, lambda: spelling.office_phone(seen.person, seen.job, dice)),
        _maybe(0.814, dice, lambda: dice.one(seen.job.company.country.spellings)),
        "{}.{}.{}".format(*_day(dice)),
    ]


def linkedin(seen: Seen, dice: Dice) -> Row:
    company = seen.job.company
    title = spelling.title(seen.job, dice)
    return [
        _maybe(0.983, dice, lambda: spelling.profile(seen.person, seen.colleague, company.country, dice)),
        " ".join(spelling.name(seen.person, dice, 0.065)),
        f"{title} at {company.name}" if dice.happens(0.7) else title,
        _maybe(0.922, dice, lambda: _company(seen, dice)),
        _maybe(0.792, dice, lambda: f"{company.city}, {company.country.name}"),
        _maybe(0.024, dice, lambda: spelling.mail(seen.person, seen.job, seen.colleague, dice, 0.28)),
        "{2}-{1}-{0}T00:00:00Z".format(*_day(dice)),
    ]


def newsletter(seen: Seen, dice: Dice) -> Row:
    return [
        spelling.mail(seen.person, seen.job, seen.colleague, dice, 0.298),
        _signed(*spelling.name(seen.person, dice, 0.065), dice),
        _maybe(0.233, dice, lambda: _company(seen, dice)),
        _maybe(0.403, dice, lambda: dice.one(seen.job.company.country.spellings)),
        "{1}/{0}/{2}".format(*_day(dice)),
    ]


def _signed(given: str, family: str, dice: Dice) -> str:
    """What a subscriber gives as their name: nothing, the first name only, or all of it."""
    chance = dice.uniform()
    if chance < 0.271:
        return ""
    if chance < 0.556:
        return given
    if chance < 0.589:
        return f"{family}, {given}"
    if chance < 0.605:
        return f"{given} {family[0]}."
    return spelling.with_title(f"{given} {family}", dice, 0.045)


def _maybe(odds: float, dice: Dice, made: Callable[[], str]) -> str:
    return made() if dice.happens(odds) else ""


def _company(seen: Seen, dice: Dice) -> str:
    return spelling.cased(spelling.slipped(written(seen.job.company, dice), dice, 0.055), dice, 0.054, 0.048)


def _day(dice: Dice) -> tuple[str, str, int]:
    """Day, month and year, of January 2021 to March 2026."""
    months = dice.number(0, 62)
    return f"{dice.number(1, 28):02d}", f"{months % 12 + 1:02d}", 2021 + months // 12


SOURCES: tuple[Source, ...] = (
    Source(
        "crm_export",
        (
            "Record ID",
            "First Name",
            "Last Name",
            "Email",
            "Phone Number",
            "Mobile Phone Number",
            "Company Name",
            "Job Title",
            "Website URL",
            "LinkedIn Profile",
            "City",
            "Country/Region",
            "Last Modified",
        ),
        "utf-8-sig",
        ",",
        "\r\n",
        "{}",
        0.348,
        8,
        crm,
        (
            ("asdf", "asdf", "asdf@asdf.com", "123", "", "asdf", "", "", "", "", "", "2022-01-01"),
            ("test", "test", "test@test.com", "", "", "Test", "", "", "", "", "", ""),
            ("N/A", "N/A", "none@none.com", "0000000000", "", "n/a", "-", "", "", "", "", ""),
            ("",) * 12,
        ),
    ),
    Source(
        "event_attendees",
        ("Badge No", "Attendee", "Organisation", "Position", "E-Mail", "Tel.", "Land", "Registriert am"),
        "iso-8859-1",
        ";",
        "\r\n",
        "B-{}",
        0.229,
        8,
        event,
        (("Walk-in", "", "", "", "", "", ""), ("",) * 7),
    ),
    Source(
        "linkedin_scrape",
        ("scrape_id", "profile_url", "full_name", "headline", "current_company", "location", "contact_email", "scraped_at"),
        "utf-8",
        ",",
        "\r\n",
        "ls_{}",
        0.234,
        2,
        linkedin,
        (
            ("", "LinkedIn Member", "", "", "", "", ""),
            ("https://www.linkedin.com/in/unavailable/", "LinkedIn Member", "", "", "", "", ""),
        ),
    ),
    Source(
        "newsletter",
        ("subscriber_id", "email_address", "name", "company", "country", "signup_date"),
        "utf-8",
        ",",
        "\n",
        "sub{}",
        0.196,
        8,
        newsletter,
        (("test@example.com", "", "", "", ""), ("not-an-email", "", "", "", ""), ("",) * 5),
    ),
)
SHARES: Mapping[int, float] = {number: source.share for number, source in enumerate(SOURCES)}
