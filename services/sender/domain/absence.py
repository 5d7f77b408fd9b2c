"""When somebody who is out of office says to be back: dates in the words of the languages that such notes come in."""

import re
from datetime import date, datetime, timedelta

LONGEST_DAYS = 365
MOST_TEXT = 4000

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero gennaio januari",
            "february feb februar février fevrier febrero febbraio februari",
            "march mar märz maerz mars marzo maart",
            "april apr avril abril aprile",
            "may mai mayo maggio mei",
            "june jun juni juin junio giugno",
            "july jul juli juillet julio luglio",
            "august aug août aout agosto augustus",
            "september sep sept septembre septiembre settembre",
            "october oct oktober okt octobre octubre ottobre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre decembre diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_month = "|".join(sorted(MONTHS, key=len, reverse=True))
_date = (
    rf"(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s*(?:of\s+|de\s+)?(?P<month>{_month})\.?(?:,?\s*(?:de\s+)?(?P<year>\d{{4}}))?"
    rf"|(?P<month2>{_month})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s*(?P<year2>\d{{4}}))?"
    rf"|(?P<day3>\d{{1,2}})[./](?P<month3>\d{{1,2}})[./](?P<year3>\d{{4}})?)"
)
_day_name = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)"
_lead = rf"(?:(?:on|am|le|el|op)\s+)?(?:{_day_name},?\s+)?(?:(?:the|den|dem|le|el|il)\s+)?"
_until = r"(?:until|till|through|thru|bis(?:\s+(?:zum|einschlie(?:ß|ss)lich))?|jusqu['\u2019]?(?:au|à|a)?|hasta|fino\s+al?|t/?m|tot)"
_again = r"(?:back|return(?:ing)?|again|wieder|zur(?:ü|ue)ck|retour|vuelta|ritorno|rientro|terug|erreichbar)"

_through = re.compile(rf"\b{_until}\s+(?:and\s+including\s+)?{_lead}{_date}", re.IGNORECASE)
_back = re.compile(rf"\b{_again}\b[\w\s,']{{0,40}}?\b(?:(?:from|ab|vom)\s+)?{_lead}{_date}", re.IGNORECASE)


def back_at(text: str, received: datetime) -> datetime | None:
    """From when on they can be written to again, at midnight UTC; None where no date within a year can be read."""
    short = text[:MOST_TEXT]
    for pattern, days in ((_through, 1), (_back, 0)):
        for found in pattern.finditer(short):
            day = date_in(found, received.date())
            if day and received.date() <= day <= received.date() + timedelta(days=LONGEST_DAYS):
                return datetime(day.year, day.month, day.day, tzinfo=received.tzinfo) + timedelta(days=days)
    return None


def date_in(found: re.Match[str], today: date) -> date | None:
    """The matched date; without a year, the next such day."""
    got = found.groupdict()
    try:
        if got["iso"]:
            return date.fromisoformat(got["iso"])
        day = int(got["day"] or got["day2"] or got["day3"])
        month = int(got["month3"]) if got["month3"] else MONTHS[(got["month"] or got["month2"]).lower()]
        year = got["year"] or got["year2"] or got["year3"]
        if year:
            return date(int(year), month, day)
        this = date(today.year, month, day)
        return this if this >= today else date(today.year + 1, month, day)
    except ValueError:
        return None
