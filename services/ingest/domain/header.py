"""Which row of a table names its columns. Lines before it say something about the file, and are no rows."""

from collections import Counter
from collections.abc import Sequence

from services.ingest.domain import activity_rows, exports
from services.ingest.domain.errors import NotATable
from services.ingest.domain.mapping import BY_NAME
from services.ingest.domain.values import plain

FIRST_ROWS = 30
"""That are not blank: a header stands among them."""
ENOUGH = 2
"""Names of columns in one row, which no row of data has by chance."""
KNOWN = frozenset({*BY_NAME, *exports.COLUMNS, *(name for names in activity_rows.NAMES.values() for name in names)})
EMPTY = "no row of the file could be read as a table"
MISSING = "no line of the file says what its columns are: put one before the first row, such as `First name,Last name,E-mail`"


def header_among(rows: Sequence[Sequence[str]]) -> int:
    """The place of the row with most names that columns have; where there are none, of the first that is as full as most rows are.

    Raises NotATable where that one holds data: somebody would be lost as the header.
    """
    full = {place: filled(row) for place, row in enumerate(rows) if any(map(str.strip, row))}
    if not full:
        raise NotATable(EMPTY)
    counts = Counter(full.values())
    usual = max(counts, key=lambda each: (each > 1, counts[each], each))
    named = {place: sum(map(names_a_column, rows[place])) for place in [*full][:FIRST_ROWS]}
    best = max(named, key=named.__getitem__)
    if named[best] >= ENOUGH or (named[best] and full[best] >= usual):
        return best
    first = next(place for place, cells in full.items() if cells >= usual)
    if any(map(is_data, rows[first])):
        raise NotATable(MISSING)
    return first


def filled(row: Sequence[str]) -> int:
    return sum(map(bool, map(str.strip, row)))


def names_a_column(cell: str) -> bool:
    return plain(cell) in KNOWN


def is_data(cell: str) -> bool:
    """Whether it is somebody's address, which no column is called."""
    return ("@" in cell and "." in cell) or "://" in cell
