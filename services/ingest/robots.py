"""What a site lets robots read (RFC 9309), asked once a day."""

import math
from dataclasses import dataclass
from datetime import timedelta

from protego import Protego

from services.ingest.domain.errors import NotAPage
from services.ingest.domain.weburl import WebUrl, web_url
from services.ingest.fetching import Answer, Fetcher

NAME = "SmartLeadsBot"
"""What robots.txt knows us by."""
MOST_REDIRECTS = 5
MOST_BYTES = 500 * 1024
"""Of robots.txt that are read: as many as the RFC demands."""
MOST_DELAY = 600.0
"""Seconds between requests. A site that asks for more is left alone, never read faster than it asks."""
GOOD_FOR, UNKNOWN_FOR = timedelta(hours=24), timedelta(hours=1)


@dataclass(frozen=True)
class Robots:
    """`fault`: why robots.txt could not be read; then nothing may be."""

    text: str
    fault: str | None = None

    @property
    def good_for(self) -> timedelta:
        return UNKNOWN_FOR if self.fault else GOOD_FOR

    def refusal(self, url: WebUrl) -> str | None:
        """Why this page may not be read; None if it may."""
        if self.fault:
            return f"its robots.txt could not be read, so nothing may be: {self.fault}"
        if not Protego.parse(self.text).can_fetch(str(url), NAME):
            return "its robots.txt does not let it be read"
        if (asked := self.asked_delay()) and asked > MOST_DELAY:
            return f"its robots.txt asks for {asked:,.0f} seconds between requests, which is longer than is waited"
        return None

    def delay(self, default: float) -> float:
        """Seconds to be kept between requests."""
        asked = None if self.fault else self.asked_delay()
        return default if asked is None else min(asked, MOST_DELAY)

    def asked_delay(self) -> float | None:
        asked = Protego.parse(self.text).crawl_delay(NAME)
        return asked if asked is not None and math.isfinite(asked) and asked >= 0 else None


def learn(fetcher: Fetcher, url: WebUrl) -> Robots:
    """The robots.txt of the site that `url` is on. What is not there forbids nothing; what does not answer, everything."""
    place = web_url("/robots.txt", url)
    try:
        for _ in range(MOST_REDIRECTS + 1):
            answer = fetcher.get(place, accept="text/plain,*/*;q=0.5")
            if not answer.location:
                return read(answer)
            place = web_url(answer.location, place)
    except NotAPage as error:
        return Robots("", str(error))
    # RFC 9309, 2.3.1.2: one that leads on and on may be taken as not there.
    return Robots("")


def read(answer: Answer) -> Robots:
    if answer.status == 200:
        return Robots(answer.body[:MOST_BYTES].decode("utf-8-sig", "replace").replace("\0", ""))
    if answer.status >= 500 or answer.status == 429:
        return Robots("", f"the server answers {answer.status}")
    return Robots("")
