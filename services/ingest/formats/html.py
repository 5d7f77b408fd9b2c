"""A page's markup, however broken, read by an HTML5 parser."""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from services.ingest.domain.page import Link, Page
from services.ingest.domain.values import tidy

MOST_LINKS = 5000
MOST_TEXT = 500_000
_charset = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{2,40})", re.IGNORECASE)
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def read_page(body: bytes, charset: str | None = None) -> Page:
    """`charset`: as the server says. Never fails: what cannot be understood is not there."""
    tree = LexborHTMLParser(decoded(body, charset).replace("\0", ""))
    things = [thing for script in tree.css('script[type="application/ld+json"]') for thing in things_in(script.text())]
    title = tree.css_first("title")
    metas: dict[str, str] = {}
    for meta in tree.css("meta"):
        name, content = meta.attributes.get("property") or meta.attributes.get("name"), meta.attributes.get("content")
        if name and content:
            metas.setdefault(name.lower(), content)
    links = [Link((a.attributes.get("href") or "").strip(), tidy(a.text())) for a in tree.css("a[href]")[:MOST_LINKS]]
    for tag in ("script", "style", "noscript", "template"):
        for node in tree.css(tag):
            node.decompose()
    text = tree.body.text(separator=" ")[:MOST_TEXT] if tree.body else ""
    return Page(tidy(title.text()) if title else "", metas, things, links, text)


def decoded(body: bytes, charset: str | None) -> str:
    """By its byte order mark, what the server says, what the page says, or as UTF-8, in that order (HTML, 13.2.3.2)."""
    for mark, encoding in BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    said = _charset.search(body[:2048])
    for name in (charset, said[1].decode() if said else None, "utf-8"):
        try:
            # Pages that say Latin 1 mean Windows' own (WHATWG Encoding).
            known = codecs.lookup(name or "").name
            return body.decode("cp1252" if known in {"iso8859-1", "ascii"} else known)
        except (LookupError, ValueError):
            continue
    return body.decode("cp1252", "replace")


def things_in(text: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON-LD block, those of its graph too."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            yield each
            graph = each.get("@graph")
            yield from (part for part in (graph if isinstance(graph, list) else []) if isinstance(part, dict))
