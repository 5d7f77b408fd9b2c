"""How good a grouping is, against the truth: pairwise, and B-cubed (A. Bagga, B. Baldwin, 1998)."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Quality:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def pairs(count: int) -> int:
    return count * (count - 1) // 2


def ratio(part: float, whole: float) -> float:
    """1 where there was nothing to find, and nothing was found."""
    return part / whole if whole else 1.0


def pairwise(rows: Iterable[tuple[Hashable, Hashable]]) -> Quality:
    """Of (true group, found group) of each row: how many pairs of rows that were put together belong together, and the reverse."""
    both = Counter(rows)
    true, found = margins(both)
    right = sum(map(pairs, both.values()))
    return Quality(ratio(right, sum(map(pairs, found.values()))), ratio(right, sum(map(pairs, true.values()))))


def b_cubed(rows: Iterable[tuple[Hashable, Hashable]]) -> Quality:
    """The mean over rows of the share of its group that belongs with it, and of those belonging with it that are in its group."""
    both = Counter(rows)
    true, found = margins(both)
    total = both.total()
    return Quality(
        ratio(sum(n * n / found[group] for (_, group), n in both.items()), total),
        ratio(sum(n * n / true[group] for (group, _), n in both.items()), total),
    )


def margins(both: Counter[tuple[Hashable, Hashable]]) -> tuple[Counter[Hashable], Counter[Hashable]]:
    true: Counter[Hashable] = Counter()
    found: Counter[Hashable] = Counter()
    for (one, other), count in both.items():
        true[one] += count
        found[other] += count
    return true, found
