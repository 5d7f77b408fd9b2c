"""Who is compared with whom."""

from services.dedupe.domain.linkage.blocking import MOST_IN_A_BLOCK
from services.dedupe.judging import ENOUGH_COMPARED, pairs_of


def test_a_record_is_compared_with_the_others_of_its_blocks_the_lower_number_first() -> None:
    blocks = {1: [5, 7, 9], 2: [7, 8], 3: [5, 6]}
    assert pairs_of({7: (1, 2)}, blocks) == {(5, 7), (7, 9), (7, 8)}
    assert pairs_of({7: (2,), 8: (2, 4)}, blocks) == {(7, 8)}


def test_the_largest_blocks_are_passed_over_once_there_is_enough_to_compare() -> None:
    sizes = range(MOST_IN_A_BLOCK - 9, MOST_IN_A_BLOCK + 1)
    blocks = {size: [0, *range(1_000 * size, 1_000 * size + size - 1)] for size in sizes}
    found = pairs_of({0: tuple(blocks)}, blocks)
    compared = [size for size in sizes if (0, 1_000 * size) in found]
    assert compared == list(sizes)[: len(compared)]
    assert ENOUGH_COMPARED < len(found) + 1 <= ENOUGH_COMPARED + MOST_IN_A_BLOCK
