"""An import that stops anywhere goes on as if it had not stopped."""

import csv
import json
from io import BytesIO, StringIO
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from schemas.fields import DataField
from services.ingest.domain.dates import DayOrder, order_of, read_date
from services.ingest.domain.lines import Place, Row, read_rows
from services.ingest.domain.mapping import propose
from services.ingest.domain.objects import columns_of, read_objects
from services.ingest.domain.records import Draft, Refusal, plan_of, read_row

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=12)


PLAN = plan_of([field.value for field in DataField], {field.value: field.value for field in DataField}, DayOrder.MONTH, "Asia/Tokyo")


def written(table: list[list[str]], delimiter: str) -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(table)
    return text.getvalue().encode()


def by_chunks(text: bytes, delimiter: str, size: int) -> list[Row]:
    place, rows = Place(), list[Row]()
    while chunk := list(islice(read_rows(BytesIO(text), "utf-8", delimiter, place), size)):
        rows += chunk
        place = chunk[-1].end
    return rows


@given(TABLES, st.sampled_from(",;\t|"), st.integers(1, 5))
def test_chunks_of_any_size_give_the_rows_of_one_reading(table: list[list[str]], delimiter: str, size: int) -> None:
    text = written(table, delimiter)
    whole = list(read_rows(BytesIO(text), "utf-8", delimiter, Place()))
    assert by_chunks(text, delimiter, size) == whole
    assert [row.cells for row in whole if row.cells] == [row for row in table if row]


@given(st.binary(max_size=400), st.integers(1, 4))
def test_any_bytes_are_read_to_their_end_row_by_row(text: bytes, size: int) -> None:
    whole = list(read_rows(BytesIO(text), "utf-8", ",", Place()))
    assert by_chunks(text, ",", size) == whole
    ends = [row.end.offset for row in whole]
    assert ends == sorted(ends)
    assert (ends[-1] if ends else 0) == len(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
LINES = st.lists(JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20), max_size=12)


@given(LINES, st.integers(1, 4))
def test_lines_of_any_json_are_read_to_their_end_in_chunks_of_any_size(lines: list[bytes], size: int) -> None:
    text = b"\n".join(lines)
    columns = columns_of(BytesIO(text), "utf-8")
    whole = list(read_objects(BytesIO(text), "utf-8", columns, Place()))
    place, rows = Place(), list[Row]()
    while chunk := list(islice(read_objects(BytesIO(text), "utf-8", columns, place), size)):
        rows += chunk
        place = chunk[-1].end
    assert rows == whole
    assert (whole[-1].end.offset if whole else 0) == len(text)
    assert all(len(row.cells) == len(columns) for row in whole if row.cells)


@given(st.lists(st.text(max_size=30), max_size=len(PLAN.fields) + 2))
def test_any_row_is_a_record_or_is_refused(cells: list[str]) -> None:
    read = read_row(cells, PLAN)
    assert isinstance(read, Draft | Refusal)
    assert not isinstance(read, Draft) or (read.row_id and read.fields)


@given(
    st.text(alphabet="0123456789./-: TZ+APManey,", max_size=25), st.sampled_from(DayOrder), st.sampled_from(["UTC", "Pacific/Kiritimati"])
)
def test_any_text_is_a_date_or_none(text: str, order: DayOrder, zone: str) -> None:
    read = read_date(text, order, zone)
    assert read is None or read.utcoffset() is not None
    assert order_of([text]) in DayOrder


@given(st.lists(st.text(max_size=15), max_size=8, unique=True), st.lists(st.lists(st.text(max_size=20), max_size=8), max_size=5))
def test_any_table_gets_a_mapping_of_each_column_to_a_field_of_its_own(columns: list[str], rows: list[list[str]]) -> None:
    proposed = propose(columns, rows)
    assert list(proposed) == columns
    assert len(set(proposed.values())) == len(columns)
