"""`python -m services.kpi rebuild`: folds all topics anew beside the live tables, tells nothing, and swaps at equal positions.

The service may go on meanwhile: only the last few events are folded while it is held.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.kit.clock import clock_of
from services.kit.codec import Codec, Heard
from services.kit.database import Database
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from services.kit.stream import letters as post
from services.kit.vault import Vault
from services.kpi.agents import HANDLERS
from services.kpi.reading import batches
from services.kpi.store import anew
from services.kpi.store.live import Place, Position, heard
from services.kpi.store.rows import PostgresRows

HANDLER_OF = {topic.name: handler for topic, handler in HANDLERS}
FEW = 2000
"""So many events at most may be left to fold while the service is held."""


@dataclass
class Rebuild:
    settings: Settings
    database: Database
    codec: Codec
    now: datetime
    reached: dict[Position, int] = field(default_factory=dict)
    folded: int = 0

    def run(self) -> int:
        """Returns how many events were folded."""
        with anew.side_tables(self.settings):
            with self.database.transaction() as connection:
                until, parked = heard(connection, self.database.service)
            while self.ahead(until) > FEW:
                self.catch_up(until, parked)
                with self.database.transaction() as connection:
                    until, _ = heard(connection, self.database.service)
            with self.database.transaction() as connection:
                until, still_parked = heard(connection, self.database.service, hold=True)
                if still_parked != parked:
                    raise Unavailable("dead letters came or went meanwhile: begin again")
                for position, records in batches(self.settings, self.reached, until, parked):
                    self.fold(connection, position, records)
                anew.swap(connection)
        return self.folded

    def ahead(self, until: Mapping[Position, int]) -> int:
        return sum(end - self.reached.get(position, 0) for position, end in until.items())

    def catch_up(self, until: Mapping[Position, int], parked: frozenset[Place]) -> None:
        for position, records in batches(self.settings, self.reached, until, parked):
            with self.database.transaction() as connection:
                self.fold(connection, position, records)
        self.reached |= until

    def fold(self, connection: Connection, position: Position, records: Sequence[Any]) -> None:
        """As the stream's shell does it, but for what handlers tell: nothing is told twice."""
        topic, number = position
        anew.work_beside(connection)
        opened = [letter for letter in post.read(self.codec, number, records) if isinstance(letter, Heard)]
        if opened:
            HANDLER_OF[topic](opened, PostgresRows(connection), self.now)
        self.folded += len(opened)


def rebuild(settings: Settings) -> int:
    database = Database(settings, "kpi")
    # The vault is asked over connections of its own, so its schema is not looked for beside.
    codec = Codec(Vault(database, settings.master_key_bytes))
    try:
        return Rebuild(settings, database, codec, clock_of(settings)()).run()
    finally:
        database.close()


def run(settings: Settings) -> int:
    try:
        folded = rebuild(settings)
    except Unavailable as error:
        sys.stderr.write(f"nothing was rebuilt: {error.reason}\n")
        return 2
    sys.stdout.write(f"folded {folded} events anew\n")
    return 0
