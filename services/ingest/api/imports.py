"""Imports of files: begun by an upload, worked off by the workers, looked at here."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.ingest import files, handlers
from services.ingest.api.forms import BY_SETTING, FileForm, MappingForm, SourceForm, TypesForm, UploadRoute, VersionForm, choice_of, name_of
from services.ingest.domain.errors import NotATable
from services.ingest.store import imports as store
from services.kit.errors import Invalid, NotFound
from services.kit.events import Told, Work
from services.kit.http import Desk, Page, Part, may

router = APIRouter()
uploads = APIRouter(route_class=UploadRoute)

ROWS_AT_ONCE = 1000
FORMULA = re.compile(r"""(^|[,;|\t\r\n"']\s*)(?=[=+\-@\t\r\0\uff1d\uff0b\uff0d\uff20])""")
"""Where a spreadsheet would begin to run something: where a cell begins, whatever the delimiter that it cuts by."""


class UndoView(BaseModel):
    """Who asked for it to be undone, and what has become of its records so far."""

    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    gone: int
    back: int
    """To what an earlier import says."""
    stayed: int
    """As another import says what stands."""


class ImportView(BaseModel):
    import_id: UUID
    source_id: UUID
    source: str
    file_name: str
    state: str
    """`running`, `finished` or `failed`; `undoing` or `undone`."""
    reason: str | None
    progress: float
    """From 0 to 1, by the bytes of the file."""
    rows: int
    accepted: int
    unchanged: int
    rejected: int
    flawed: int
    """Of the rows taken: with a value that does not fit its column."""
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    mapping_version: int
    mapping: dict[str, str]
    types: dict[str, str]
    undo: UndoView | None


class RejectedView(BaseModel):
    line: int
    reason: str
    raw: str


@uploads.post("/imports", status_code=202, max_body_size=BY_SETTING)
def start_import(  # noqa: PLR0917 - the fields of a form
    desk: Annotated[Desk, may("import.run")],
    file: FileForm,
    source: SourceForm,
    mapping: MappingForm = None,
    mapping_version: VersionForm = None,
    types: TypesForm = None,
) -> ImportView:
    """Keep the file and begin to import it; GET the import to see how far it is."""
    settings, import_id, name, choice = desk.context.settings, uuid4(), name_of(file), choice_of(mapping, mapping_version, types)
    try:
        with files.received(file.file, settings.uploads_folder, import_id, settings.limits) as (sample, size):
            upload = handlers.Upload(desk.workspace_id, import_id, source, name, sample, size, choice)
            return desk.do(partial(started, upload=upload))
    except NotATable as error:
        raise Invalid(f"{name} cannot be imported: {error}") from error


@router.get("/imports")
def imports(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("import.view")]) -> Page[ImportView]:
    """The latest first."""
    before = part.after(datetime, UUID)
    found = desk.read(lambda c: store.listed(c, desk.workspace_id, before, part.limit + 1))
    return part.page([import_view(row) for row in found], lambda view: (view.asked_at, view.import_id))


@router.get("/imports/{import_id}")
def one_import(import_id: UUID, desk: Annotated[Desk, may("import.view")]) -> ImportView:
    return find(desk, import_id)


@router.get("/imports/{import_id}/rejected")
def rejected(import_id: UUID, part: Annotated[Part, Depends()], desk: Annotated[Desk, may("import.view")]) -> Page[RejectedView]:
    """The rows that were not taken, each with the reason, in the order of the file."""
    find(desk, import_id)
    after = part.after(int)
    found = desk.read(lambda c: store.rejected(c, desk.workspace_id, import_id, after[0] if after else 0, part.limit + 1))
    return part.page([RejectedView(line=row.line, reason=row.reason, raw=row.raw) for row in found], lambda view: (view.line,))


@router.get("/imports/{import_id}/flawed")
def flawed(import_id: UUID, part: Annotated[Part, Depends()], desk: Annotated[Desk, may("import.view")]) -> Page[RejectedView]:
    """The rows that were taken with a value that does not fit its column, each with what was done about it, in the order of the file."""
    find(desk, import_id)
    after = part.after(int)
    found = desk.read(lambda c: store.rejected(c, desk.workspace_id, import_id, after[0] if after else 0, part.limit + 1, taken=True))
    return part.page([RejectedView(line=row.line, reason=row.reason, raw=row.raw) for row in found], lambda view: (view.line,))


@router.get("/imports/{import_id}/rejected.csv", response_class=StreamingResponse)
def download_rejected(import_id: UUID, desk: Annotated[Desk, may("import.view")]) -> StreamingResponse:
    """The same as a file."""
    find(desk, import_id)
    headers = {"Content-Disposition": f'attachment; filename="rejected-{import_id}.csv"'}
    return StreamingResponse(rejected_csv(desk, import_id), media_type="text/csv; charset=utf-8", headers=headers)


def started(work: Work, upload: handlers.Upload) -> tuple[ImportView, list[Told]]:
    told = handlers.start_import(work, upload)
    return import_view(store.find(work.connection, upload.workspace_id, upload.import_id)), told


def find(desk: Desk, import_id: UUID) -> ImportView:
    row = desk.read(lambda c: store.find(c, desk.workspace_id, import_id))
    if row is None:
        raise NotFound(f"there is no import {import_id} here")
    return import_view(row)


def import_view(row: Any) -> ImportView:
    done = 1.0 if row.state == "finished" else row.place_offset / row.file_bytes if row.file_bytes else 0.0
    shown = {name: getattr(row, name) for name in ImportView.model_fields if name not in {"progress", "mapping", "types", "undo"}}
    return ImportView(**shown, progress=round(done, 4), mapping=row.mapping or {}, types=row.types or {}, undo=undo_view(row))


def undo_view(row: Any) -> UndoView | None:
    if row.undo_asked_at is None:
        return None
    return UndoView(
        asked_by=row.undo_asked_by,
        asked_at=row.undo_asked_at,
        ended_at=row.undone_at,
        gone=row.gone,
        back=row.back,
        stayed=row.stayed,
    )


def rejected_csv(desk: Desk, import_id: UUID) -> Iterator[str]:
    yield csv_line("line", "reason", "row")
    look = partial(store.rejected, workspace_id=desk.workspace_id, import_id=import_id, limit=ROWS_AT_ONCE)
    after = 0
    while found := desk.read(partial(look, after=after)):
        yield "".join(csv_line(row.line, row.reason, row.raw) for row in found)
        after = found[-1].line


def csv_line(*cells: Any) -> str:
    """Safe to be opened in a spreadsheet: what would be a formula is text there, by an apostrophe before it."""
    line = io.StringIO()
    csv.writer(line).writerow([FORMULA.sub(r"\1'", str(cell)) for cell in cells])
    return line.getvalue()
