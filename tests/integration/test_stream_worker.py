"""Workers on a real Kafka and a real PostgreSQL: every event's effect exactly once, order kept per key, positions at the end."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from sqlalchemy import text

from schemas.topics import KPI_SCORES
from services.kit import kafka
from services.kit.codec import Heard
from services.kit.database import Database, run
from services.kit.errors import Unavailable
from services.kit.events import Told, Work
from services.kit.publisher import partition_of
from services.kit.settings import Settings
from services.kit.stream import Diverged, Hears
from services.kit.stream import worker as worker_module
from tests.builders import BED
from tests.chaos.bed import (
    KEYS,
    TOPIC,
    committed,
    effects,
    ends,
    event,
    lay_bed,
    numbered,
    positions,
    publish,
    running,
    through,
    topics,
    until,
    worker_over,
    write_down,
)

pytestmark = pytest.mark.engines
OTHER = KPI_SCORES


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = lay_bed(settings)
    with topics(settings, TOPIC, OTHER):
        yield database
    database.close()


def all_through(settings: Settings, database: Database) -> Callable[[], bool]:
    return lambda: through(settings, database, TOPIC, OTHER)


def test_every_event_has_its_effect_once_and_in_order(settings: Settings, database: Database) -> None:
    async def story() -> None:
        worker = worker_over(settings, database, batch_records=100)
        async with running(worker):
            publish(settings, numbered(KEYS, range(1, 26)))
            await until(all_through(settings, database), "the worker to be through")
            report = await asyncio.to_thread(worker.health)
        assert report["ready"], report
        assert {(p["topic"], p["partition"]): p["lag"] for p in report["partitions"]} == {(TOPIC.name, n): 0 for n in range(4)}

    asyncio.run(story())
    assert effects(database) == {key: list(range(1, 26)) for key in KEYS}
    told = {place: end for place, end in ends(settings, TOPIC).items() if end}
    assert positions(database) | told == positions(database)
    assert committed(settings, TOPIC) == told, "what Kafka was told when the worker left"


def test_a_worker_goes_on_where_the_last_one_stopped(settings: Settings, database: Database) -> None:
    async def story() -> None:
        for batch in ([1, 2], [3], [4, 5, 6]):
            async with running(worker_over(settings, database)):
                publish(settings, numbered(KEYS, batch))
                await until(all_through(settings, database), "the worker to be through")

    asyncio.run(story())
    assert effects(database) == {key: [1, 2, 3, 4, 5, 6] for key in KEYS}


def test_while_one_partition_rests_other_partitions_and_topics_go_on(settings: Settings, database: Database) -> None:
    mended = threading.Event()
    sick = KEYS[0]

    def ails(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
        if not mended.is_set() and any(h.key == str(sick).encode() for h in heard):
            raise Unavailable("it needs something that is not there")
        return write_down(heard, work)

    async def story() -> None:
        worker = worker_over(settings, database, Hears(TOPIC, ails), Hears(OTHER, write_down))
        async with running(worker):
            publish(settings, numbered(KEYS, range(1, 11)))
            publish(settings, numbered(KEYS[:5], range(11, 21)), OTHER)
            ill = kafka_partition(sick)
            want = {**ends(settings, TOPIC, OTHER), (TOPIC.name, ill): 0}
            await until(lambda: positions(database) == want, "all but the sick partition to be through")
            report = await asyncio.to_thread(worker.health)
            paused = {p["partition"]: p["paused"] for p in report["partitions"] if p["paused"]}
            assert paused == {ill: "it needs something that is not there"}
            assert report["ready"], "one that rests is not one that stands still"
            mended.set()
            await until(all_through(settings, database), "the mended partition to be through")

    asyncio.run(story())
    assert {key: [n for n in found if n <= 10] for key, found in effects(database).items()} == {key: list(range(1, 11)) for key in KEYS}


def kafka_partition(key: object) -> int:
    return partition_of(str(key).encode(), 4)


def test_two_workers_joining_and_leaving_lose_nothing_and_repeat_nothing(settings: Settings, database: Database) -> None:
    async def story() -> None:
        first, second = (worker_over(settings, database, batch_records=50) for _ in range(2))
        await first.start()
        publish(settings, numbered(KEYS, range(1, 21)))
        await second.start()
        publish(settings, numbered(KEYS, range(21, 41)))
        await until(lambda: shares(first) == shares(second) == 2, "the two to share the partitions")
        publish(settings, numbered(KEYS, range(41, 61)))
        await first.stop()
        publish(settings, numbered(KEYS, range(61, 81)))
        await until(all_through(settings, database), "the one that stays to be through")
        await second.stop()

    asyncio.run(story())
    assert effects(database) == {key: list(range(1, 81)) for key in KEYS}


def shares(worker: worker_module.Worker) -> int:
    return len(worker.health()["partitions"])


def test_two_workers_that_both_hold_every_partition_store_each_event_once(settings: Settings, database: Database) -> None:
    """As after a partition was taken from a worker that does not know it yet: in two groups, each is given all partitions."""

    async def story() -> None:
        twins = [worker_over(settings, database, batch_records=20, group=name) for name in ("one", "other")]
        async with running(*twins):
            for start in range(1, 61, 20):
                publish(settings, numbered(KEYS, range(start, start + 20)))
            await until(all_through(settings, database), "the two to be through")
            assert [await asyncio.to_thread(shares, twin) for twin in twins] == [4, 4]

    asyncio.run(story())
    assert effects(database) == {key: list(range(1, 61)) for key in KEYS}


def test_a_position_beyond_the_end_of_its_topic_stops_the_worker_with_the_repair(settings: Settings, database: Database) -> None:
    async def story() -> str:
        async with running(worker_over(settings, database)):
            publish(settings, numbered(KEYS, [1]))
            await until(all_through(settings, database), "the worker to be through")
        with database.transaction() as connection:
            run(connection, "UPDATE positions SET next_offset = 999 WHERE partition = 2")
        return await why_it_ends(settings, database)

    why = asyncio.run(story())
    end = ends(settings, TOPIC)[TOPIC.name, 2]
    assert why == (
        f"{BED} stands at 999 in {TOPIC.name}/2, but the partition ends at {end}:"
        " run `smartleads repair positions SERVICE` once you know which of the two was wiped or restored"
    )


async def why_it_ends(settings: Settings, database: Database) -> str:
    worker = worker_over(settings, database)
    async with running(worker):
        with pytest.raises(Diverged) as ended:
            await asyncio.wait_for(worker.wait(asyncio.Event()), 60)
        report = await asyncio.to_thread(worker.health)
    assert not report["ready"]
    assert report["why"] == str(ended.value)
    return str(ended.value)


def test_a_topic_that_was_made_anew_stops_the_worker(settings: Settings, database: Database) -> None:
    async def story() -> str:
        async with running(worker_over(settings, database)):
            publish(settings, numbered(KEYS, [1]))
            await until(all_through(settings, database), "the worker to be through")
        await asyncio.to_thread(make_anew, settings)
        return await why_it_ends(settings, database)

    assert "but the topic has been made anew since: run `smartleads repair positions SERVICE`" in asyncio.run(story())


def make_anew(settings: Settings) -> None:
    name = settings.topic_name(TOPIC.name)
    admin = KafkaAdminClient(**kafka.connection(settings))
    admin.delete_topics([name])
    admin.create_topics([NewTopic(name, 4, 1)])
    admin.close()


def test_another_cluster_stops_the_worker(settings: Settings, database: Database) -> None:
    async def story() -> str:
        async with running(worker_over(settings, database)):
            publish(settings, numbered(KEYS, [1]))
            await until(all_through(settings, database), "the worker to be through")
        with database.transaction() as connection:
            connection.execute(text("UPDATE positions SET cluster_id = 'the-one-of-yesterday'"))
        return await why_it_ends(settings, database)

    assert "of Kafka cluster the-one-of-yesterday, but this is cluster" in asyncio.run(story())


def test_a_topic_that_goes_away_makes_the_worker_wait_for_it_in_peace(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "WATCH_SECONDS", 0.2)

    async def story() -> None:
        worker = worker_over(settings, database)
        async with running(worker):
            await until(lambda: worker.health()["ready"], "the worker to be ready")
            await asyncio.to_thread(delete, settings)
            await until(lambda: "Kafka has no topic" in (worker.health()["why"] or ""), "the worker to say what is missing")

    asyncio.run(story())


def delete(settings: Settings) -> None:
    admin = KafkaAdminClient(**kafka.connection(settings))
    admin.delete_topics([settings.topic_name(TOPIC.name)])
    admin.close()


def test_a_handler_hears_a_partition_in_the_order_of_its_offsets(settings: Settings, database: Database) -> None:
    heard_at: dict[int, list[int]] = {}

    def notes(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
        assert len({h.partition for h in heard}) == 1
        heard_at.setdefault(heard[0].partition, []).extend(h.offset for h in heard)
        return write_down(heard, work)

    async def story() -> None:
        async with running(worker_over(settings, database, Hears(TOPIC, notes), batch_records=7)):
            publish(settings, numbered(KEYS, range(1, 11)))
            await until(all_through(settings, database), "the worker to be through")

    asyncio.run(story())
    assert heard_at == {n: list(range(end)) for (_, n), end in ends(settings, TOPIC).items() if end}


def test_a_poison_event_is_parked_and_the_rest_goes_on(settings: Settings, database: Database) -> None:
    def poisoned(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
        if any(h.envelope.event_id == event(KEYS[3], 4).event_id for h in heard):
            raise ZeroDivisionError
        return write_down(heard, work)

    async def story() -> dict[str, object]:
        worker = worker_over(settings, database, Hears(TOPIC, poisoned), batch_records=60)
        async with running(worker):
            publish(settings, numbered(KEYS, range(1, 11)))
            await until(all_through(settings, database), "the worker to be through")
            return await asyncio.to_thread(worker.health)

    report = asyncio.run(story())
    assert effects(database) == {key: [1, 2, 3] if key == KEYS[3] else list(range(1, 11)) for key in KEYS}
    assert report["parked"] == 7
