"""Which pairs are compared at all: those that share a key. A key that many have says nothing about any two of them, and is passed over."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from services.dedupe.domain.linkage.spelling import skeleton
from services.dedupe.domain.linkage.traits import Traits

MOST_IN_A_BLOCK = 30
"""Of every pair that only larger blocks bring together, one in four hundred is one person."""
FEWER_IN_A_BLOCK = {"family": 5, "family at": 10, "local": 10}
"""By the kind of key: of every thousand pairs that larger blocks of these bring together, and nothing else, one is one person."""
LEAST_LETTERS = 5
"""Of what stands before the `@` in an address, to be a key by itself."""


def keys_of(traits: Traits) -> set[str]:
    """The kind of a key comes first, so that equal texts of two kinds do not meet."""
    return {*address_keys(traits), *name_keys(traits), *(f"extra:{each}" for each in traits.extra_keys)}


def address_keys(traits: Traits) -> Iterator[str]:
    for mailbox in traits.mailboxes:
        yield f"mailbox:{mailbox.whole}"
        if len(mailbox.name) >= LEAST_LETTERS:
            yield f"local:{skeleton(mailbox.name)}"
    for phone in traits.phones:
        yield f"phone:{phone}"
    if traits.profile:
        yield f"profile:{traits.profile}"
        yield f"local:{skeleton(traits.profile_name)}"


def name_keys(traits: Traits) -> Iterator[str]:
    first, family = traits.first_skeleton, traits.family_skeleton
    company = (traits.company or traits.domain.replace("-", " ").replace(".", " ")).partition(" ")[0]
    if family:
        # In one order, as some sources have them swapped.
        yield f"name:{':'.join(sorted((first, family)))}" if len(traits.first) > 1 else f"name:{family}"
        yield f"local:{skeleton(traits.first + traits.family)}"
        yield f"family:{family}:{first[:1]}:{traits.country}"
        if company:
            yield f"family at:{family}:{company[:5]}"
    for once in traits.once:
        yield f"name:{':'.join(sorted((first, once)))}"
    for employer in traits.employers:
        if family:
            # By its letters, as two of them may have changed places.
            yield f"letters of:{''.join(sorted(family))}:{employer}"
        if first:
            yield f"first of:{first}:{employer}"


def most_in_a_block(key: str) -> int:
    """Records that may have a key, for any two of them to be compared because of it."""
    return FEWER_IN_A_BLOCK.get(key.partition(":")[0], MOST_IN_A_BLOCK)


Pair = tuple[int, int]


def candidates(records: Sequence[Traits]) -> set[Pair]:
    """Pairs of places in `records`, the lower first."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for place, traits in enumerate(records):
        for key in keys_of(traits):
            blocks[key].append(place)
    return {pair for key, block in blocks.items() if len(block) <= most_in_a_block(key) for pair in combinations(block, 2)}
