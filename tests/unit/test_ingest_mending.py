"""Cells that hold something else than one value: nothing of it is lost silently."""

import pytest

from services.ingest.domain.dates import DayOrder
from services.ingest.domain.records import Draft, plan_of, read_pushed, read_row
from tests.builders import MONDAY

COLUMNS = ("Name", "Mail", "Work", "Private", "Phone")
MAPPING = dict(zip(COLUMNS, ("full_name", "email", "work_email", "private_email", "phone"), strict=True))


def read(**cells: str) -> Draft:
    plan = plan_of(COLUMNS, MAPPING, DayOrder.DAY, "UTC")
    made = read_row([cells.get(column, "") for column in COLUMNS], plan)
    assert isinstance(made, Draft)
    return made


@pytest.mark.parametrize(
    "cell",
    [
        "ann@acme.com; bo@acme.com",
        "ann@acme.com, bo@acme.com",
        "ann@acme.com / bo@acme.com",
        "ann@acme.com|bo@acme.com",
        "ann@acme.com bo@acme.com ann@acme.com",
    ],
)
def test_of_several_addresses_each_goes_to_a_field_of_its_own(cell: str) -> None:
    made = read(Name="Ann Lee", Mail=cell)
    assert (made.fields["email"], made.fields["work_email"], made.flaws) == ("ann@acme.com", "bo@acme.com", ())
    pushed = read_pushed("1", {"email": cell}, "UTC", MONDAY)
    assert isinstance(pushed, Draft)
    assert pushed.fields == {"email": "ann@acme.com", "work_email": "bo@acme.com"}


def test_what_is_one_address_too_many_is_told() -> None:
    made = read(Mail="a1@acme.com;b2@acme.com", Work="c3@acme.com", Private="d4@acme.com")
    assert [made.fields[field] for field in ("email", "work_email", "private_email")] == ["a1@acme.com", "c3@acme.com", "d4@acme.com"]
    assert made.flaws == ("email: 'b2@acme.com' is one address more than a record has, so it was left out",)


@pytest.mark.parametrize(
    "cell", ["Ann Lee <ann@acme.com>", "<ann@acme.com>", "mailto:ann@acme.com", '"Lee, Ann" <ann@acme.com>', "ann@acme.com (old)"]
)
def test_an_address_is_taken_out_of_what_stands_around_it(cell: str) -> None:
    assert read(Mail=cell).fields["email"] == "ann@acme.com"


@pytest.mark.parametrize("address", ["kanzlei@kanzlei.de", "mueller@mueller.de"])
def test_a_small_firm_may_have_an_address_of_its_own_name(address: str) -> None:
    assert read(Mail=address).fields["email"] == address


def test_a_number_that_a_spreadsheet_wrote_shorter_is_written_out_if_it_is_whole() -> None:
    assert read(Name="Ann Lee", Phone="4.915112345678E+12").fields["phone"] == "4915112345678"
    made = read(Name="Ann Lee", Phone="4.91511E+12")
    assert "phone" not in made.fields
    assert made.flaws == ("phone: a spreadsheet rounded the number to '4.91511E+12', so it was left out: format the column as text",)
