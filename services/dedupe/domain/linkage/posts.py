"""Other words for one job title, learned from the records: two titles that several people have at one company, seen at one address,
profile or phone (`CSM` and `Customer Success Manager`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from services.dedupe.domain.linkage.blocking import Pair
from services.dedupe.domain.linkage.comparing import (
    ADDRESS,
    EMPLOYER,
    FIELDS,
    OTHER_GIVEN,
    PHONE,
    PROFILE,
    SAME,
    TITLE,
    VARIANT,
    Levels,
    at_one_employer,
    compare,
)
from services.dedupe.domain.linkage.petnames import both_ways
from services.dedupe.domain.linkage.traits import Post, Traits

PEOPLE = 3
"""With whom two titles are seen to be one, at least: somebody's promotion is one."""
LEAST_SHARE = 0.03
"""Of all the other titles that people of the rarer one are seen with: who is promoted, becomes all sorts of things."""
EMPLOYED = FIELDS.index(EMPLOYER)
PLACES = tuple(FIELDS.index(field) for field in (PROFILE, ADDRESS, at_one_employer(ADDRESS), PHONE, at_one_employer(PHONE)))
TITLES = tuple(FIELDS.index(field) for field in (TITLE, at_one_employer(TITLE)))

Posts = Mapping[Post, frozenset[Post]]
"""Title → the other words for it."""


def learned(records: Sequence[Traits], compared: Mapping[Pair, Levels]) -> dict[Post, frozenset[Post]]:
    people: dict[frozenset[Post], set[str]] = defaultdict(set)
    for (one, other), levels in compared.items():
        if levels[EMPLOYED] == SAME and max(levels[place] for place in TITLES) > SAME and is_one(levels):
            people[frozenset({records[one].title, records[other].title})].add(records[one].family_skeleton)
    seen: dict[Post, int] = defaultdict(int)
    for titles, families in people.items():
        for title in titles:
            seen[title] += len(families)
    return both_ways(
        titles for titles, families in people.items() if len(families) >= max(PEOPLE, LEAST_SHARE * min(seen[title] for title in titles))
    )


def is_one(levels: Levels) -> bool:
    """By the names, and by something that one person has."""
    return 0 < levels[0] < OTHER_GIVEN and 0 < levels[1] <= VARIANT and SAME in {levels[place] for place in PLACES}


def told(records: Iterable[Traits], posts: Posts) -> list[Traits]:
    return [replace(each, posts=also) if (also := posts.get(each.title)) else each for each in records]


def compared_again(records: Sequence[Traits], compared: Mapping[Pair, Levels]) -> dict[Pair, Levels]:
    """With the records that know other words for their titles, where these make a difference."""
    return {
        pair: compare(records[pair[0]], records[pair[1]]) if records[pair[1]].title in records[pair[0]].posts else levels
        for pair, levels in compared.items()
    }
