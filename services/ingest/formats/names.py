"""Names out of an archive or a spreadsheet, as people are shown them."""

from collections.abc import Sequence

MOST_SHOWN = 5


def some_of(names: Sequence[str]) -> str:
    """The first of them, and how many there are besides."""
    more = f" and {len(names) - MOST_SHOWN:,} more" if len(names) > MOST_SHOWN else ""
    return ", ".join(map(shown, names[:MOST_SHOWN])) + more


def shown(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[:80]
