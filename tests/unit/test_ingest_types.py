"""Types of a source's own columns: inferred from values, and written in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.dates import DayOrder
from services.ingest.domain.records import Draft, plan_of, read_row
from services.ingest.domain.types import Written, infer, reader, types_of

N, C, D, M, B, T = Written.NUMBER, Written.NUMBER_COMMA, Written.DATE, Written.DATE_MONTH, Written.BOOLEAN, Written.TEXT


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (["1", "2.5", "-3", "1,200"], N),
        (["1,5", "2", "1.200,75"], C),
        (["1,200", "2,000,000"], N),
        (["01234", "99999", "00001"], T),
        (["01067", *map(str, range(10_115, 10_200))], T),
        (["0", "10", "0.5"], N),
        (["1.200", "12.500", "3.750"], T),
        (["1.200", "15", "n/a"], T),
        (["1.200", "12.500", "0.750"], N),
        (["1.200", "1234.567"], N),
        (["1.200", "12.500", "350,50"], C),
        (["Jan 5, 2024", "Feb 6, 2024"], D),
        (["1234567890123456", "2234567890123456"], T),
        (["2026-03-01", "2026-03-02T10:00:00Z"], D),
        (["31.12.2025", "01.02.2026"], D),
        (["12/31/2025", "02/01/2026"], M),
        (["20260301", "20260302"], N),
        (["yes", "no", "n/a", "Yes"], B),
        (["ja", "nein"], B),
        (["gold", "silver"], T),
        (["1", "two", "3"], T),
        ([*map(str, range(1, 20)), "many"], N),
        (["7"], T),
        ([], T),
        (["n/a", "-", ""], T),
    ],
)
def test_a_columns_type_is_what_most_of_its_values_are(values: list[str], written: Written) -> None:
    assert infer(values) is written


@pytest.mark.parametrize(
    ("written", "value", "plain"),
    [
        (N, "1,234.50", "1234.50"),
        (C, "1.234,5", "1234.5"),
        (C, "-2 000", "-2000"),
        (N, "1.2.3", None),
        (N, "12 %", None),
        (N, "007", None),
        (D, "3.4.2026", "2026-04-03"),
        (M, "3/4/2026", "2026-03-04"),
        (D, "2026-03-01 10:30", "2026-03-01T09:30:00Z"),
        (D, "2026-03-01T10:30:00+02:00", "2026-03-01T08:30:00Z"),
        (D, "31.02.2026", None),
        (D, "5. Januar 2026", "2026-01-05"),
        (D, "September 5, 2026", "2026-09-05"),
        (M, "3/4/2026 5:30 PM", "2026-03-04T16:30:00Z"),
        (D, "20260304T1730", "2026-03-04T16:30:00Z"),
        (D, "3.4.2026 5:30 noon", None),
        (D, "soon", None),
        (B, "Ja", "true"),
        (B, "NO", "false"),
        (B, "maybe", None),
        (T, "as it is", "as it is"),
    ],
)
def test_a_value_is_written_as_all_of_its_type_are(written: Written, value: str, plain: str | None) -> None:
    assert reader(written, "Europe/Berlin")(value) == plain


@given(st.sampled_from([N, D, B, T]), st.text(max_size=20) | st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str))
def test_what_is_written_so_is_read_as_itself(written: Written, value: str) -> None:
    read = reader(written, "UTC")
    plain = read(value)
    assert plain is None or read(plain) == plain


def test_only_columns_of_the_sources_own_have_types_and_known_ones_stay() -> None:
    columns = ["Mail", "Size", "Since", "Zip"]
    mapping = {"Mail": "email", "Size": "custom:Size", "Since": "custom:Since", "Zip": "custom:Zip"}
    rows = [["1", "10", "2026-01-01", "1"], ["2", "20", "2026-01-02", "2"]]
    assert types_of(mapping, columns, rows, {}) == {"Size": N, "Since": D}
    assert types_of(mapping, columns, rows, {"Zip": N, "Size": C}) == {"Size": C, "Since": D, "Zip": N}


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("PLZ", T), ("Zip Code", T), ("Postcode (work)", T), ("Code postal", T), ("CAP", T), ("Fax", T), ("Second phone", T),
        ("Mobile 2", T), ("Market cap", N), ("Zippers", N), ("Telemetry", N),
    ],
)  # fmt: skip
def test_digits_of_a_column_that_is_called_a_postcode_or_phone_are_no_numbers(column: str, written: Written) -> None:
    assert infer(["10115", "20095"], column) is written


def test_dates_and_yes_or_no_are_what_they_are_whatever_the_column_is_called() -> None:
    assert infer(["yes", "no"], "Phone checked") is B
    assert infer(["2026-03-01", "2026-03-02"], "Phone checked at") is D


def test_a_value_that_is_not_of_its_type_is_kept_as_it_is_and_named() -> None:
    mapping = {"Mail": "email", "Size": "custom:Size", "Ok": "custom:Ok"}
    plan = plan_of(["Mail", "Size", "Ok"], mapping, DayOrder.DAY, "UTC", {"Size": N, "Ok": B})
    good, bad = read_row(["ann@acme.com", "1,000", "yes"], plan), read_row(["ann@acme.com", "many", "perhaps"], plan)
    assert isinstance(good, Draft)
    assert isinstance(bad, Draft)
    assert (good.fields, good.flaws) == ({"email": "ann@acme.com", "custom:Size": "1000", "custom:Ok": "true"}, ())
    assert bad.fields == {"email": "ann@acme.com", "custom:Size": "many", "custom:Ok": "perhaps"}
    assert bad.flaws == ("Size: 'many' is no number, so it was kept as it is", "Ok: 'perhaps' is no boolean, so it was kept as it is")
