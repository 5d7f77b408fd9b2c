"""How fast an import goes."""

from collections.abc import Sequence

Sight = tuple[float, int]
"""When it was looked at, in seconds, and how many rows were read by then."""
SECONDS = 10.0


def recent(sights: Sequence[Sight], now: float) -> list[Sight]:
    """Those that the pace goes by: of the last seconds, and at least the one before the last."""
    return [sight for sight in sights[:-2] if now - sight[0] <= SECONDS] + list(sights[-2:])


def pace(sights: Sequence[Sight]) -> float | None:
    """Rows a second over these looks; None before the second one."""
    if len(sights) < 2 or sights[-1][0] <= sights[0][0]:
        return None
    return (sights[-1][1] - sights[0][1]) / (sights[-1][0] - sights[0][0])
