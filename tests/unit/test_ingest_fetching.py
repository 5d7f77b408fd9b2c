"""One request, on a real server: what is refused, before it is sent and after."""

import gzip
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.ingest.domain.errors import NotAPage
from services.ingest.domain.weburl import web_url
from services.ingest.fetching import Fetcher
from tests.web_bed import HERE, Web, serving


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serving() as made:
        yield made


def fetcher(web: Web, seconds: float = 5, most: int = 10_000, **more: Any) -> Fetcher:
    return Fetcher("Bot", seconds, most, more.pop("resolve", web.resolve), more.pop("test_address", HERE), **more)


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, ssl.SSLContext]]:
    """Of `good.test`, and whom its clients have to trust for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "good.test")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("good.test")]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(private + pem)
    with serving() as web:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        web.server.socket = context.wrap_socket(web.server.socket, server_side=True, do_handshake_on_connect=False)
        web.put("good.test", "/", "hello")
        yield web.port, ssl.create_default_context(cadata=pem.decode())


def refusal(it: Fetcher, url: str) -> str:
    with pytest.raises(NotAPage) as refused:
        it.get(web_url(url))
    return str(refused.value)


def test_a_page_comes_as_it_is_packed_or_not(web: Web) -> None:
    web.put("a.test", "/", "hello")
    web.put("a.test", "/z", gzip.compress(b"hello"), content_encoding="gzip")
    for path in ("/", "/z"):
        answer = fetcher(web).get(web_url(web.url("a.test", path)))
        assert (answer.status, answer.body, answer.charset, answer.content_type) == (200, b"hello", "utf-8", "text/html")


def test_a_page_that_is_too_large_is_refused_by_what_it_says_and_by_what_it_is(web: Web) -> None:
    web.put("a.test", "/large", b"x" * 10_001)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"x" * 50_000)

    web.pages["a.test", "/endless"] = endless
    for path in ("/large", "/endless"):
        assert refusal(fetcher(web), web.url("a.test", path)) == "the page has more than 10,000 bytes"


def test_a_gzip_bomb_is_refused_and_so_is_what_is_broken(web: Web) -> None:
    web.put("a.test", "/bomb", gzip.compress(b"0" * 5_000_000), content_encoding="gzip")
    web.put("a.test", "/cut", gzip.compress(b"hello" * 100)[:-9], content_encoding="gzip")
    web.put("a.test", "/none", b"hello", content_encoding="gzip")
    web.put("a.test", "/br", b"hello", content_encoding="br")
    assert "more than 10,000 bytes" in refusal(fetcher(web), web.url("a.test", "/bomb"))
    assert "its end is missing" in refusal(fetcher(web), web.url("a.test", "/cut"))
    assert "cannot be unpacked" in refusal(fetcher(web), web.url("a.test", "/none"))
    assert "'br', which was not asked for" in refusal(fetcher(web), web.url("a.test", "/br"))


@pytest.mark.parametrize("where", ["head", "body"])
def test_one_that_sends_a_byte_now_and_then_is_cut_off(web: Web, where: str) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"X: " if where == "head" else b"Content-Length: 900\r\n\r\n"))
        for _ in range(40):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    web.pages["a.test", f"/{where}"] = drip
    begun = time.monotonic()
    assert "took too long" in refusal(fetcher(web, seconds=0.5), web.url("a.test", f"/{where}"))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("sent", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"])
def test_answers_that_are_none_are_refused(web: Web, sent: bytes) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(sent)

    web.pages["a.test", "/odd"] = answer
    assert refusal(fetcher(web), web.url("a.test", "/odd"))


def test_only_what_is_public_is_connected_to(web: Web) -> None:
    before = len(web.asked)
    names = {"in.test": ["10.1.1.1"], "both.test": ["93.184.216.34", "127.0.0.1"], "none.test": [], "mapped.test": ["::ffff:127.0.0.1"]}
    it = fetcher(web, resolve=lambda host, _: names[host], test_address=None)
    assert "not on the public internet" in refusal(it, "http://in.test/")
    assert "not on the public internet" in refusal(it, f"http://both.test:{web.port}/")
    assert "not on the public internet" in refusal(it, f"http://mapped.test:{web.port}/")
    assert "has no address" in refusal(it, "http://none.test/")
    assert "not on the public internet" in refusal(fetcher(web, test_address=None), web.url("a.test"))
    assert len(web.asked) == before


def test_odd_ports_are_refused() -> None:
    it = Fetcher("Bot", 1, 1, lambda *_: ["93.184.216.34"])
    assert "port 6379 is none of the web's" in refusal(it, "http://acme.io:6379/")


def test_a_name_that_changes_its_address_is_looked_up_once_and_held_to_it(web: Web) -> None:
    """DNS rebinding: public when it is checked, private when it is connected to."""
    answers = iter([[HERE], ["10.0.0.1"]])
    web.put("re.test", "/", "hello")
    it = fetcher(web, resolve=lambda *_: next(answers))
    assert it.get(web_url(web.url("re.test"))).body == b"hello"
    assert "not on the public internet" in refusal(it, web.url("re.test"))


def test_no_proxy_of_the_environment_is_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{HERE}:1")
    web.put("a.test", "/", "hello")
    assert fetcher(web).get(web_url(web.url("a.test"))).body == b"hello"


def test_names_that_are_nobodys_and_servers_that_are_not_there_are_told_apart(web: Web) -> None:
    def unknown(_: str, __: int) -> list[str]:
        raise socket.gaierror

    assert refusal(fetcher(web, resolve=unknown), "http://nobody.test/") == "there is no host nobody.test"
    with socket.create_server((HERE, 0)) as free:
        port = free.getsockname()[1]
    assert "ConnectionRefusedError" in refusal(fetcher(web), f"http://a.test:{port}/")


def test_over_tls_the_certificate_has_to_be_the_hosts(tls_server: tuple[int, ssl.SSLContext]) -> None:
    port, trusting = tls_server
    it = Fetcher("Bot", 5, 1000, lambda *_: [HERE], HERE, trusting)
    assert it.get(web_url(f"https://good.test:{port}/")).body == b"hello"
    assert "cannot prove that it is bad.test" in refusal(it, f"https://bad.test:{port}/")
    stranger = Fetcher("Bot", 5, 1000, lambda *_: [HERE], HERE)
    assert "cannot prove that it is good.test" in refusal(stranger, f"https://good.test:{port}/")
