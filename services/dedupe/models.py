"""What was learned, by versions: the last is in use. A new system begins with what was learned from made leads (`first.json`)."""

from functools import cache
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection

from services.dedupe.domain.linkage import knowledge
from services.dedupe.domain.linkage.knowledge import Knowledge
from services.dedupe.judging import Judge
from services.kit.database import rows, run

FIRST = Path(__file__).with_name("first.json")


@cache
def first() -> Knowledge:
    return knowledge.read(FIRST.read_bytes())


def latest_version(connection: Connection) -> int:
    return next((row.version for row in rows(connection, "SELECT version FROM knowledge ORDER BY version DESC LIMIT 1")), 0)


def load(connection: Connection, version: int) -> Knowledge:
    found = rows(connection, "SELECT written FROM knowledge WHERE version = :version", version=version)
    return knowledge.read(bytes(found[0].written)) if found else first()


def keep(connection: Connection, learned: Knowledge) -> None:
    """In use from now on; all records are to be looked at again."""
    run(
        connection,
        "INSERT INTO knowledge (version, records, written) VALUES (:version, :records, :written)",
        version=learned.version, records=learned.records, written=knowledge.write(learned),
    )  # fmt: skip
    run(connection, "INSERT INTO again SELECT arrived FROM records WHERE person_id IS NOT NULL ORDER BY arrived ON CONFLICT DO NOTHING")


def ask_for_late_ones(connection: Connection, version: int) -> None:
    """Records that came by an earlier version in transactions that ended after this was in use are to be looked at again too; to be
    asked for when nothing else waits, as until then most are described by the earlier one.
    """
    run(
        connection,
        """INSERT INTO again SELECT arrived FROM described JOIN records ON arrived = described.record
           WHERE version < :version AND person_id IS NOT NULL AND NOT EXISTS (SELECT FROM again) ORDER BY arrived ON CONFLICT DO NOTHING""",
        version=version,
    )


class Judges:
    """The judge in use, made anew when there is a new version. One is held at a time: what it keeps in memory is its process's only."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._judge: Judge | None = None

    def current(self, connection: Connection) -> Judge:
        version = latest_version(connection)
        with self._lock:
            if self._judge is None or self._judge.knowledge.version != version:
                self._judge = Judge(load(connection, version))
            return self._judge


JUDGES = Judges()
"""Of this process: the stream, the loop and the API judge alike."""
