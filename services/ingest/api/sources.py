"""Sources with their saved mappings, and the preview of a file."""

import os
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel, Field

from services.ingest import files, handlers, mappings, preview
from services.ingest.api.forms import BY_SETTING, FileForm, MappingForm, SourceName, TypesForm, UploadRoute, VersionForm, choice_of, name_of
from services.ingest.domain.errors import NotATable
from services.ingest.domain.ids import source_id_of
from services.ingest.domain.signature import new_secret
from services.ingest.store import hooks
from services.ingest.store import sources as store
from services.kit.errors import Invalid
from services.kit.events import Told, Work
from services.kit.http import Ask, Desk, Page, Part, may

router = APIRouter()
uploads = APIRouter(route_class=UploadRoute)


class RegisterSource(Ask):
    name: SourceName
    kind: Annotated[str, Field(pattern="^(csv|api|webhook)$")] = "csv"


class SourceView(BaseModel):
    source_id: UUID
    name: str
    kind: str
    mapping_version: int | None = None
    mapping: dict[str, str] = {}
    """Column → data field, as it will be used for the next file that has these columns."""
    webhook: str | None = None
    """Where a webhook is called, behind the gateway's address."""
    secret: str | None = None
    """What its calls are signed with: in the answer that makes it, and never again."""


@router.post("/sources", status_code=201)
def register_source(ask: RegisterSource, desk: Annotated[Desk, may("source.edit")]) -> SourceView:
    """A source is known by its name: asked for again, it is given as it is. A new webhook's answer shows its secret, once."""
    secret, new = new_secret(os.urandom), False

    def register(work: Work) -> tuple[SourceView, list[Told]]:
        nonlocal new
        known, told = handlers.register_source(work, desk.workspace_id, ask.name, ask.kind)
        new = known.kind == "webhook" and hooks.add(work.connection, desk.context.secrets, desk.workspace_id, known.source_id, secret)
        return SourceView(source_id=known.source_id, name=known.name, kind=known.kind, webhook=path_of(known)), told

    view = desk.do(register)
    return view.model_copy(update={"secret": secret}) if new else view


@router.get("/sources")
def sources(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("source.view")]) -> Page[SourceView]:
    """By name."""
    after = part.after(str)
    found = desk.read(lambda c: store.sources(c, desk.workspace_id, after[0] if after else None, part.limit + 1))
    return part.page([source_view(row) for row in found], lambda view: (view.name,))


class Change(BaseModel):
    """What a version says of a column, and what the one before it said; None: nothing."""

    column: str
    before: str | None
    now: str | None


class MappingView(BaseModel):
    version: int
    mapping: dict[str, str]
    types: dict[str, str]
    made_by: str
    made_at: datetime
    changes: list[Change]


@router.get("/sources/{source_id}/mappings")
def mapping_versions(source_id: UUID, part: Annotated[Part, Depends()], desk: Annotated[Desk, may("source.view")]) -> Page[MappingView]:
    """The latest first, each with who made it, when, and what it changed. An import or a preview may name any of them."""
    after = part.after(int)
    found = desk.read(lambda c: store.mappings(c, desk.workspace_id, source_id, after[0] if after else None, part.limit + 1))
    return part.page([mapping_view(row) for row in found], lambda view: (view.version,))


def mapping_view(row: Any) -> MappingView:
    now, before = said(row.mapping, row.types), said(row.mapping_before or {}, row.types_before or {})
    changed = [column for column in {**before, **now} if before.get(column) != now.get(column)]
    changes = [Change(column=column, before=before.get(column), now=now.get(column)) for column in changed]
    return MappingView(version=row.version, mapping=row.mapping, types=row.types, made_by=row.made_by, made_at=row.made_at, changes=changes)


def said(mapping: dict[str, str], types: dict[str, str]) -> dict[str, str]:
    return {column: field + (f" ({types[column]})" if column in types else "") for column, field in mapping.items()}


@uploads.post("/preview", max_body_size=BY_SETTING)
def preview_file(  # noqa: PLR0917 - the fields of a form
    desk: Annotated[Desk, may("import.run")],
    file: FileForm,
    source: Annotated[SourceName | None, Form()] = None,
    mapping: MappingForm = None,
    mapping_version: VersionForm = None,
    types: TypesForm = None,
) -> preview.Preview:
    """How a file would be read: its columns with their data fields, its first rows, and what is wrong with them."""
    try:
        sample = files.sample_of_head(file.file, desk.context.settings.limits)
    except NotATable as error:
        raise Invalid(f"{name_of(file)} cannot be imported: {error}") from error

    choice, source_id = choice_of(mapping, mapping_version, types), source_id_of(desk.workspace_id, source or "")
    settled = desk.read(lambda c: mappings.settle(c, desk.workspace_id, source_id, sample, choice))
    zone = desk.read(lambda c: store.zone_of(c, desk.workspace_id))
    return preview.show(sample, settled, zone, desk.context.clock())


def path_of(source: Any) -> str | None:
    return f"/api/ingest/webhooks/{source.source_id}" if source.kind == "webhook" else None


def source_view(row: Any) -> SourceView:
    return SourceView(
        source_id=row.source_id,
        name=row.name,
        kind=row.kind,
        mapping_version=row.version,
        mapping=row.mapping or {},
        webhook=path_of(row),
    )
