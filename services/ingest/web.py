"""Company web pages as a source: off unless a setting switches it on; asked for by their addresses, read by the workers."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from schemas.ingest import ImportStarted
from services.ingest.domain.errors import NotAPage
from services.ingest.domain.weburl import WebUrl, web_url
from services.ingest.handlers import IMPORT, add_import, register_source
from services.ingest.settings import IngestSettings
from services.ingest.store import imports as jobs
from services.ingest.store import web as store
from services.ingest.store.imports import Counts
from services.kit.errors import Conflict
from services.kit.events import Told, Work

SOURCE = "web"
OFF = "reading web pages is switched off: the Provider switches it on with SMARTLEADS_INGEST_WEB=true"
NOBODY = "SMARTLEADS_INGEST_WEB_CONTACT is not set: sites have to be told where to ask who reads them, by the address of a page"


def check(settings: IngestSettings) -> None:
    """Raises Conflict, saying which setting is missing."""
    if not settings.ingest_web:
        raise Conflict(OFF)
    if not settings.ingest_web_contact:
        raise Conflict(NOBODY)


def start_web_import(work: Work, workspace_id: UUID, import_id: UUID, asked: Sequence[str], most_per_site: int) -> list[Told]:
    """What is no address, and what is too much of one site, is refused at once; the workers read the rest."""
    source, told = register_source(work, workspace_id, SOURCE, SOURCE)
    pages, refused = sorted_out(asked, most_per_site)
    name = (pages[0][1].site if pages else asked[0][:100]) + (f" and {len(asked) - 1} more" if len(asked) > 1 else "")
    event = ImportStarted(
        import_id=import_id, source_id=source.source_id, source=source.name, file_name=name, mapping={}, mapping_version=0
    )
    add_import(work, workspace_id, event, "running", {"web": True})
    store.add_pages(work.connection, workspace_id, import_id, pages, linked=False)
    jobs.reject(work.connection, workspace_id, import_id, refused)
    store.count(work.connection, workspace_id, import_id, Counts(rows=len(refused), rejected=len(refused)))
    return [*told, Told(IMPORT, import_id, event, workspace_id)]


def sorted_out(asked: Sequence[str], most_per_site: int) -> tuple[list[tuple[int, WebUrl]], list[tuple[int, str, str]]]:
    """The pages, and what is refused: both by their places in what is asked, the first being 1."""
    pages: dict[WebUrl, int] = {}
    refused: list[tuple[int, str, str]] = []
    sites = Counter[str]()
    for place, text in enumerate(asked, 1):
        try:
            url = web_url(text)
        except NotAPage as error:
            refused.append((place, str(error), text))
            continue
        if url in pages:
            continue
        if sites[url.site] >= most_per_site:
            refused.append((place, f"at most {most_per_site} pages of one site are read", text))
            continue
        sites[url.site] += 1
        pages[url] = place
    return [(place, url) for url, place in pages.items()], refused
