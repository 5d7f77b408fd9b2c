"""A web of our own on 127.0.0.1, for those who read it: hosts by name, robots.txt, and pages that behave badly."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

from services.ingest import web
from services.ingest.crawling import Crawler, fetcher_of
from services.ingest.fetching import Fetcher
from services.ingest.ports import RecordBus
from services.ingest.settings import IngestSettings
from services.ingest.store import imports
from services.kit.database import rows, run
from services.kit.settings import Settings
from tests.builders import MONDAY, work_on
from tests.ingest_bed import Bed, make_bed

HERE = "127.0.0.1"
ON: dict[str, Any] = {"ingest_web": True, "ingest_web_contact": "https://provider.example/bot", "ingest_web_test_address": HERE}
Answering = Callable[[BaseHTTPRequestHandler], None]


class Timed:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Web:
    """What is answered at which host and path; and what was asked, in order: host, path, headers."""

    server: ThreadingHTTPServer
    pages: dict[tuple[str, str], Answering] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(lambda: [HERE]))

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def put(self, host: str, path: str, body: bytes | str, status: int = 200, **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        kept = {"content-type": "text/html; charset=utf-8"} | {name.replace("_", "-"): value for name, value in headers.items()}

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in {**kept, "content-length": str(len(content))}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(content)

        self.pages[host, path] = answer

    def lead(self, host: str, path: str, to: str) -> None:
        self.put(host, path, b"", 302, location=to)

    def resolve(self, host: str, _: int) -> Sequence[str]:
        return self.names[host]

    def paths(self, host: str) -> list[str]:
        return [path for asked, path, _ in self.asked if asked == host]


@contextmanager
def serving() -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            it.asked.append((host, self.path, dict(self.headers)))
            if answer := it.pages.get((host, self.path)):
                answer(self)
            else:
                self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """Nowhere."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Whoever asks may go away."""

    server = Server((HERE, 0), Handler)
    it = Web(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def new_host() -> str:
    """Hosts are known from test to test, so each test has its own."""
    return f"h{uuid4().hex[:10]}.test"


@contextmanager
def running_web(settings: Settings) -> Iterator["WebBed"]:
    bed = make_bed(settings)
    try:
        with serving() as web:
            yield WebBed(bed, web)
    finally:
        bed.close()


@dataclass
class WebBed:
    """A worker that reads our web, by a clock of its own."""

    bed: Bed
    web: Web
    clock: Timed = field(default_factory=Timed)

    @contextmanager
    def elsewhere(self) -> Iterator["WebBed"]:
        """In a workspace of its own. Nothing is left to be read."""
        yield WebBed(replace(self.bed, workspace_id=uuid4()), self.web)
        with self.bed.database.transaction() as connection:
            run(connection, "UPDATE imports SET state = 'failed' WHERE web AND state = 'running'")

    def settings(self, **more: Any) -> IngestSettings:
        return self.bed.settings.model_copy(update=ON | more)

    def fetcher(self, **more: Any) -> Fetcher:
        made = fetcher_of(self.settings(**more))
        return Fetcher(made.agent, made.seconds, made.most_bytes, self.web.resolve, made.test_address)

    def crawler(self, bus: RecordBus | None = None, **more: Any) -> Crawler:
        settings = self.settings(**more)
        return Crawler(self.bed.database, self.bed.codec, lambda: MONDAY, bus or self.bed.bus, self.fetcher(**more), settings, self.clock)

    def ask(self, *urls: str, most: int = 5) -> UUID:
        import_id = uuid4()
        with self.bed.database.transaction() as connection:
            work = work_on(connection, self.bed.codec, self.clock())
            work.append(web.start_web_import(work, self.bed.workspace_id, import_id, urls, most))
        return import_id

    def work_off(self, import_id: UUID, crawler: Crawler | None = None) -> None:
        """To its end, the clock moving whenever there is nothing to do."""
        crawler = crawler or self.crawler()
        for _ in range(500):
            if self.bed.counts(import_id)[0] != "running":
                return
            if not crawler.step():
                self.clock.go(1)
        raise AssertionError("the import does not end")

    def read(self, *urls: str, **settings: Any) -> UUID:
        import_id = self.ask(*urls)
        self.work_off(import_id, self.crawler(**settings))
        return import_id

    def refused(self, import_id: UUID) -> list[str]:
        with self.bed.database.transaction() as connection:
            return [row.reason for row in imports.rejected(connection, self.bed.workspace_id, import_id, 0, 1000)]

    def states(self, import_id: UUID) -> list[str]:
        with self.bed.database.transaction() as connection:
            found = rows(connection, "SELECT state FROM web_pages WHERE import_id = :i ORDER BY line", i=import_id)
        return [row.state for row in found]
