"""The exports that everybody has: known by their columns, and mapped as their makers mean them.

Column names as the products write them in their English exports; compared without case and punctuation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.fields import DataField as F
from services.ingest.domain.values import plain


@dataclass(frozen=True)
class Export:
    """`marks`: alternatives of columns, of which a file must have all. `fields`: the columns of each field, the best first."""

    name: str
    marks: tuple[tuple[str, ...], ...]
    fields: Mapping[F, tuple[str, ...]]


HUBSPOT = Export(
    "HubSpot contacts",
    (
        ("Record ID", "First Name", "Associated Company"),
        ("Record ID", "First Name", "Lead Status"),
        ("Record ID", "Contact owner", "Email"),
    ),
    {
        F.ROW_ID: ("Record ID", "Record ID - Contact"),
        F.GIVEN_NAME: ("First Name",),
        F.FAMILY_NAME: ("Last Name",),
        F.TITLE: ("Job Title",),
        F.EMAIL: ("Email",),
        F.WORK_EMAIL: ("Work email",),
        F.PHONE: ("Phone Number",),
        F.MOBILE: ("Mobile Phone Number",),
        F.LINKEDIN: ("LinkedIn URL", "LinkedIn Profile URL", "LinkedIn Bio"),
        F.TWITTER: ("Twitter Username",),
        F.CITY: ("City",),
        F.COUNTRY: ("Country/Region",),
        # The contact's own company, as it was typed; else that of the company record it is tied to.
        F.COMPANY_NAME: ("Company Name", "Associated Company (Primary)", "Associated Company"),
        F.COMPANY_WEBSITE: ("Website URL", "Company Domain Name"),
        F.UPDATED_AT: ("Last Modified Date", "Last Activity Date", "Create Date"),
    },
)
SALESFORCE = Export(
    "Salesforce contacts",
    (("Contact ID", "Account Name"), ("Account Name", "Mailing City", "Email"), ("Account Name", "Account Owner", "Email"),
     ("Id", "AccountId", "LastName"), ("Id", "AccountId", "MailingCity")),
    {
        F.ROW_ID: ("Contact ID", "Contact ID 18", "Id"),
        F.GIVEN_NAME: ("First Name", "FirstName"),
        F.FAMILY_NAME: ("Last Name", "LastName"),
        F.FULL_NAME: ("Full Name", "Contact Name", "Name"),
        F.TITLE: ("Title",),
        F.EMAIL: ("Email",),
        F.PHONE: ("Phone", "Business Phone"),
        F.MOBILE: ("Mobile", "Mobile Phone", "MobilePhone"),
        F.CITY: ("Mailing City", "MailingCity"),
        F.COUNTRY: ("Mailing Country", "MailingCountry"),
        F.COMPANY_NAME: ("Account Name", "Account.Name"),
        F.COMPANY_WEBSITE: ("Website", "Account.Website"),
        F.UPDATED_AT: ("Last Modified Date", "LastModifiedDate", "Last Activity", "Created Date"),
    },
)  # fmt: skip
SALESFORCE_LEADS = Export(
    "Salesforce leads",
    (("Lead ID", "Company / Account"), ("Lead Owner", "Company / Account"), ("Lead Source", "Lead Status", "Company / Account")),
    {
        F.ROW_ID: ("Lead ID",),
        F.GIVEN_NAME: ("First Name",),
        F.FAMILY_NAME: ("Last Name",),
        F.TITLE: ("Title",),
        F.EMAIL: ("Email",),
        F.PHONE: ("Phone",),
        F.MOBILE: ("Mobile",),
        F.CITY: ("City",),
        F.COUNTRY: ("Country",),
        F.COMPANY_NAME: ("Company / Account",),
        F.COMPANY_WEBSITE: ("Website",),
        F.UPDATED_AT: ("Last Modified", "Last Modified Date", "Last Activity", "Create Date"),
    },
)
PIPEDRIVE = Export(
    "Pipedrive people",
    (("Person - Name",), ("Person - ID", "Person - Organization")),
    {
        F.ROW_ID: ("Person - ID",),
        F.FULL_NAME: ("Person - Name",),
        F.GIVEN_NAME: ("Person - First name",),
        F.FAMILY_NAME: ("Person - Last name",),
        F.TITLE: ("Person - Job title",),
        F.EMAIL: ("Person - Email",),
        F.WORK_EMAIL: ("Person - Email - Work",),
        F.PRIVATE_EMAIL: ("Person - Email - Home",),
        F.PHONE: ("Person - Phone - Work", "Person - Phone"),
        F.MOBILE: ("Person - Phone - Mobile",),
        F.LINKEDIN: ("Person - LinkedIn profile", "Person - LinkedIn"),
        F.COMPANY_NAME: ("Person - Organization", "Organization - Name"),
        F.COMPANY_WEBSITE: ("Organization - Website",),
        F.UPDATED_AT: ("Person - Update time", "Person - Person created"),
    },
)
APOLLO = Export(
    "Apollo contacts",
    (("Person Linkedin Url", "Company Name for Emails"), ("Person Linkedin Url", "# Employees"), ("Apollo Contact Id",)),
    {
        F.ROW_ID: ("Apollo Contact Id",),
        F.GIVEN_NAME: ("First Name",),
        F.FAMILY_NAME: ("Last Name",),
        F.TITLE: ("Title",),
        F.EMAIL: ("Email",),
        F.WORK_EMAIL: ("Secondary Email",),
        # Not `Corporate Phone`, which is the switchboard of everybody there.
        F.PHONE: ("Work Direct Phone", "First Phone"),
        F.MOBILE: ("Mobile Phone",),
        # Not `Twitter Url`, which is the company's.
        F.LINKEDIN: ("Person Linkedin Url",),
        F.CITY: ("City",),
        F.COUNTRY: ("Country",),
        F.COMPANY_NAME: ("Company", "Company Name", "Company Name for Emails"),
        F.COMPANY_WEBSITE: ("Website",),
    },
)
LINKEDIN = Export(
    "LinkedIn connections",
    (("First Name", "Last Name", "Company", "Position", "Connected On"),),
    {
        F.GIVEN_NAME: ("First Name",),
        F.FAMILY_NAME: ("Last Name",),
        F.LINKEDIN: ("URL", "Profile URL"),
        F.EMAIL: ("Email Address",),
        F.COMPANY_NAME: ("Company",),
        F.TITLE: ("Position",),
    },
)
EXPORTS = (APOLLO, PIPEDRIVE, LINKEDIN, SALESFORCE_LEADS, SALESFORCE, HUBSPOT)
"""Those with the rarest columns first."""
COLUMNS = frozenset(plain(name) for export in EXPORTS for names in (*export.marks, *export.fields.values()) for name in names)
"""What their columns are called."""


def recognised(columns: Sequence[str]) -> Export | None:
    known = {plain(column) for column in columns}
    return next((export for export in EXPORTS if any(known.issuperset(map(plain, marks)) for marks in export.marks)), None)


def mapping_of(export: Export, columns: Sequence[str]) -> dict[str, str]:
    """Column → field, of the columns that are one."""
    by_name = {plain(column): column for column in reversed(columns)}
    found = {
        field: next((by_name[plain(name)] for name in names if plain(name) in by_name), None) for field, names in export.fields.items()
    }
    return {column: field.value for field, column in found.items() if column}
