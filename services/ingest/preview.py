"""How a file would be read, before it is imported: shown from its head alone."""

from datetime import datetime
from itertools import islice

from pydantic import BaseModel

from services.ingest.domain.exports import recognised
from services.ingest.domain.layout import Form
from services.ingest.domain.reading import Seen, Table, shower_of
from services.ingest.domain.records import Refusal
from services.ingest.domain.types import Written
from services.ingest.files import Sample
from services.ingest.store.sources import Settled

SHOWN_ROWS = 20
SHOWN_PROBLEMS = 50
SHOWN_EXAMPLES = 3


class ColumnView(BaseModel):
    name: str
    field: str | None
    """The data field it would be; None if it is left out."""
    type: Written
    """Of one of the source's own; all others are text here."""
    examples: list[str]


class RowView(BaseModel):
    line: int
    fields: dict[str, str]


class RowProblem(BaseModel):
    line: int
    reason: str
    taken: bool
    """Whether the row comes in all the same."""


class Preview(BaseModel):
    form: Form
    """How the file's lines say their cells; a spreadsheet is shown as CSV."""
    recognised: str | None
    """Whose export it is, such as `HubSpot contacts`, if its columns tell."""
    encoding: str
    delimiter: str
    """Empty where the form has none."""
    mapping_version: int | None
    """Of the source's saved mapping, if that is what is shown."""
    columns: list[ColumnView]
    rows: list[RowView]
    """The first that would be taken."""
    problems: list[RowProblem]
    """The first rows that would not, or not as they are."""


def show(sample: Sample, settled: Settled, zone: str, now: datetime) -> Preview:
    layout = sample.layout
    mapping = settled.mapping
    read_cells = shower_of(Table(layout.columns, mapping, sample.day_order(mapping), zone, settled.types, now))
    read = [(row.begin.line, Refusal(row.fault) if row.fault else read_cells(row.cells)) for row in sample.rows]
    rows = (RowView(line=line, fields=each.fields) for line, each in read if not isinstance(each, Refusal))
    problems = (problem for line, each in read for problem in problems_of(line, each))
    export = recognised(layout.columns)
    return Preview(
        form=layout.form,
        recognised=export.name if export else None,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        mapping_version=settled.version,
        columns=[
            ColumnView(name=name, field=mapping.get(name), type=settled.types.get(name, Written.TEXT), examples=examples(sample, place))
            for place, name in enumerate(layout.columns)
        ],
        rows=list(islice(rows, SHOWN_ROWS)),
        problems=list(islice(problems, SHOWN_PROBLEMS)),
    )


def problems_of(line: int, row: Seen | Refusal) -> list[RowProblem]:
    if isinstance(row, Refusal):
        return [RowProblem(line=line, reason=row.reason, taken=False)]
    return [RowProblem(line=line, reason=flaw, taken=True) for flaw in row.flaws]


def examples(sample: Sample, place: int) -> list[str]:
    filled = (cells[place].strip()[:200] for cells in sample.cells)
    return list(islice(dict.fromkeys(value for value in filled if value), SHOWN_EXAMPLES))
