"""A file is looked at before it is imported: what each column would be, the first rows, and what is wrong with which."""

import json
from asyncio import gather
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from schemas.fields import CUSTOM, ActivityField, DataField
from services.dashboard.api.imports import enter
from services.dashboard.frame import PageRoute, Visit, Visited
from services.kit.errors import Rejected

router = APIRouter(route_class=PageRoute, prefix="/workspaces/{workspace_id}/imports")
BY_INGEST = 1 << 50
"""Ingest holds uploads to its setting, and says what to do about one that is larger."""
SECONDS = 600
MOST_SOURCES = 500
FIELDS = (*DataField, *ActivityField)
TYPES = ("text", "number", "number, decimal comma", "date", "date, month first", "boolean")
"""As ingest has them."""


@router.post("/preview", max_body_size=BY_INGEST)
async def preview(visit: Visited, request: Request, workspace_id: UUID, version: int | None = None) -> Response:
    """For htmx: how the file would be read, by what the form says of its columns, or by a saved version of the source's mapping."""
    form = await request.form()
    asked = {"mapping_version": str(version)} if version else columns_of(form)
    path = f"/workspaces/{workspace_id}/imports"
    try:
        await enter(visit, workspace_id)
        seen, saved = await gather(
            send(visit, form, f"/api/ingest/workspaces/{workspace_id}/preview", asked), versions(visit, workspace_id, form)
        )
    except Rejected as error:
        return visit.page("import_preview.html", "imports", why=error.reason, seen=None)
    return visit.page(
        "import_preview.html", "imports", why=None, seen=seen, saved=saved, path=path, fields=FIELDS, types=TYPES, custom=CUSTOM
    )


@router.post("", max_body_size=BY_INGEST)
async def upload(visit: Visited, request: Request, workspace_id: UUID) -> Response:
    form = await request.form()
    begun = await send(visit, form, f"/api/ingest/workspaces/{workspace_id}/imports", columns_of(form))
    return RedirectResponse(f"/workspaces/{workspace_id}/imports/{begun['import_id']}", 303)


async def send(visit: Visit, form: FormData, path: str, more: dict[str, str]) -> Any:
    """The form's file and source on to ingest. Raises Rejected with its words."""
    file, source = form.get("file"), str(form.get("source") or "").strip()
    if not isinstance(file, UploadFile) or not file.filename:
        raise Rejected("choose a file first")
    if not source:
        raise Rejected("name the source that the file is from")
    files = {"file": (file.filename, file.file)}
    return (await visit.apis.call("POST", path, files=files, data={"source": source, **more}, timeout=SECONDS)).json()


def columns_of(form: FormData) -> dict[str, str]:
    """What the form says of the columns: nothing before the first look."""
    columns, fields, types = ([str(each) for each in form.getlist(name)] for name in ("column", "field", "type"))
    if not columns:
        return {}
    own = {column: kind for column, field, kind in zip(columns, fields, types, strict=True) if field.startswith(CUSTOM)}
    return {"mapping": json.dumps(dict(zip(columns, fields, strict=True))), "types": json.dumps(own)}


async def versions(visit: Visit, workspace_id: UUID, form: FormData) -> list[Any]:
    """The saved versions of the source's mapping, the latest first."""
    base, name = f"/api/ingest/workspaces/{workspace_id}/sources", str(form.get("source") or "").strip().casefold()
    found = await visit.apis.see(base, limit=MOST_SOURCES)
    source = next((each for each in found["items"] if each["name"].casefold() == name), None) if found else None
    saved = await visit.apis.see(f"{base}/{source['source_id']}/mappings") if source else None
    return list(saved["items"]) if saved else []
