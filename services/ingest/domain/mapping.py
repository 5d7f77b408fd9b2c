"""Which column of a source is which data field: proposed from the columns' names and from what stands in them."""

from collections.abc import Callable, Mapping, Sequence

from schemas.fields import ACTIVITY_FIELDS, CUSTOM, DataField, is_field
from services.ingest.domain.columns import BARE, NAMES, OTHERS_ID
from services.ingest.domain.exports import mapping_of, recognised
from services.ingest.domain.values import is_email, is_profile, is_website, looks_like_phone, plain

FieldMapping = Mapping[str, str]
"""Column → data field. A column that is not in it is left out."""

BY_NAME = {name: field for field, names in NAMES.items() for name in names}
ID_ENDS = frozenset({"id", "no", "nr", "num", "number", "nummer", "numero", "uuid", "guid", "uid"})
MOSTLY = 0.6
"""Share of a column's filled cells from which on they are of one kind."""
HARDLY = 0.2
OF_ITS_OWN = 0.9
"""Share of the rows that must have different ids, for these to be the rows' own: a company's stands in many rows, and each would replace
the one before.
"""
FEW = 10
"""Rows of which some may well be of one id: the same person's, at several times."""

LOOKS: tuple[tuple[DataField, Callable[[str], bool]], ...] = (
    (DataField.EMAIL, is_email),
    (DataField.LINKEDIN, is_profile),
    (DataField.COMPANY_WEBSITE, is_website),
    (DataField.PHONE, looks_like_phone),
)
ELSE = {
    DataField.EMAIL: (DataField.WORK_EMAIL, DataField.PRIVATE_EMAIL),
    DataField.PHONE: (DataField.MOBILE,),
    DataField.WORK_EMAIL: (DataField.EMAIL,),
    DataField.PRIVATE_EMAIL: (DataField.EMAIL,),
}
"""Where a second column of a kind goes, the first being taken."""


def propose(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """A mapping of all columns, from their names and some rows; what nothing is known of is kept as a custom field."""
    export = recognised(columns)
    if export:
        # Its other columns mean what its maker says, not what they look like: the company's profile is not the person's.
        return {column: CUSTOM + column for column in columns} | mapping_of(export, columns)
    values = {column: filled(rows, place) for place, column in enumerate(columns)}
    found = {column: field for column in columns if (field := field_of(column, values[column]))}
    found = complete_names(found)
    taken = settle(columns, found)
    if DataField.ROW_ID not in taken.values():
        taken |= row_id_among([column for column in columns if column not in taken], values, len(rows))
    return {column: str(taken.get(column, CUSTOM + column)) for column in columns}


def filled(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in rows if place < len(row) and row[place].strip()]


def share(values: Sequence[str], looks: Callable[[str], bool]) -> float:
    return sum(map(looks, values)) / len(values) if values else 0.0


def field_of(column: str, values: Sequence[str]) -> DataField | None:
    """By its name, unless what stands in it is of another kind; else by what stands in it."""
    named, seen = BY_NAME.get(plain(column)), look_of(values)
    if named is None:
        return seen
    checked = dict(LOOKS).get(named)
    if checked and values and share(values, checked) < HARDLY:
        return seen
    if named == DataField.ROW_ID and (counts_rows(column, values) or (len(values) >= FEW and not each_its_own(values, len(values)))):
        return None
    # A profile's address in a column called `URL`, an address in one called `Contact`.
    unlike = seen in {DataField.EMAIL, DataField.LINKEDIN} and named not in {seen, DataField.WORK_EMAIL, DataField.PRIVATE_EMAIL}
    return seen if unlike else named


def each_its_own(values: Sequence[str], rows: int) -> bool:
    return len(set(values)) >= OF_ITS_OWN * rows


def counts_rows(column: str, values: Sequence[str]) -> bool:
    """Whether it is the number of the row in this file, which says nothing of the same row in the next. An `ID` may well begin at 1."""
    if plain(column).split()[-1:] == ["id"]:
        return False
    numbers = [int(bare) if (bare := value.rstrip(".")).isascii() and bare.isdigit() else -1 for value in values]
    return bool(numbers) and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in {0, 1}


def look_of(values: Sequence[str]) -> DataField | None:
    return next((field for field, looks in LOOKS if share(values, looks) >= MOSTLY), None)


def complete_names(found: Mapping[str, DataField]) -> dict[str, DataField]:
    """`Name` beside `Vorname` is the family name; `Nombre` beside `Apellidos` the given one."""
    fields = set(found.values())
    half = {DataField.GIVEN_NAME: DataField.FAMILY_NAME, DataField.FAMILY_NAME: DataField.GIVEN_NAME}
    missing = [other for one, other in half.items() if one in fields and other not in fields]
    if not missing:
        return dict(found)
    return {c: missing[0] if f == DataField.FULL_NAME and plain(c) in BARE else f for c, f in found.items()}


def settle(columns: Sequence[str], found: Mapping[str, DataField]) -> dict[str, str]:
    """Each field once, to the column that names it, before one that only looks like it; a second one gets the next field of its kind."""
    taken: dict[str, str] = {}
    by_name = sorted((c for c in columns if c in found), key=lambda c: BY_NAME.get(plain(c)) != found[c])
    for column in by_name:
        choices = (found[column], *ELSE.get(found[column], ()))
        free = next((field for field in choices if field not in taken.values()), None)
        if free:
            taken[column] = free
    return taken


def row_id_among(columns: Sequence[str], values: Mapping[str, Sequence[str]], rows: int) -> dict[str, str]:
    """The first column called something like an id of which each row has one of its own."""
    for column in columns:
        words = plain(column).split()
        named = words and words[-1] in ID_ENDS and not OTHERS_ID & set(words)
        if named and rows and each_its_own(values[column], rows) and not counts_rows(column, values[column]):
            return {column: DataField.ROW_ID}
    return {}


def known(field: str) -> bool:
    return is_field(field) or field in ACTIVITY_FIELDS


def faults_of(mapping: FieldMapping, columns: Sequence[str]) -> list[str]:
    """What is wrong with a mapping that somebody gives for these columns, as sentences; none if it can be used."""
    faults = [f"the file has no column {column!r}" for column in mapping if column not in columns]
    faults += [f"{field!r} (of column {column!r}) is no data field" for column, field in mapping.items() if not known(field)]
    fields = list(mapping.values())
    faults += [f"more than one column is mapped to {field!r}" for field in dict.fromkeys(fields) if fields.count(field) > 1]
    return faults if mapping else ["no column is mapped to any data field"]
