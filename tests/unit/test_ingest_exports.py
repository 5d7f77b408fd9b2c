"""The exports of the CRMs that everybody has are known by their columns, and come in as they are meant. Golden files: tests/exports/."""

from pathlib import Path

import pytest

from services.ingest import preview
from services.ingest.domain.exports import EXPORTS, recognised
from services.ingest.domain.mapping import faults_of, propose
from services.ingest.files import sample_of
from services.ingest.store.sources import Settled
from tests.builders import MONDAY

GOLDEN = Path(__file__).parents[1] / "exports"
ANN = {"given_name": "Ann", "family_name": "Lee", "title": "Head of Sales"}
ACME = {"email": "ann.lee@acme.com", "company_name": "Acme Inc."}
CASES = {
    "hubspot": (
        "HubSpot contacts",
        ANN | ACME | {
            "phone": "+1 415 555 0101", "city": "San Francisco", "country": "United States", "updated_at": "2026-01-12 10:01",
            "linkedin": "https://www.linkedin.com/in/ann-lee",
        },
        {"custom:Lead Status": "Connected", "custom:Contact owner": "Cy Ray (cy@us.com)"},
        [4],
    ),
    "salesforce": (
        "Salesforce contacts",
        ANN | ACME | {"phone": "(415) 555-0101", "city": "San Francisco", "country": "United States", "updated_at": "1/31/2026"},
        {"custom:Salutation": "Ms.", "custom:Account ID": "0015g00000XyZaB"},
        [4, 5, 6],
    ),
    "pipedrive": (
        "Pipedrive people",
        {
            "full_name": "Ann Lee", "given_name": "Ann", "family_name": "Lee", "work_email": "ann.lee@acme.com",
            "company_name": "Acme Inc.", "phone": "+1 415 555 0101", "updated_at": "2026-01-12 10:01:00",
        },
        {"custom:Person - Label": "Hot lead", "custom:Person - Open deals": "2"},
        [],
    ),
    "apollo": (
        "Apollo contacts",
        ANN | {
            "email": "ann.lee@acme.com", "company_name": "Acme, Inc.", "company_website": "http://www.acme.com",
            "phone": "'+1 415-555-0101",
            "linkedin": "http://www.linkedin.com/in/ann-lee", "city": "San Francisco", "country": "United States",
        },
        {"custom:Company Name for Emails": "Acme", "custom:# Employees": "120", "custom:Twitter Url": "https://twitter.com/acme"},
        [],
    ),
    "linkedin": (
        "LinkedIn connections",
        ANN | {"company_name": "Acme, Inc.", "linkedin": "https://www.linkedin.com/in/ann-lee"},
        {"custom:Connected On": "12 Mar 2024"},
        [7],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_export_is_recognised_and_read_as_it_is_meant(name: str) -> None:
    kind, fields, custom, refused = CASES[name]
    with (GOLDEN / f"{name}.csv").open("rb") as file:
        sample = sample_of(file)
    mapping = propose(sample.layout.columns, sample.cells)
    assert faults_of(mapping, sample.layout.columns) == []
    shown = preview.show(sample, Settled(mapping, {}, None), "UTC", MONDAY)
    assert shown.recognised == kind
    first = shown.rows[0].fields
    assert {field: value for field, value in first.items() if not field.startswith("custom:")} == fields
    assert custom.items() <= first.items()
    assert [problem.line for problem in shown.problems] == refused


@pytest.mark.parametrize(
    ("columns", "row_id"),
    [("hubspot", "Record ID"), ("salesforce", "Contact ID"), ("pipedrive", "Person - ID"), ("apollo", "Apollo Contact Id")],
)
def test_the_rows_of_an_export_have_the_ids_of_its_product(columns: str, row_id: str) -> None:
    with (GOLDEN / f"{columns}.csv").open("rb") as file:
        sample = sample_of(file)
    assert propose(sample.layout.columns, sample.cells)[row_id] == "row_id"


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ("Lead ID,First Name,Last Name,Company / Account,Email,Lead Source", "Salesforce leads"),
        ("Id,AccountId,FirstName,LastName,Email,MailingCity", "Salesforce contacts"),
        ("First Name,Last Name,Title,Company,Email,# Employees,Person Linkedin Url", "Apollo contacts"),
        ("First Name,Last Name,Email Address,Company,Position,Connected On", "LinkedIn connections"),
        ("Record ID,First Name,Last Name,Email,Phone Number,Company Name", None),
        ("id,name,mail", None),
        ("", None),
    ],
)
def test_a_file_is_recognised_by_columns_that_no_other_has(columns: str, kind: str | None) -> None:
    found = recognised(columns.split(","))
    assert (found.name if found else None) == kind


def test_every_export_has_the_columns_of_its_fields_once() -> None:
    for export in EXPORTS:
        names = [name for columns in export.fields.values() for name in columns]
        assert len(names) == len(set(names)), export.name
