"""`python -m bench.first`: make anew what a new system knows of matching (`services/dedupe/first.json`), from made leads.

Weights and frequencies of names carry over to real leads; the made companies and who works there do not, and are left out.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.people.writing import write
from cli.dedupe.tables import records_in, tables_of
from services.dedupe.domain.linkage import census, knowledge
from services.dedupe.domain.linkage.counts import Counts
from services.dedupe.domain.linkage.knowledge import Knowledge
from services.dedupe.domain.linkage.resolving import resolve
from services.dedupe.models import FIRST

PEOPLE, SEED = 3_000, 2026


def made() -> Knowledge:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), PEOPLE, SEED)
        records = records_in(tables_of(Path(folder))[0])
    learned = census.learn(census.of_resolved(records, resolve(records)), len(records), 0)
    counted = learned.model.frequencies
    assert counted.bearers, "who bears which name is counted"
    nobody = Counts({}, counted.bearers.total)
    frequencies = replace(counted, employers=Counts({}, counted.employers.total), bearers=nobody, colleagues=nobody)
    return replace(learned, aliases={}, short={}, model=replace(learned.model, frequencies=frequencies))


if __name__ == "__main__":
    FIRST.write_bytes(knowledge.write(made()))
    sys.stdout.write(f"wrote {FIRST}\n")
