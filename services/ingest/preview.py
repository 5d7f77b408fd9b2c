"""How a file would be read, before it is imported: shown from its head alone."""

from itertools import islice

from pydantic import BaseModel

from services.ingest.domain.exports import recognised
from services.ingest.domain.layout import Form
from services.ingest.domain.mapping import FieldMapping
from services.ingest.domain.reading import Table, shower_of
from services.ingest.domain.records import Refusal
from services.ingest.files import Sample

SHOWN_ROWS = 20
SHOWN_PROBLEMS = 50
SHOWN_EXAMPLES = 3


class ColumnView(BaseModel):
    name: str
    field: str | None
    """The data field it would be; None if it is left out."""
    examples: list[str]


class RowView(BaseModel):
    line: int
    fields: dict[str, str]


class RowProblem(BaseModel):
    line: int
    reason: str


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
    """The first rows that would not."""


def show(sample: Sample, mapping: FieldMapping, version: int | None, zone: str) -> Preview:
    layout = sample.layout
    read_cells = shower_of(Table(layout.columns, mapping, sample.day_order(mapping), zone))
    read = [(row.begin.line, Refusal(row.fault) if row.fault else read_cells(row.cells)) for row in sample.rows]
    rows = (RowView(line=line, fields=each) for line, each in read if not isinstance(each, Refusal))
    problems = (RowProblem(line=line, reason=each.reason) for line, each in read if isinstance(each, Refusal))
    export = recognised(layout.columns)
    return Preview(
        form=layout.form,
        recognised=export.name if export else None,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        mapping_version=version,
        columns=[
            ColumnView(name=name, field=mapping.get(name), examples=examples(sample, place)) for place, name in enumerate(layout.columns)
        ],
        rows=list(islice(rows, SHOWN_ROWS)),
        problems=list(islice(problems, SHOWN_PROBLEMS)),
    )


def examples(sample: Sample, place: int) -> list[str]:
    filled = (cells[place].strip()[:200] for cells in sample.cells)
    return list(islice(dict.fromkeys(value for value in filled if value), SHOWN_EXAMPLES))
