"""Tables of a folder as records, read and mapped as an import does it, without any service."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import UUID, uuid5

import msgspec

from schemas.body import PROVIDER
from schemas.fields import DataField
from schemas.ingest import RecordIngested
from services.dedupe.domain.normalise import normalise
from services.dedupe.domain.record import NormalRecord
from services.ingest.domain.encoding import by_lines, encoding_of
from services.ingest.domain.errors import NotATable
from services.ingest.domain.layout import rows_of
from services.ingest.domain.mapping import propose
from services.ingest.domain.records import Draft, Refusal, plan_of, read_row
from services.ingest.files import sample_of
from services.ingest.formats.limits import Limits
from services.ingest.formats.unpack import unpacked
from services.kit.errors import Rejected

ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson", ".xlsx", ".gz", ".zip")
SAYS_WHO = frozenset({
    DataField.GIVEN_NAME, DataField.FAMILY_NAME, DataField.FULL_NAME, DataField.EMAIL, DataField.WORK_EMAIL, DataField.PRIVATE_EMAIL,
    DataField.LINKEDIN, DataField.TWITTER, DataField.PHONE, DataField.MOBILE, DataField.COMPANY_NAME, DataField.COMPANY_WEBSITE,
})  # fmt: skip
"""A table without any of these is not about people or companies (such as one of clusters)."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of a row whose source states none: the present would not give the same result tomorrow."""


@dataclass(frozen=True)
class TableRow:
    """A row by its table's source and its own id, else its line's number. `record` is None if it was refused."""

    source: str
    source_row_id: str
    line: int
    record: NormalRecord | None
    refused: str = ""
    """Why."""


@dataclass(frozen=True)
class Table:
    path: Path
    source: str
    """The file's name without the ending; the whole of it where other tables' is the same without."""
    mapping: Mapping[str, str]
    rows: list[TableRow]

    def remarks(self) -> Iterator[str]:
        """How the source is called if not as usual, and what became of rows that are no records of their own."""
        if self.source == self.path.name:
            yield f"its source is called {self.source}, as another table is {stem_of(self.path)} without the ending"
        lines: dict[str, list[int]] = defaultdict(list)
        for row in self.rows:
            if row.refused:
                lines[row.refused].append(row.line)
        for why, its in lines.items():
            yield f"{counted(len(its), 'row')} left out, {'' if len(its) == 1 else 'first '}line {its[0]:,}: {why}"
        said = [row.source_row_id for row in self.rows if row.record]
        if again := len(said) - len(set(said)):
            yield f"{counted(again, 'row')} with an id that stood in an earlier row: of these, the last counts"


def counted(many: int, what: str) -> str:
    return f"{many:,} {what}{'' if many == 1 else 's'}"


def tables_of(folder: Path) -> tuple[list[Table], dict[Path, str]]:
    """The tables about people or companies, and why each other file with such an ending was passed over.

    Raises Rejected if there is no table, and for a file that cannot be read.
    """
    tables, passed_over = [], {}
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS):
        try:
            tables.append(table_of(path))
        except NotATable as error:
            passed_over[path] = str(error)
    if not tables:
        said = "; ".join(f"{path.name}: {why}" for path, why in passed_over.items()) or f"it has no file ending in {', '.join(ENDINGS)}"
        raise Rejected(f"{folder} has no table about people or companies ({said})")
    return told_apart(tables), passed_over


def told_apart(tables: Sequence[Table]) -> list[Table]:
    """Each by a source of its own: `contacts.csv` and `contacts.tsv` are two."""
    often = Counter(name for table in tables for name in (table.source, table.path.name))
    return [table if often[table.source] == 1 else called(table, table.path.name) for table in tables]


def called(table: Table, source: str) -> Table:
    return replace(table, source=source, rows=[replace(row, source=source, record=moved(row, source)) for row in table.rows])


def moved(row: TableRow, source: str) -> NormalRecord | None:
    record_id = record_id_of(source, row.source_row_id)
    return msgspec.structs.replace(row.record, source=source, record_id=record_id) if row.record else None


class Drafted(NamedTuple):
    """What a row says, or why nothing can be made of it."""

    source: str
    source_row_id: str
    line: int
    said: Draft | Refusal


def table_of(path: Path) -> Table:
    """Raises NotATable, and Rejected for a file that cannot be read."""
    with reaching(path, "read"):
        if not path.is_file():
            raise NotATable("it is no file")
        with path.open("rb") as raw:
            mapping, rows = read_table(path, raw)
            return Table(path, stem_of(path), mapping, [row_of(each) for each in rows])


@contextmanager
def reaching(path: Path, what: str) -> Iterator[None]:
    """Raises Rejected for what the system refuses to do with a file."""
    try:
        yield
    except OSError as error:
        raise Rejected(f"{path} cannot be {what}: {error.strerror or error}") from error


def stem_of(path: Path) -> str:
    """`news` of `news.csv.gz` and of `news.csv`."""
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def row_of(row: Drafted) -> TableRow:
    source, row_id, line, said = row
    if isinstance(said, Refusal):
        return TableRow(source, row_id, line, None, said.reason)
    return TableRow(source, row_id, line, normalise(ingested(source, row_id, said), LONG_AGO))


def read_table(path: Path, raw: BinaryIO) -> tuple[dict[str, str], Iterator[Drafted]]:
    """Its mapping, and its rows as they are read. Raises NotATable."""
    table = unpacked(raw, Limits())
    file, encoding = by_lines(table, encoding_of(table))
    sample = sample_of(file, encoding)
    layout, mapping = sample.layout, propose(sample.layout.columns, sample.cells)
    if SAYS_WHO.isdisjoint(mapping.values()):
        raise NotATable(f"none of its columns ({', '.join(layout.columns[:6])}) says who or which company a row is about")
    plan = plan_of(layout.columns, mapping, sample.day_order(mapping), "UTC")
    own_id = next((place for place, column in enumerate(layout.columns) if mapping.get(column) == DataField.ROW_ID), None)
    source, unnamed = stem_of(path), "" if own_id is None else "line "

    def rows() -> Iterator[Drafted]:
        for row in rows_of(file, layout, layout.start):
            said = Refusal(row.fault) if row.fault else read_row(row.cells, plan)
            own = row.cells[own_id].strip() if own_id is not None and own_id < len(row.cells) else ""
            yield Drafted(source, own or f"{unnamed}{row.begin.line}", row.begin.line, said)

    return mapping, rows()


def ingested(source: str, row_id: str, drafted: Draft) -> RecordIngested:
    """The event that an import would tell of the row."""
    return RecordIngested(
        record_id=record_id_of(source, row_id),
        source_id=PROVIDER,
        source=source,
        source_row_id=row_id,
        import_id=PROVIDER,
        row=0,
        digest=drafted.digest,
        as_of=drafted.as_of,
        fields=drafted.fields,
    )


def record_id_of(source: str, row_id: str) -> UUID:
    return uuid5(PROVIDER, f"{source}/{row_id}")


def records_in(tables: list[Table]) -> list[NormalRecord]:
    """In the order of their ids, so that neither the files' order nor the rows' matters; of two rows with one id, the later."""
    by_id = {row.record.record_id: row.record for table in tables for row in table.rows if row.record}
    return [by_id[record_id] for record_id in sorted(by_id)]
