"""From scored pairs to persons: the strongest link first, and two groups become one only if all of their records together say so.

A chain of plausible pairs does not make one person of two namesakes: all pairs between the groups decide, and those that no blocking key
brought together are scored for it too. What people decided comes before all scores.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from services.dedupe.domain.linkage.blocking import Pair

AT_MOST = 25.0
"""Bits that one pair counts with in the mean, so that none outweighs all others."""
AT_LEAST = -6.0
MEAN_SHARE = 0.85
NONE: frozenset[Pair] = frozenset()


def cluster(
    records: int,
    scores: Mapping[Pair, float],
    score: Callable[[Pair], float],
    *,
    link: float,
    together: float,
    same: Collection[Pair] = NONE,
    apart: Collection[Pair] = NONE,
) -> list[int]:
    """For each record the lowest place in its group. `link`: the least score that joins two records; `together`: the least that
    two groups must agree. `same` and `apart` are pairs that somebody decided; where these contradict one another, apart holds.
    """
    group_of = list(range(records))
    members = {place: [place] for place in range(records)}
    strangers: dict[int, set[int]] = defaultdict(set)
    for pair in apart:
        strangers[pair[0]].add(pair[1])
        strangers[pair[1]].add(pair[0])

    def join(pair: Pair, *, decided: bool = False) -> None:
        one, other = sorted((group_of[pair[0]], group_of[pair[1]]))
        if one == other or (strangers and any(not strangers[place].isdisjoint(members[one]) for place in members[other])):
            return
        if not decided and agreement(members[one], members[other], scores, score) < together:
            return
        for place in members[other]:
            group_of[place] = one
        members[one] += members.pop(other)

    for pair in sorted(same):
        join(pair, decided=True)
    for pair, _ in sorted(((p, s) for p, s in scores.items() if s >= link), key=lambda each: (-each[1], each[0])):
        join(pair)
    return group_of


def agreement(one: list[int], other: list[int], scores: Mapping[Pair, float], score: Callable[[Pair], float]) -> float:
    """Bits: the mean over all pairs, and over the best pair of each record of the smaller group, which may say little itself."""
    if len(one) == len(other) == 1:
        return bounded(one[0], other[0], scores, score)
    few, many = sorted((one, other), key=len)
    best = total = 0.0
    for mine in few:
        bits = [bounded(mine, theirs, scores, score) for theirs in many]
        best += max(bits)
        total += sum(bits)
    return MEAN_SHARE * total / (len(few) * len(many)) + (1 - MEAN_SHARE) * best / len(few)


def bounded(one: int, other: int, scores: Mapping[Pair, float], score: Callable[[Pair], float]) -> float:
    pair = (one, other) if one < other else (other, one)
    found = scores.get(pair)
    return max(AT_LEAST, min(AT_MOST, score(pair) if found is None else found))
