"""The index that records are found by, on a real database."""

import pytest

from services.dedupe import index
from services.dedupe.domain.linkage.blocking import MOST_IN_A_BLOCK
from tests.dedupe_bed import Bed

pytestmark = pytest.mark.engines


def test_a_key_leads_to_its_records_unless_too_many_have_it(dedupe_bed: Bed) -> None:
    having = {1: 1, 2: 2, 3: 4, 4: 5, 5: 5, 6: MOST_IN_A_BLOCK, 8: MOST_IN_A_BLOCK + 9}
    with dedupe_bed.database.transaction() as connection:
        index.change_keys(connection, (), [(key, 100 * key + number) for key, many in having.items() for number in range(many)])
        limits = {1: 4, 2: 4, 3: 4, 4: 4, 5: 4, 6: MOST_IN_A_BLOCK, 7: 4, 8: MOST_IN_A_BLOCK}
        found = index.blocks(connection, limits, watched={2, 5})
        assert {key: len(records) for key, records in found.items()} == {2: 2, 3: 4, 5: 5, 6: MOST_IN_A_BLOCK}
        assert set(found[3]) == {300, 301, 302, 303}
        assert index.blocks(connection, {1: 4, 7: 4}, least=1) == {1: [100]}
        assert index.blocks(connection, {}) == {}
