"""Events appended to the store and relayed to Kafka per second, by one appender and one relay at work together.

`python -m bench.store [runs]`. Each run appends batches of 2,000 events to 20,000 streams (each folded into its stream's state) while the
relay publishes them; it ends when the broker has all. Beside it stand both alone, and how bulk rows reach PostgreSQL: as one JSON
parameter, or as arrays.
"""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

from bench.place import place
from bench.report import report, tell
from schemas.body import PROVIDER
from schemas.kpi import ScoreChanged
from services.kit import kafka, memory
from services.kit.codec import Codec
from services.kit.database import Database, as_json, rows, run
from services.kit.events import Kind, Told
from services.kit.publisher import Publisher
from services.kit.relay import Relay
from services.kit.settings import Settings
from tests.builders import BED, codec_over, make_bed, work_on

EVENTS, BATCH, STREAMS = 40_000, 2_000, 20_000
PACKAGES = ("aiokafka", "psycopg2-binary", "sqlalchemy", "msgspec", "pydantic", "cryptography")


@dataclass(frozen=True)
class Points:
    score: int = 0


def evolve(_: Points | None, event: ScoreChanged) -> Points:
    return Points(event.score)


KIND: Kind[Points] = Kind("points", Points, evolve)


def batches(streams: list[UUID]) -> list[list[Told]]:
    told = [
        Told(KIND, key, ScoreChanged(contact_id=key, score=1 + number % 10, formula=1, reasons=("replied",)), PROVIDER)
        for number, key in ((n, streams[n % len(streams)]) for n in range(EVENTS))
    ]
    return [told[start : start + BATCH] for start in range(0, EVENTS, BATCH)]


def append(database: Database, codec: Codec, work: list[list[Told]]) -> None:
    for told in work:
        with database.transaction() as connection:
            work_on(connection, codec).append(told)


def waiting(database: Database) -> int:
    with database.transaction() as connection:
        return int(rows(connection, "SELECT count(*) AS n FROM outbox")[0].n)


def rate(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return EVENTS / (time.perf_counter() - started)


def relay_all(settings: Settings) -> None:
    relay = Relay(settings, BED)
    connection = relay.connect()
    with Publisher(settings, "bench") as publisher:
        while relay.publish_once(connection, publisher):
            pass
    connection.close()


def both(settings: Settings, database: Database, codec: Codec, work: list[list[Told]]) -> None:
    relay = Relay(settings, BED)
    relay.start()
    appender = threading.Thread(target=append, args=(database, codec, work))
    appender.start()
    appender.join()
    while waiting(database):
        time.sleep(0.01)
    relay.stop()


AS_JSON = """INSERT INTO heard (workspace_id, topic, stream, version)
             SELECT w, t, s, v FROM json_to_recordset(:rows) AS new (w uuid, t text, s text, v int)"""
AS_ARRAYS = """INSERT INTO heard (workspace_id, topic, stream, version)
              SELECT * FROM unnest(CAST(:w AS uuid[]), CAST(:t AS text[]), CAST(:s AS text[]), CAST(:v AS int[]))"""


def insert_rows(database: Database, *, json: bool) -> None:
    for start in range(0, EVENTS, BATCH):
        table = [{"w": PROVIDER, "t": "topic", "s": f"points:{uuid4()}", "v": start} for _ in range(BATCH)]
        with database.transaction() as connection:
            if json:
                run(connection, AS_JSON, rows=as_json(table))
            else:
                run(connection, AS_ARRAYS, **{name: [row[name] for row in table] for name in table[0]})


def main(runs: int) -> None:
    found: dict[str, list[float]] = {"appended and relayed": [], "appended": [], "relayed": [], "rows as json": [], "rows as arrays": []}
    memory.settle()  # as a service does
    with place() as settings:
        kafka.make_topics(settings)
        database = make_bed(settings)
        codec, streams = codec_over(settings, database), [uuid4() for _ in range(STREAMS)]
        try:
            for _ in range(runs):
                work = batches(streams)
                found["appended and relayed"].append(rate(partial(both, settings, database, codec, work)))
                work = batches(streams)
                found["appended"].append(rate(partial(append, database, codec, work)))
                found["relayed"].append(rate(lambda: relay_all(settings)))
                found["rows as json"].append(rate(lambda: insert_rows(database, json=True)))
                found["rows as arrays"].append(rate(lambda: insert_rows(database, json=False)))
        finally:
            database.close()
            kafka.delete_topics(settings)
    what = "events appended to PostgreSQL and relayed to Kafka by one relay"
    tell(report("store", what, "events/s", found, packages=PACKAGES, figures={"target": 15_000}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
