"""The index that records are found by, on a real database."""

import pytest
from sqlalchemy import create_engine, text

from services.dedupe import index
from services.dedupe.domain.linkage.blocking import MOST_IN_A_BLOCK
from services.dedupe.index import Link
from services.kit.settings import Settings
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


def test_a_batch_is_looked_up_and_no_table_is_read_whole(dedupe_bed: Bed, module_settings: Settings) -> None:
    owner = create_engine(module_settings.owner_url, isolation_level="AUTOCOMMIT")
    links = {(record, record + step): Link(1.0, apart=True) for record in range(1_000_000, 1_030_000) for step in (1, 2)}
    with dedupe_bed.database.transaction() as connection:
        index.keep_links(connection, dedupe_bed.workspace_id, links)
    with owner.connect() as connection:
        connection.execute(text("ANALYZE dedupe.links"))
        connection.execute(text("SELECT pg_stat_reset()"))
    asked = range(1_000_000, 1_030_000, 12)
    with dedupe_bed.database.transaction() as connection:
        found = index.links_of(connection, asked)
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with owner.connect() as connection:
        [read] = connection.execute(text("SELECT seq_scan, idx_scan FROM pg_stat_all_tables WHERE relname = 'links'"))
    owner.dispose()
    assert len(found) == len(asked)
    assert read.seq_scan == 0
    assert read.idx_scan >= len(asked)
