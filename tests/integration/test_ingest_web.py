"""Company web pages on a real server: what is read, how politely, and what comes of it."""

from collections.abc import Iterator

import pytest

from services.ingest.store import evidence
from services.ingest.store import web as store
from services.kit.database import rows
from services.kit.settings import Settings
from tests import undo_bed
from tests.web_bed import WebBed, new_host, running_web

pytestmark = pytest.mark.engines

ACME = """<!doctype html><title>Welcome | Acme GmbH</title>
<script type="application/ld+json">{"@type": "LocalBusiness", "name": "Acme GmbH", "telephone": "+49 30 1234567",
 "address": {"@type": "PostalAddress", "streetAddress": "Hauptstr. 1", "postalCode": "10115", "addressLocality": "Berlin",
 "addressCountry": "DE"}, "sameAs": ["https://www.linkedin.com/company/acme/"]}</script>
<a href="/impressum">Impressum</a><a href="/blog">Blog</a><a href="kontakt.html">Kontakt</a>
<a href="http://elsewhere.test/contact">Contact</a><a href="mailto:info@acme.io">Write</a><a href="mailto:ann.lee@acme.io">Ann Lee</a>"""


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


def test_a_companys_pages_become_its_records_and_no_persons(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", ACME)
    bed.web.put(host, "/impressum", "<title>Impressum</title>Acme GmbH, post@acme.io, bob.ray@acme.io")
    bed.web.put(host, "/kontakt.html", "<title>Kontakt</title>")
    import_id = bed.read(bed.web.url(host))
    assert bed.bed.counts(import_id) == ("finished", 3, 3, 0, 0)
    said = {body.source_row_id: body for _, body in bed.bed.published()}
    assert set(said) == {bed.web.url(host, path) for path in ("/", "/impressum", "/kontakt.html")}
    home = said[bed.web.url(host)]
    assert (home.source, home.import_id, home.row) == ("web", import_id, 1)
    assert home.fields == {
        "company_name": "Acme GmbH",
        "company_website": bed.web.url(host),
        "phone": "+49 30 1234567",
        "email": "info@acme.io",
        "city": "Berlin",
        "country": "DE",
        "custom:street": "Hauptstr. 1",
        "custom:postal_code": "10115",
        "custom:company_linkedin": "https://www.linkedin.com/company/acme",
    }
    assert said[bed.web.url(host, "/impressum")].fields["email"] == "post@acme.io"
    assert not any("ann.lee" in str(body.fields) or "bob.ray" in str(body.fields) for body in said.values())


def test_every_request_says_who_asks_and_carries_no_cookie(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", ACME, set_cookie="a=b")
    bed.web.put(host, "/impressum", "x")
    bed.read(bed.web.url(host))
    for asked, _, headers in bed.web.asked:
        if asked == host:
            assert headers["User-Agent"] == "SmartLeadsBot/0.1 (+https://provider.example/bot)"
            assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_what_robots_txt_forbids_is_never_asked_for(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: smartleadsbot\nDisallow: /impressum\n")
    bed.web.put(host, "/", ACME)
    bed.web.put(host, "/kontakt.html", "x")
    import_id = bed.read(bed.web.url(host))
    assert bed.bed.counts(import_id) == ("finished", 3, 2, 0, 1)
    assert bed.refused(import_id) == ["its robots.txt does not let it be read"]
    assert bed.web.paths(host) == ["/robots.txt", "/", "/kontakt.html"]


@pytest.mark.parametrize(("status", "is_read"), [(404, True), (403, True), (500, False), (429, False)])
def test_a_robots_txt_that_is_not_there_forbids_nothing_and_one_that_fails_forbids_all(
    bed: WebBed, host: str, status: int, *, is_read: bool
) -> None:
    bed.web.put(host, "/robots.txt", "", status)
    bed.web.put(host, "/", "<title>x</title>")
    import_id = bed.read(bed.web.url(host))
    assert bed.bed.counts(import_id)[2] == int(is_read)
    assert ("/" in bed.web.paths(host)) is is_read


@pytest.mark.parametrize(("robots", "pause"), [("", 5), ("User-agent: *\nCrawl-delay: 30", 30)])
def test_one_host_is_left_in_peace_between_requests(bed: WebBed, host: str, robots: str, pause: int) -> None:
    bed.web.put(host, "/robots.txt", robots)
    bed.web.put(host, "/", "<title>x</title>")
    bed.ask(bed.web.url(host), bed.web.url(host, "/b"))
    one, other = bed.crawler(), bed.crawler()
    assert one.step() == 1
    assert bed.web.paths(host) == ["/robots.txt"]
    bed.clock.go(pause - 1)
    assert one.step() == other.step() == 0
    bed.clock.go(1)
    assert other.step() == 1
    assert bed.web.paths(host) == ["/robots.txt", "/"]
    one.step()  # takes the page in
    assert one.step() == 0
    assert len(bed.web.paths(host)) == 2


def test_a_site_that_asks_for_more_patience_than_there_is_is_not_read(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/robots.txt", "User-agent: *\nCrawl-delay: 86400")
    import_id = bed.ask(bed.web.url(host))
    crawler = bed.crawler()
    crawler.step()
    bed.clock.go(601)
    bed.work_off(import_id, crawler)
    assert "longer than is waited" in bed.refused(import_id)[0]
    assert bed.web.paths(host) == ["/robots.txt"]


def test_of_one_site_so_many_pages_are_read_and_no_more(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", ACME)
    bed.web.put(host, "/impressum", "x")
    import_id = bed.read(bed.web.url(host), ingest_web_pages_per_site=2)
    assert bed.web.paths(host) == ["/robots.txt", "/", "/impressum"]
    assert bed.bed.counts(import_id) == ("finished", 2, 2, 0, 0)
    other = bed.ask(*(bed.web.url(host, f"/{n}") for n in range(4)), most=3)
    assert bed.refused(other) == ["at most 3 pages of one site are read"]


def test_a_redirect_waits_its_turn_and_is_held_to_the_rules_of_where_it_leads(bed: WebBed, host: str) -> None:
    bed.web.lead(host, "/", f"http://www.{host}:{bed.web.port}/start")
    bed.web.put(f"www.{host}", "/robots.txt", "User-agent: *\nDisallow: /start")
    import_id = bed.read(bed.web.url(host))
    assert bed.refused(import_id) == ["its robots.txt does not let it be read"]
    assert bed.web.paths(f"www.{host}") == ["/robots.txt"]


def test_redirects_without_an_end_are_given_up(bed: WebBed, host: str) -> None:
    bed.web.lead(host, "/", "/")
    import_id = bed.read(bed.web.url(host))
    assert bed.refused(import_id) == ["it leads on more than 5 times"]
    assert bed.web.paths(host).count("/") == 6


def test_a_redirect_to_a_private_address_is_refused_before_anything_is_sent(bed: WebBed, host: str) -> None:
    inner = f"inner-{host}"
    bed.web.names[inner] = ["10.0.0.7"]
    bed.web.lead(host, "/a", f"http://{inner}/latest/meta-data")
    bed.web.lead(host, "/b", "http://169.254.169.254/latest/meta-data")
    bed.web.names["169.254.169.254"] = ["169.254.169.254"]
    bed.web.lead(host, "/c", "file:///etc/passwd")
    import_id = bed.read(*(bed.web.url(host, path) for path in ("/a", "/b", "/c")))
    said = "\n".join(bed.refused(import_id))
    assert said.count("is not on the public internet") == 2
    assert "only http and https are read" in said
    assert bed.web.paths(inner) == []


def test_addresses_that_are_none_are_refused_rows_with_their_places(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", "<title>x</title>")
    import_id = bed.read("ftp://acme.io", bed.web.url(host), "https://ann:pw@acme.io", "http://localhost/", "not one")
    assert bed.bed.counts(import_id) == ("finished", 5, 1, 0, 4)
    with bed.bed.database.transaction() as connection:
        lines = rows(connection, "SELECT line FROM rejected_rows WHERE import_id = :i ORDER BY line", i=import_id)
    assert [row.line for row in lines] == [1, 3, 4, 5]


def test_an_import_of_nothing_that_can_be_read_ends(bed: WebBed) -> None:
    assert bed.bed.counts(bed.read("not one")) == ("finished", 1, 0, 0, 1)


def test_the_same_page_again_is_unchanged_and_another_says_something_new(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", "<title>x</title>")
    bed.read(bed.web.url(host))
    assert bed.bed.counts(bed.read(bed.web.url(host))) == ("finished", 1, 0, 1, 0)
    bed.web.put(host, "/", '<meta property="og:site_name" content="Other">')
    assert bed.bed.counts(bed.read(bed.web.url(host))) == ("finished", 1, 1, 0, 0)


def test_a_running_one_that_is_undone_is_stopped_and_taken_back(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", ACME)
    import_id = bed.ask(bed.web.url(host))
    crawler = bed.crawler()
    while bed.bed.counts(import_id)[1] == 0:
        if not crawler.step():
            bed.clock.go(1)
    undo_bed.ask(bed.bed, import_id)
    crawler.step()
    undo_bed.work_off(bed.bed)
    assert undo_bed.counts(bed.bed, import_id) == ("undone", 1, 0, 0)
    assert bed.web.paths(host) == ["/robots.txt", "/"]


def test_switched_off_it_asks_nobody_and_ends_what_was_begun(bed: WebBed, host: str) -> None:
    import_id = bed.ask(bed.web.url(host))
    crawler = bed.crawler(ingest_web=False)
    bed.work_off(import_id, crawler)
    assert bed.bed.counts(import_id)[0] == "failed"
    assert bed.web.paths(host) == []
    assert bed.states(import_id) == ["refused"]


def test_what_is_known_of_hosts_is_forgotten_when_nobody_asks_for_it(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", "<title>x</title>")
    bed.read(bed.web.url(host))
    bed.clock.go(2 * 86400)
    with bed.bed.database.transaction() as connection:
        store.sweep(connection, bed.clock())
        assert not rows(connection, "SELECT 1 FROM web_hosts WHERE host = :h", h=host)
        assert not rows(connection, "SELECT 1 FROM web_robots WHERE origin = :o", o=bed.web.url(host, ""))


def test_files_are_imported_while_pages_wait(bed: WebBed, host: str) -> None:
    bed.ask(bed.web.url(host))
    import_id = bed.bed.upload(b"Name,Mail\nAnn Lee,ann@acme.com\n")
    bed.bed.work_off()
    assert bed.bed.counts(import_id)[0] == "finished"


def test_a_site_that_wants_a_rest_gets_it(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", "", 503, retry_after="120")
    bed.web.put(host, "/b", "<title>x</title>")
    import_id = bed.ask(bed.web.url(host), bed.web.url(host, "/b"))
    crawler = bed.crawler()
    crawler.step()
    bed.clock.go(5)
    crawler.step()
    bed.clock.go(119)
    assert crawler.step() == 0
    bed.work_off(import_id, crawler)
    assert bed.refused(import_id) == ["the server answers 503"]
    assert bed.web.paths(host) == ["/robots.txt", "/", "/b"]


def test_what_a_server_says_is_kept_whatever_it_holds(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", "<title>x</title>", etag='"\\u0000\0"')
    bed.web.put(host, "/b", "x", content_type="te\0xt/css")
    import_id = bed.read(bed.web.url(host), bed.web.url(host, "/b"))
    assert bed.refused(import_id) == ["it is no page but te\ufffdxt/css"]
    with bed.bed.database.transaction() as connection:
        [kept] = evidence.listed(connection, bed.bed.workspace_id, import_id, 0, 10)
    assert kept.headers["etag"] == '"\\u0000\ufffd"'


def test_evidence_is_erased_after_its_days(bed: WebBed, host: str) -> None:
    bed.web.put(host, "/", ACME)
    import_id = bed.read(bed.web.url(host), ingest_web_pages_per_site=1)
    with bed.bed.database.transaction() as connection:
        assert evidence.body_of(connection, bed.bed.workspace_id, import_id, 1) == ACME.encode()
        bed.clock.go(89 * 86400)
        evidence.forget(connection, bed.clock(), 90)
        assert evidence.body_of(connection, bed.bed.workspace_id, import_id, 1)
        bed.clock.go(2 * 86400)
        evidence.forget(connection, bed.clock(), 90)
        assert evidence.body_of(connection, bed.bed.workspace_id, import_id, 1) is None
