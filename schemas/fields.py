"""The data fields that a source's columns are mapped to: what `RecordIngested.fields` is keyed by."""

from enum import StrEnum


class DataField(StrEnum):
    """One piece of information of a Data Record, as its source has it: nothing here is normalised."""

    ROW_ID = "row_id"
    """The row's own id in its source: becomes `source_row_id`, and is not among the fields."""
    FULL_NAME = "full_name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    TITLE = "title"
    """What somebody is at work: a job title."""
    HEADLINE = "headline"
    """A profile's line about itself, often `title at company`."""
    EMAIL = "email"
    WORK_EMAIL = "work_email"
    PRIVATE_EMAIL = "private_email"
    PHONE = "phone"
    MOBILE = "mobile"
    LINKEDIN = "linkedin"
    TWITTER = "twitter"
    CITY = "city"
    COUNTRY = "country"
    LOCATION = "location"
    """City, region and country in one."""
    COMPANY_NAME = "company_name"
    COMPANY_WEBSITE = "company_website"
    UPDATED_AT = "updated_at"
    """When the source last changed the record: read into `as_of`."""


FIELDS: frozenset[str] = frozenset(DataField)
CUSTOM = "custom:"
"""Before the name of a column that is none of these: kept as it is."""


def is_field(name: str) -> bool:
    return name in FIELDS or (name.startswith(CUSTOM) and len(name) > len(CUSTOM) and "\0" not in name)
