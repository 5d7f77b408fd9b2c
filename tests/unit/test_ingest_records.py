"""Which rows are Data Records, and what they say."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.body import PROVIDER
from services.ingest.domain.dates import DayOrder, order_of, read_date
from services.ingest.domain.ids import record_ids_of, source_id_of
from services.ingest.domain.records import AHEAD, BLANK, NOBODY, NUL, Draft, Refusal, plan_of, read_pushed, read_row
from services.ingest.domain.types import Written
from tests.builders import MONDAY

COLUMNS = ("No", "Name", "Mail", "Firm", "When")
PLAN = plan_of(
    COLUMNS,
    {"No": "row_id", "Name": "full_name", "Mail": "email", "Firm": "company_name", "When": "updated_at"},
    DayOrder.DAY,
    "Europe/Berlin",
)


def draft(*cells: str) -> Draft:
    read = read_row(cells, PLAN)
    assert isinstance(read, Draft)
    return read


def reason(*cells: str) -> str:
    read = read_row(cells, PLAN)
    assert isinstance(read, Refusal)
    return read.reason


def test_a_row_becomes_a_draft_with_its_own_id_and_time() -> None:
    read = draft("7", "  Ann \t Lee ", "ann@acme.com", "n/a", "03.04.2025")
    assert read.row_id == "7"
    assert read.fields == {"full_name": "Ann Lee", "email": "ann@acme.com", "updated_at": "03.04.2025"}
    # Midnight in Berlin, in summer.
    assert read.as_of == datetime(2025, 4, 2, 22, 0, tzinfo=UTC)


def test_a_row_without_an_id_is_known_by_its_content() -> None:
    one, again, other = draft("", "Ann Lee", "", "", ""), draft(" ", "Ann Lee", "", "", ""), draft("", "Bob Lee", "", "", "")
    assert one == again
    assert one.row_id == f"content:{one.digest}"
    assert one.row_id != other.row_id


def test_an_id_is_taken_as_it_is_whatever_the_spaces_in_its_row() -> None:
    assert draft("NA  1", "Ann Lee", "", "", "").row_id == draft("NA  1", "Ann \t Lee", "", "", "").row_id == "NA  1"
    assert draft("none", "Ann  Lee", "", "", "").row_id == "none"


def test_the_digest_is_of_what_the_row_says_and_not_of_its_spaces() -> None:
    assert draft("1", "Ann  Lee", "", "Acme", "").digest == draft("2", "Ann Lee ", "", "Acme", "-").digest


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (("1", "", "", "", ""), BLANK),
        ((), BLANK),
        (("",), BLANK),
        (("1", "Ann Lee", "ann@acme.com"), "3 cells where the header has 5"),
        (("1", "Ann Lee", "ann@acme.com", "Acme", "", "more"), "6 cells where the header has 5"),
        (("1", "Ann", "", "", ""), NOBODY),
        (("1", "Walk-in", "", "", ""), NOBODY),
        (("1", "LinkedIn Member", "", "", ""), NOBODY),
        (("1", "test", "test@test.com", "Test", ""), NOBODY),
        (("1", "", "not-an-email", "", ""), NOBODY),
        (("1", "", "test@example.com", "", ""), NOBODY),
        (("1", "Ann\0 Lee", "", "Acme", ""), NUL),
        (("1", "Ann Lee", "", "x" * 40_000, ""), "more than 32,767 characters"),
    ],
)
def test_a_row_that_says_nothing_of_anybody_is_refused_with_the_reason(cells: tuple[str, ...], why: str) -> None:
    assert why in reason(*cells)


def test_who_has_half_a_name_or_none_is_somebody_by_fields_of_the_sources_own() -> None:
    def said(own: int, **fields: str) -> Draft | Refusal:
        return read_pushed("1", {**fields, **{f"custom:{number}": "x" for number in range(own)}}, "UTC", MONDAY)

    assert isinstance(said(3, family_name="Lee"), Draft)
    assert isinstance(said(5), Draft)
    for refused in (said(2, family_name="Lee"), said(4), said(4, full_name="Walk-in")):
        assert isinstance(refused, Refusal)


@pytest.mark.parametrize(
    "cells",
    [("1", "Ann Lee", "", "", ""), ("1", "", "ann@acme.com", "", ""), ("1", "", "", "Acme", ""), ("1", "王伟 李", "", "", "")],
)
def test_a_name_in_full_an_address_or_a_company_is_enough(cells: tuple[str, ...]) -> None:
    assert draft(*cells).row_id == "1"


def test_empty_cells_beyond_the_header_do_no_harm() -> None:
    assert draft("1", "Ann Lee", "", "", "", "", "").fields == {"full_name": "Ann Lee"}


def test_a_pushed_record_is_read_like_a_row() -> None:
    read = read_pushed("7", {"email": " ann@acme.com ", "custom:Tier": "gold"}, "UTC", MONDAY)
    assert isinstance(read, Draft)
    assert (read.row_id, read.fields) == ("7", {"email": "ann@acme.com", "custom:Tier": "gold"})


def test_a_change_later_than_the_import_is_not_believed_and_said_so() -> None:
    """It would be the latest for ever."""

    def read(when: datetime) -> Draft:
        made = read_pushed("7", {"email": "ann@acme.com", "updated_at": when.isoformat()}, "UTC", MONDAY)
        assert isinstance(made, Draft)
        return made

    ahead, late = read(MONDAY + AHEAD), read(MONDAY + AHEAD + timedelta(seconds=1))
    assert (ahead.as_of, ahead.flaws) == (MONDAY + AHEAD, ())
    assert late.as_of is None
    assert late.flaws == ("updated_at: '2026-03-03T09:00:01+00:00' is later than the import, so the time of the import counts",)


def test_a_row_has_all_its_flaws() -> None:
    mapping = {"Mail": "email", "When": "updated_at", "Size": "custom:Size"}
    plan = plan_of(("Mail", "When", "Size"), mapping, DayOrder.DAY, "UTC", {"Size": Written.NUMBER}, now=MONDAY)
    made = read_row(("ann@acme.com", "31.12.2098", "many"), plan)
    assert isinstance(made, Draft)
    assert [flaw.split(":")[0] for flaw in made.flaws] == ["Size", "updated_at"]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["01.02.2025", "13.02.2025"], DayOrder.DAY),
        (["01/02/2025", "02/13/2025"], DayOrder.MONTH),
        (["01/02/2025", "13/02/2025"], DayOrder.DAY),
        (["01/02/2025"], DayOrder.MONTH),
        (["01-02-2025"], DayOrder.DAY),
        (["2025-02-01"], DayOrder.DAY),
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_column(values: list[str], order: DayOrder) -> None:
    assert order_of(values) == order


@pytest.mark.parametrize(
    ("text", "order", "date"),
    [
        ("2025-06-20", DayOrder.DAY, (2025, 6, 20)),
        ("2025/6/20", DayOrder.DAY, (2025, 6, 20)),
        ("20.06.25", DayOrder.DAY, (2025, 6, 20)),
        ("06/20/2025", DayOrder.MONTH, (2025, 6, 20)),
        ("20.06.2025 14:30", DayOrder.DAY, (2025, 6, 20, 14, 30)),
        ("2025-06-20T14:30:00Z", DayOrder.DAY, (2025, 6, 20, 14, 30)),
        ("2025-06-20T14:30:00+02:00", DayOrder.DAY, (2025, 6, 20, 12, 30)),
        ("12/31/2024 5:30 PM", DayOrder.MONTH, (2024, 12, 31, 17, 30)),
        ("12/31/2024 12:15 AM", DayOrder.MONTH, (2024, 12, 31, 0, 15)),
        ("12/31/2024 12:15:30 p.m.", DayOrder.MONTH, (2024, 12, 31, 12, 15, 30)),
        ("5/1/2024, 2:03 PM", DayOrder.MONTH, (2024, 5, 1, 14, 3)),
        ("5/1/2024, 2:03\u202fpm", DayOrder.DAY, (2024, 1, 5, 14, 3)),
        ("2024-12-31 17:30:00 -0700", DayOrder.DAY, (2025, 1, 1, 0, 30)),
        ("31.12.2024 17:30:00 +02:00", DayOrder.DAY, (2024, 12, 31, 15, 30)),
        ("31.12.2024 17:30:00.123 UTC", DayOrder.DAY, (2024, 12, 31, 17, 30)),
        ("31/12/2024 17:30Z", DayOrder.DAY, (2024, 12, 31, 17, 30)),
        ("31.12.99", DayOrder.DAY, (1999, 12, 31)),
        ("01.01.70", DayOrder.DAY, (1970, 1, 1)),
        ("31.12.68", DayOrder.DAY, (2068, 12, 31)),
        ("Jan 5, 2024", DayOrder.DAY, (2024, 1, 5)),
        ("January 5th, 2024 2:03 PM", DayOrder.DAY, (2024, 1, 5, 14, 3)),
        ("5 Jan 2024", DayOrder.MONTH, (2024, 1, 5)),
        ("05-SEPT-24", DayOrder.MONTH, (2024, 9, 5)),
        ("5. Januar 2024", DayOrder.DAY, (2024, 1, 5)),
        ("5. März 2024, 17:30", DayOrder.DAY, (2024, 3, 5, 17, 30)),
        ("05. Dez. 2024", DayOrder.DAY, (2024, 12, 5)),
    ],
)
def test_dates_are_read_as_they_are_written(text: str, order: DayOrder, date: tuple[int, ...]) -> None:
    assert read_date(text, order) == datetime(*date, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "32.01.2025", "13/13/2025", "", "0000-00-00", "0001-01-01", "9999-12-31T23:59:59", "1.2.123",
        "12/11/2024 17:30 PM", "12/11/2024 5:30 XM", "12/11/2024 17:30 at noon", "12/11/2024 17:30 EST", "12/11/2024 17:30 +9900",
        "30 Feb 2024", "5 Ma 2024", "5 Maple 2024", "5. Januar", "Januar 2024", "5 th Januar",
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, DayOrder.MONTH) is None


def test_a_record_is_known_by_its_workspace_source_and_row() -> None:
    ours, theirs = source_id_of(PROVIDER, "CRM "), source_id_of(PROVIDER, "crm")
    assert ours == theirs
    other = source_id_of(source_id_of(PROVIDER, "x"), "crm")
    assert len({*record_ids_of(ours, ["1", "2"]), *record_ids_of(other, ["1"])}) == 3
