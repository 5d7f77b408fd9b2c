"""Sources with their saved mappings, and the preview of a file."""

import os
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel, Field

from services.ingest import files, handlers, preview
from services.ingest.api.forms import BY_SETTING, FileForm, MappingForm, SourceName, UploadRoute, mapping_of, name_of
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


@uploads.post("/preview", max_body_size=BY_SETTING)
def preview_file(
    desk: Annotated[Desk, may("import.run")],
    file: FileForm,
    source: Annotated[SourceName | None, Form()] = None,
    mapping: MappingForm = None,
) -> preview.Preview:
    """How a file would be read: its columns with their data fields, its first rows, and what is wrong with them."""
    try:
        sample = files.sample_of_head(file.file, desk.context.settings.limits)
    except NotATable as error:
        raise Invalid(f"{name_of(file)} cannot be imported: {error}") from error

    def settle(connection: Any) -> tuple[dict[str, str], int | None]:
        source_id = source_id_of(desk.workspace_id, source or "")
        return handlers.settled_mapping(connection, desk.workspace_id, source_id, sample, mapping_of(mapping))

    settled, version = desk.read(settle)
    zone = desk.read(lambda c: store.zone_of(c, desk.workspace_id))
    return preview.show(sample, settled, version, zone)


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
