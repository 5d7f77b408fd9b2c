"""From the words of a source to normal form. A function of the record alone: no other record, and no order, has a part in it."""

from datetime import datetime
from functools import lru_cache

from schemas.fields import CUSTOM
from schemas.fields import DataField as F
from schemas.ingest import RecordIngested
from services.dedupe.domain import addresses, names, places
from services.dedupe.domain.record import NormalRecord

EMAILS = (F.WORK_EMAIL, F.EMAIL, F.PRIVATE_EMAIL)


def normalise(record: RecordIngested, told_at: datetime) -> NormalRecord:
    """`told_at` counts as the record's time where its source says none."""
    fields = record.fields
    name = names.name(fields.get(F.GIVEN_NAME), fields.get(F.FAMILY_NAME), fields.get(F.FULL_NAME))
    title, company = at_work(fields.get(F.TITLE), fields.get(F.HEADLINE), fields.get(F.COMPANY_NAME))
    city, country = where(fields.get(F.CITY), fields.get(F.COUNTRY), fields.get(F.LOCATION))
    emails = tuple(dict.fromkeys(found for f in EMAILS if f in fields and (found := addresses.email(fields[f]))))
    return NormalRecord(
        record_id=record.record_id,
        source=record.source,
        source_row_id=record.source_row_id,
        import_id=record.import_id,
        row=record.row,
        as_of=record.as_of or told_at,
        given_name=name.given,
        family_name=name.family,
        title=title,
        emails=emails,
        phone=addresses.phone(fields[F.PHONE], country) if F.PHONE in fields else None,
        mobile=addresses.phone(fields[F.MOBILE], country) if F.MOBILE in fields else None,
        linkedin=addresses.profile(fields[F.LINKEDIN]) if F.LINKEDIN in fields else None,
        twitter=addresses.twitter(fields[F.TWITTER]) if F.TWITTER in fields else None,
        city=city,
        country=country,
        company_name=company,
        company_key=names.company_key(company) if company else None,
        company_domain=addresses.company_domain(fields.get(F.COMPANY_WEBSITE), emails),
        custom=tuple(sorted((name.removeprefix(CUSTOM), value) for name, value in fields.items() if name.startswith(CUSTOM))),
    )


def at_work(title: str | None, headline: str | None, company: str | None) -> tuple[str | None, str | None]:
    """Job title and company; a headline fills in what the source has no field for."""
    if headline:
        said_title, said_company = names.title_and_company(headline)
        title, company = title or said_title, company or said_company
    return title, company


@lru_cache(maxsize=50_000)
def where(city: str | None, country: str | None, location: str | None) -> tuple[str | None, str | None]:
    """City and country code."""
    said_city, said_country = places.place(location) if location else (None, None)
    return city or said_city, (places.country(country) if country else None) or said_country
