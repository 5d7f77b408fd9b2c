"""Reading web pages, cut off in the middle: each page once, whatever the site says by then."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest

from schemas.envelope import Envelope
from services.ingest.crawling import MOST_TRIES
from services.ingest.store import web as store
from services.kit.database import run
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from tests.ingest_bed import make_bed
from tests.web_bed import WebBed, serving

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[WebBed]:
    bed = make_bed(module_settings)
    with serving() as web:
        yield WebBed(bed, web)
    bed.close()


@pytest.fixture
def bed(shared: WebBed) -> Iterator[WebBed]:
    """A workspace of its own; hosts are known from test to test, so each has its own too. Nothing is left to be read."""
    made = WebBed(replace(shared.bed, workspace_id=uuid4()), shared.web)
    yield made
    with made.bed.database.transaction() as connection:
        run(connection, "UPDATE imports SET state = 'failed' WHERE web AND state = 'running'")


@pytest.fixture
def host() -> str:
    return f"h{uuid4().hex[:10]}.test"


class Cut:
    """The real bus, of which the sender is cut off before it hears that the records have arrived."""

    def __init__(self, bed: WebBed) -> None:
        self._bus, self._left = bed.bed.bus, 1

    @contextmanager
    def publishing(self, records: Sequence[Envelope]) -> Iterator[None]:
        with self._bus.publishing(records):
            yield
        if self._left:
            self._left -= 1
            raise Unavailable("cut off after the broker had them")

    def close(self) -> None:
        self._bus.close()


def test_what_was_published_before_a_crash_is_published_again_the_same_although_the_site_has_changed(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", '<meta property="og:site_name" content="Acme">')
    import_id = bed.ask(bed.web.url(host))
    crawler = bed.crawler(Cut(bed))
    with pytest.raises(Unavailable):
        bed.work_off(import_id, crawler)
    assert bed.states(import_id) == ["fetched"]
    bed.web.put(host, "/", '<meta property="og:site_name" content="Umbrella">')
    bed.work_off(import_id)
    assert bed.bed.counts(import_id) == ("finished", 1, 1, 0, 0)
    published = bed.bed.published()
    assert len(published) == 2
    assert len({(envelope.event_id, body.digest) for envelope, body in published}) == 1


def test_another_worker_goes_on_where_one_died_over_a_request(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", "<title>x</title>")
    import_id = bed.ask(bed.web.url(host))
    dead = bed.crawler()
    with bed.bed.database.transaction() as connection:
        assert store.claim(connection, dead.me, bed.clock(), 0.0)
    bed.work_off(import_id)
    assert bed.bed.counts(import_id) == ("finished", 1, 1, 0, 0)


def test_a_page_over_which_workers_die_is_given_up(bed: WebBed, host: str) -> None:
    import_id = bed.ask(bed.web.url(host))
    with bed.bed.database.transaction() as connection:
        run(connection, "UPDATE web_pages SET tries = :n WHERE import_id = :i", n=MOST_TRIES, i=import_id)
    bed.work_off(import_id)
    assert "workers ended over it" in bed.refused(import_id)[0]
    assert bed.web.paths(host) == []
