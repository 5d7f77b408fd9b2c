"""Web addresses as people and pages write them, in one form."""

from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from services.ingest.domain.errors import NotAPage

MOST_URL = 2000
PORTS = {"http": 80, "https": 443}
_kept = "%/:@!$&'()*+,;=-._~"


@dataclass(frozen=True)
class WebUrl:
    """`target` is what is asked of the server: path and query. Without a fragment, and without anybody's credentials."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == PORTS[self.scheme] else f":{self.port}")

    @property
    def has_usual_port(self) -> bool:
        return self.port in PORTS.values()

    @property
    def site(self) -> str:
        """What its pages have in common, with `www.` or without."""
        return self.host.removeprefix("www.")

    def __str__(self) -> str:
        return self.origin + self.target


def web_url(text: str, base: WebUrl | None = None) -> WebUrl:
    """`acme.com`, `https://acme.com/about`, or what a page at `base` links to. Raises NotAPage."""
    text = text.strip()
    if len(text) > MOST_URL or not text or not text.isprintable() or " " in text or "\\" in text:
        raise NotAPage("this is no web address")
    try:
        parts = urlsplit(urljoin(str(base), text) if base else text if "://" in text else f"https://{text}")
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise NotAPage("this is no web address") from error
    if parts.scheme not in PORTS:
        raise NotAPage("only http and https are read")
    if parts.username is not None or parts.password is not None:
        raise NotAPage("it holds a user's name or password, which is never sent")
    query = f"?{quote(parts.query, safe=_kept + '?')}" if parts.query else ""
    target = (quote(parts.path, safe=_kept) or "/") + query
    return WebUrl(parts.scheme, plain_host(host), PORTS[parts.scheme] if port is None else port, target)


def plain_host(host: str) -> str:
    """In ASCII and lower case. Raises NotAPage for names that are nobody's on the internet (`localhost`, `intranet`)."""
    if ":" in host:
        return host
    try:
        made = host.rstrip(".").encode("idna").decode().lower()
    except UnicodeError as error:
        raise NotAPage("its host's name cannot be one") from error
    if "." not in made or not all(c.isalnum() or c in "-._" for c in made):
        raise NotAPage("its host is no name of the internet")
    return made
