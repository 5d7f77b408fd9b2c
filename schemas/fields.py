"""The fields that a source's columns are mapped to: what `RecordIngested.fields` is keyed by, and what makes an activity."""

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


class ActivityField(StrEnum):
    """Beside the e-mail and LinkedIn fields above, what the columns of a file of activities are mapped to. Never in a Data Record."""

    KIND = "activity"
    """Which kind of activity: the field that makes a file one of activities."""
    AT = "activity_at"
    WHAT = "activity_what"
    SECONDS = "activity_seconds"
    """How long it took: seconds, or h:mm:ss."""
    CONTACT_ID = "contact_id"
    """The id of the contact who did it, in the file's workspace."""


ACTIVITY_FIELDS: frozenset[str] = frozenset(ActivityField)
FIELDS: frozenset[str] = frozenset(DataField)
CUSTOM = "custom:"
"""Before the name of a column that is none of these: kept as it is."""


def is_field(name: str) -> bool:
    return name in FIELDS or (name.startswith(CUSTOM) and len(name) > len(CUSTOM) and "\0" not in name)
