"""Whether a change comes from a page of ours.

A browser says where each request comes from. What says nothing is no browser, and no other site's page can make it use the
session of somebody who is logged in.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import Request

from services.kit.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OUR_SITES = frozenset({"same-origin", "none"})


def check_origin(method: str, headers: Mapping[str, str], gateway_url: str) -> None:
    """Raises Forbidden for a change asked by another site's page. `headers` by lower-case name, as Starlette has them."""
    if method.upper() in SAFE:
        return
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site")
    ours = {urlsplit(gateway_url).netloc, headers.get("x-forwarded-host") or headers.get("host")}
    if origin is not None and urlsplit(origin).netloc not in ours:
        raise Forbidden(f"a page of {origin} may not do this in your name")
    if origin is None and site is not None and site not in OUR_SITES:
        raise Forbidden("a page of another site may not do this in your name")


async def from_our_pages(request: Request) -> None:
    """For every route: what comes with a cookie comes from our pages. (A program's key or signature no page can send.)"""
    if "cookie" in request.headers:
        check_origin(request.method, request.headers, request.app.state.context.settings.gateway_url)
