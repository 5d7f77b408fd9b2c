"""Links: what a page shows stands in its address, so that a link can be shared, and shows to others who may see it the same."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit


def link(path: str, state: Mapping[str, Any], **changes: Any) -> str:
    """The page's address with its state, changed as named; None or empty leaves a name out."""
    query = {name: value for name, value in {**state, **changes}.items() if value not in (None, "")}
    return f"{path}?{urlencode(query)}" if query else path


def inside(target: str) -> str:
    """The target if it is a path of ours, else the start page: a link must not lead people elsewhere through the sign-in."""
    # Browsers read a backslash as a slash, and leave out tabs and line ends.
    plain = target.isprintable() and "\\" not in target
    ours = target.startswith("/") and not target.startswith("//") and not urlsplit(target).netloc
    return target if plain and ours else "/"
