"""Which records have a key in common, and are few enough for it to say anything."""

import pytest

from services.dedupe.domain.linkage.blocking import MOST_IN_A_BLOCK, candidates, keys_of, most_in_a_block
from services.dedupe.domain.linkage.traits import Traits
from tests.linkage import somebody

FAMILY = most_in_a_block("family:")


def cousins(many: int) -> list[Traits]:
    """They have nothing in common but the family name, the initial and the country."""
    return [somebody(given_name=f"A{'bcdefghij'[number] * 3}", family_name="Smith", country="DE") for number in range(many)]


@pytest.mark.parametrize(("many", "pairs"), [(FAMILY, FAMILY * (FAMILY - 1) // 2), (FAMILY + 1, 0)])
def test_a_key_that_says_little_brings_together_fewer(many: int, pairs: int) -> None:
    shared = set.intersection(*map(keys_of, cousins(many)))
    assert {key.partition(":")[0] for key in shared} == {"family"}
    assert len(candidates(cousins(many))) == pairs


@pytest.mark.parametrize(("many", "pairs"), [(MOST_IN_A_BLOCK, MOST_IN_A_BLOCK * (MOST_IN_A_BLOCK - 1) // 2), (MOST_IN_A_BLOCK + 1, 0)])
def test_a_key_that_too_many_have_brings_nobody_together(many: int, pairs: int) -> None:
    assert len(candidates([somebody(emails=("ann@acme.com",))] * many)) == pairs
