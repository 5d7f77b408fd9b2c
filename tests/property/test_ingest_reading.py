"""An import that stops anywhere goes on as if it had not stopped."""

import csv
from io import BytesIO, StringIO
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.lines import Place, Row, read_rows

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=12)


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
