"""Reading web pages, cut off in the middle: each page once, whatever the site says by then."""

from collections.abc import Iterator

import pytest

from services.ingest.crawling import MOST_TRIES
from services.ingest.store import web as store
from services.kit.database import run
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from tests.ingest_bed import Cut
from tests.web_bed import WebBed, new_host, running_web

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[WebBed]:
    with running_web(module_settings) as made:
        yield made


@pytest.fixture
def bed(shared: WebBed) -> Iterator[WebBed]:
    with shared.elsewhere() as made:
        yield made


@pytest.fixture
def host() -> str:
    return new_host()


def test_what_was_published_before_a_crash_is_published_again_the_same_although_the_site_has_changed(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", '<meta property="og:site_name" content="Acme">')
    import_id = bed.ask(bed.web.url(host))
    crawler = bed.crawler(Cut(bed.bed.bus, 1))
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
