"""Company web pages: read on somebody's word, and kept as they were, so that what a record says can be shown."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel, Field, StringConstraints

from services.ingest import web
from services.ingest.api.imports import ImportView, find, import_view
from services.ingest.domain.weburl import MOST_URL
from services.ingest.store import evidence
from services.ingest.store import imports as store
from services.kit.errors import NotFound
from services.kit.events import Told, Work
from services.kit.http import Ask, Desk, Page, Part, may

router = APIRouter()

MOST_URLS = 500
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_URL, pattern=r"^[^\x00-\x1f]+$")]


class ReadPages(Ask):
    urls: Annotated[list[Url], Field(min_length=1, max_length=MOST_URLS)]
    """`acme.com` or `https://acme.com/imprint`. Beside each, its site's imprint, contact, about and team pages are read."""


class EvidenceView(BaseModel):
    line: int
    """Of the import: the row of the record that was made of the page."""
    url: str
    fetched_at: datetime
    status: int
    headers: dict[str, str]
    sha256: str
    """Of the page as it came, unpacked."""
    size: int


class WebView(BaseModel):
    on: bool
    """Whether pages are read here at all; the Provider switches it on."""
    most_urls: int
    """That one call takes."""


@router.get("/sources/web")
def web_source(desk: Annotated[Desk, may("import.view")]) -> WebView:
    settings = desk.context.settings
    return WebView(on=bool(settings.ingest_web and settings.ingest_web_contact), most_urls=MOST_URLS)


@router.post("/sources/web", status_code=202)
def read_pages(ask: ReadPages, desk: Annotated[Desk, may("import.run")]) -> ImportView:
    """Begin to read these pages; GET the import to see how far it is. Refused unless the Provider has switched this source on."""
    settings, import_id = desk.context.settings, uuid4()
    web.check(settings)

    def start(work: Work) -> tuple[ImportView, list[Told]]:
        told = web.start_web_import(work, desk.workspace_id, import_id, ask.urls, settings.ingest_web_pages_per_site)
        return import_view(store.find(work.connection, desk.workspace_id, import_id)), told

    return desk.do(start)


@router.get("/imports/{import_id}/evidence")
def pages_kept(import_id: UUID, part: Annotated[Part, Depends()], desk: Annotated[Desk, may("import.view")]) -> Page[EvidenceView]:
    """The pages that were read, until they are erased."""
    find(desk, import_id)
    after = part.after(int)
    found = desk.read(lambda c: evidence.listed(c, desk.workspace_id, import_id, after[0] if after else 0, part.limit + 1))
    return part.page([EvidenceView(**row._asdict()) for row in found], lambda view: (view.line,))


@router.get("/imports/{import_id}/evidence/{line}", response_class=Response)
def page_as_it_was(import_id: UUID, line: int, desk: Annotated[Desk, may("import.view")]) -> Response:
    """To the byte, as a file of plain text: whatever is in it, no browser runs it here."""
    body = desk.read(partial(evidence.body_of, workspace_id=desk.workspace_id, import_id=import_id, line=line))
    if body is None:
        raise NotFound(f"there is no page kept for line {line} of import {import_id}")
    headers = {
        # Without a charset: it is the page's own.
        "Content-Type": "text/plain",
        "Content-Disposition": f'attachment; filename="page-{import_id}-{line}.txt"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(body, headers=headers)
