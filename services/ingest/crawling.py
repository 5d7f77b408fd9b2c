"""Reading web pages, one request at a step. A page is fetched and kept first, and taken in from what was kept: so a second try after a
crash tells what the first one told, whatever the site says by then.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from schemas.ingest import ImportFailed, ImportFinished
from services.ingest.domain.errors import NotAPage
from services.ingest.domain.page import company_of, linked_pages
from services.ingest.domain.records import Draft, read_pushed
from services.ingest.domain.weburl import WebUrl, web_url
from services.ingest.fetching import Answer, Fetcher
from services.ingest.formats.html import read_page
from services.ingest.handlers import counted, end_import, finished
from services.ingest.intake import Origin, identified, take_in
from services.ingest.ports import RecordBus
from services.ingest.robots import MOST_REDIRECTS, NAME, Robots, learn
from services.ingest.settings import IngestSettings
from services.ingest.store import evidence, imports
from services.ingest.store import web as store
from services.ingest.store.evidence import Evidence
from services.ingest.store.imports import Counts
from services.ingest.store.records import lock_source
from services.ingest.store.web import Ending, Fetched, Visit
from services.ingest.web import OFF
from services.kit import log
from services.kit.clock import Clock
from services.kit.codec import Codec
from services.kit.database import Database
from services.kit.errors import Unavailable
from services.kit.events import Work

PAGES = frozenset({"text/html", "application/xhtml+xml"})
MOST_TRIES = 3
"""Workers that died over one request before its page is given up."""
MOST_PAUSE = 3600.0
"""Seconds that a site may ask us to stay away by Retry-After."""
ACTOR = "service:ingest"
ONE_REJECTED = Counts(rows=1, rejected=1)


def fetcher_of(settings: IngestSettings) -> Fetcher:
    agent = f"{NAME}/0.1 (+{settings.ingest_web_contact})"
    seconds, most = settings.ingest_web_page_seconds, settings.ingest_web_most_page_bytes
    return Fetcher(agent, seconds, most, test_address=settings.ingest_web_test_address)


@dataclass(frozen=True)
class Found:
    """A page as it came, what it says of its company, and which pages of the site are to be read beside it."""

    url: WebUrl
    answer: Answer
    fields: dict[str, str]
    links: list[WebUrl]


@dataclass(frozen=True)
class Crawler:
    """Any number may run; each request is one crawler's, and each host's pages wait for one another. `real_time` is what pauses go by."""

    database: Database
    codec: Codec
    clock: Clock
    bus: RecordBus
    fetcher: Fetcher
    settings: IngestSettings
    real_time: Callable[[], datetime]
    me: UUID = field(default_factory=uuid4)

    @property
    def is_on(self) -> bool:
        return self.settings.ingest_web and bool(self.settings.ingest_web_contact)

    def step(self) -> int:
        """Take in a page, or end an import, or make a request; returns 1, or 0 if there is nothing to do now."""
        return self._take_in() or self._end() or (self._ask() if self.is_on else 0)

    def close(self) -> None:
        self.bus.close()

    def _ask(self) -> int:
        # Held for longer than all that one step may ask for: robots.txt with its redirects, or one page.
        seconds = self.settings.ingest_lease_seconds + self.settings.ingest_web_page_seconds * (MOST_REDIRECTS + 1)
        with self.database.transaction() as connection:
            visit = store.claim(connection, self.me, self.real_time(), seconds)
        if visit is None:
            return 0
        with log.correlated(visit.correlation_id):
            try:
                self._visit(visit)
            except NotAPage as refused:
                self._refuse(visit, str(refused))
        return 1

    def _visit(self, visit: Visit) -> None:
        """Raises NotAPage before anything is asked."""
        if visit.tries > MOST_TRIES:
            raise NotAPage(f"{visit.tries - 1} workers ended over it: tell the Provider")
        url = web_url(visit.url)
        with self.database.transaction() as connection:
            known = store.robots_of(connection, url.origin, self.real_time())
        if known is None:
            self._learn(visit, url)
            return
        robots = Robots(known.text, known.fault)
        if refusal := robots.refusal(url):
            raise NotAPage(refusal)
        delay = robots.delay(self.settings.ingest_web_delay_seconds)
        try:
            answer = self.fetcher.get(url)
            self._answered(visit, url, answer, delay)
        except NotAPage as refused:
            self._refuse(visit, str(refused), delay)

    def _learn(self, visit: Visit, url: WebUrl) -> None:
        robots = learn(self.fetcher, url)
        now = self.real_time()
        with self.database.transaction() as connection:
            store.keep_robots(connection, url.origin, robots.text, robots.fault, now + robots.good_for)
            store.release(connection, visit, self.me, now + timedelta(seconds=robots.delay(self.settings.ingest_web_delay_seconds)))

    def _answered(self, visit: Visit, url: WebUrl, answer: Answer, delay: float) -> None:
        """Raises NotAPage for what is none."""
        if answer.location:
            if visit.hops >= MOST_REDIRECTS:
                raise NotAPage(f"it leads on more than {MOST_REDIRECTS} times")
            self._move(visit, web_url(answer.location, url), delay)
            return
        if answer.status != 200:
            self._refuse(visit, f"the server answers {answer.status}", max(delay, pause_of(answer)))
            return
        if answer.content_type not in PAGES:
            raise NotAPage(f"it is no page but {answer.content_type[:100] or 'something that does not say what it is'}")
        page = read_page(answer.body, answer.charset)
        fields, links = company_of(page, url), [] if visit.linked else linked_pages(page, url)
        self._keep(visit, Found(url, answer, fields, links), delay)

    def _free_at(self, delay: float) -> datetime:
        return self.real_time() + timedelta(seconds=delay)

    def _move(self, visit: Visit, to: WebUrl, delay: float) -> None:
        """A request of its own, at its host's turn and by that host's rules."""
        with self.database.transaction() as connection:
            self._held(store.release(connection, visit, self.me, self._free_at(delay)), visit)
            store.move(connection, visit, to)

    def _keep(self, visit: Visit, page: Found, delay: float) -> None:
        now = self.real_time()
        with self.database.transaction() as connection:
            self._held(store.release(connection, visit, self.me, self._free_at(delay)), visit)
            if not store.lock_running(connection, visit.workspace_id, visit.import_id):
                return
            evidence.keep(connection, visit, Evidence(str(page.url), now, page.answer.status, page.answer.headers, page.answer.body))
            store.settle(connection, visit, "fetched", page.fields)
            room = store.room_at(connection, visit.workspace_id, visit.import_id, page.url.site, self.settings.ingest_web_pages_per_site)
            if links := page.links[:room]:
                first = store.next_line(connection, visit.workspace_id, visit.import_id)
                store.add_pages(connection, visit.workspace_id, visit.import_id, enumerate(links, first), linked=True)

    def _refuse(self, visit: Visit, reason: str, delay: float | None = None) -> None:
        """`delay`: None if nothing was asked of the host."""
        with self.database.transaction() as connection:
            free_at = None if delay is None else self._free_at(delay)
            self._held(store.release(connection, visit, self.me, free_at), visit)
            if store.lock_running(connection, visit.workspace_id, visit.import_id):
                store.settle(connection, visit, "refused")
                imports.reject(connection, visit.workspace_id, visit.import_id, [(visit.line, reason, visit.url)])
                store.count(connection, visit.workspace_id, visit.import_id, ONE_REJECTED)

    def _held(self, held: bool, visit: Visit) -> None:
        if not held:
            raise Unavailable(f"another worker has taken over {visit.host}")

    def _take_in(self) -> int:
        with self.database.transaction() as connection:
            page = store.fetched(connection)
            if page is None:
                return 0
            with log.correlated(page.correlation_id):
                work = Work(connection, self.codec, self.clock(), ACTOR, page.correlation_id)
                lock_source(connection, page.source_id)
                counts = self._record(work, page)
                store.settle(connection, page, "done")
                store.count(connection, page.workspace_id, page.import_id, counts)
        return 1

    def _record(self, work: Work, page: Fetched) -> Counts:
        read = read_pushed(page.url, page.fields, "UTC", page.asked_at)
        if not isinstance(read, Draft):
            imports.reject(work.connection, page.workspace_id, page.import_id, [(page.line, read.reason, page.url)])
            return ONE_REJECTED
        origin = Origin(page.workspace_id, page.source_id, page.source, page.import_id, 0, page.asked_at)
        taken = take_in(work, self.bus, origin, identified(page.source_id, [(page.line, read)]))
        return counted((each.outcome for each in taken), 0)

    def _end(self) -> int:
        with self.database.transaction() as connection:
            ending = store.to_end(connection, off=not self.is_on)
            if ending is None:
                return 0
            work = Work(connection, self.codec, self.clock(), ACTOR, ending.correlation_id)
            work.append(end_import(work, ending.workspace_id, self._event(ending)))
            store.let_go(connection, ending)
        return 1

    def _event(self, ending: Ending) -> ImportFinished | ImportFailed:
        if not ending.waiting:
            return finished(ending.import_id, ending.source_id, ending.counts)
        why = "it is to be undone" if self.is_on else OFF
        reason = f"stopped with {ending.waiting} pages not read, as {why}"
        return ImportFailed(import_id=ending.import_id, source_id=ending.source_id, reason=reason)


def pause_of(answer: Answer) -> float:
    """Seconds that the server asks us to stay away; its other form, a date, is rare and not read."""
    said = answer.headers.get("retry-after", "").strip()
    return min(float(said), MOST_PAUSE) if said.isascii() and said.isdigit() and len(said) < 10 else 0.0
