"""One request for one page: to the very address that was resolved and checked, within limits of time and size, as nobody in particular."""

import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse

from services.ingest.domain.errors import NotAPage
from services.ingest.domain.networks import is_public
from services.ingest.domain.weburl import WebUrl

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → addresses. Raises OSError."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CONNECT_SECONDS = 10.0
HEADERS = ("content-type", "content-language", "last-modified", "etag", "location", "retry-after", "server")
"""Those that matter: kept, in this order."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def location(self) -> str | None:
        return self.headers.get("location") if self.status in REDIRECTS else None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").split(";", 1)[0].strip().lower()

    @property
    def charset(self) -> str | None:
        _, found, rest = self.headers.get("content-type", "").lower().partition("charset=")
        return rest.split(";", 1)[0].strip("\"' ") if found else None


def resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Pinned(HTTPConnection):
    """Connects to `address`, whatever the host's name leads to by now; its certificate has to be the host's."""

    def __init__(self, url: WebUrl, address: str, seconds: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(url.host, url.port, timeout=seconds)
        self.default_port = 443 if tls else 80
        self._address, self._tls, self.cut_off = address, tls, False

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), min(CONNECT_SECONDS, self.timeout or CONNECT_SECONDS))
        self.sock.settimeout(self.timeout)
        if self._tls:
            # In two steps, so that the watch can cut off a handshake too.
            self.sock = wrapped = self._tls.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            wrapped.do_handshake()

    def cut(self) -> None:
        self.cut_off = True
        if self.sock:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Fetcher:
    """`test_address`: the one address that is let through although it is not public, with any port. Never set outside of tests."""

    agent: str
    seconds: float
    most_bytes: int
    resolve: Resolve = resolve
    test_address: str | None = None
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def get(self, url: WebUrl, accept: str = "text/html,application/xhtml+xml;q=0.9") -> Answer:
        """What is there; a redirect is not followed. Raises NotAPage."""
        with answering(url):
            connection = Pinned(url, self._checked(url), self.seconds, self.tls if url.scheme == "https" else None)
            with watched(connection, self.seconds):
                headers = {"User-Agent": self.agent, "Accept": accept, "Accept-Encoding": "gzip", "Connection": "close"}
                connection.request("GET", url.target, headers=headers)
                response = connection.getresponse()
                kept = {name: value for name in HEADERS if (value := response.headers.get(name))}
                # Of what is no page, the status says all there is to know.
                return Answer(response.status, kept, self._body(response) if response.status == 200 else b"")

    def _checked(self, url: WebUrl) -> str:
        """The address to connect to. All that the name leads to have to be public: a name that mixes them is up to something."""
        addresses = self.resolve(url.host, url.port)
        if not addresses:
            raise NotAPage(f"{url.host} has no address")
        if self.test_address and set(addresses) == {self.test_address}:
            return addresses[0]
        if not all(map(is_public, addresses)):
            raise NotAPage(f"{url.host} is not on the public internet")
        if not url.has_usual_port:
            raise NotAPage(f"port {url.port} is none of the web's: 80 and 443 are read")
        return addresses[0]

    def _body(self, response: HTTPResponse) -> bytes:
        if (response.length or 0) > self.most_bytes:
            raise self._too_large()
        packing = response.headers.get("content-encoding", "identity").strip().lower()
        raw = response.read(self.most_bytes + 1)
        if len(raw) > self.most_bytes:
            raise self._too_large()
        if response.length:
            raise NotAPage("the connection ended in the middle of the page")
        if packing in {"identity", ""}:
            return raw
        if packing not in {"gzip", "x-gzip"}:
            raise NotAPage(f"it comes packed as {packing[:20]!r}, which was not asked for")
        return self._unpacked(raw)

    def _unpacked(self, raw: bytes) -> bytes:
        unpacking = zlib.decompressobj(wbits=31)
        try:
            body = unpacking.decompress(raw, self.most_bytes + 1)
        except zlib.error as error:
            raise NotAPage("it comes packed with gzip, and cannot be unpacked") from error
        if len(body) > self.most_bytes:
            raise self._too_large()
        if not unpacking.eof:
            raise NotAPage("it comes packed with gzip, and its end is missing")
        return body

    def _too_large(self) -> NotAPage:
        return NotAPage(f"the page has more than {self.most_bytes:,} bytes")


@contextmanager
def watched(connection: Pinned, seconds: float) -> Iterator[None]:
    """A timeout of its own for the whole: one byte now and then keeps each single read from ever timing out."""
    watch = threading.Timer(seconds, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    except (OSError, HTTPException, NotAPage) as error:
        if connection.cut_off:
            raise TimeoutError from error
        raise
    finally:
        watch.cancel()
        connection.close()
    if connection.cut_off:
        raise TimeoutError


@contextmanager
def answering(url: WebUrl) -> Iterator[None]:
    """Faults of the network as reasons for people."""
    try:
        yield
    except ssl.SSLError as error:
        raise NotAPage(f"{url.host} cannot prove that it is {url.host}: {getattr(error, 'verify_message', '') or error.reason}") from error
    except TimeoutError as error:
        raise NotAPage(f"{url.host} took too long to answer") from error
    except socket.gaierror as error:
        raise NotAPage(f"there is no host {url.host}") from error
    except (OSError, HTTPException, UnicodeError) as error:
        raise NotAPage(f"{url.host} could not be read: {type(error).__name__}") from error
