"""The service as it runs, on real Kafka and PostgreSQL: a story told on all topics, folded, and verified against them."""

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import Connection

from schemas.topics import heard_by
from services.kit import kafka
from services.kit.clock import SteppedClock, clock_of
from services.kit.codec import Codec, encode
from services.kit.database import Database, rows, run
from services.kit.events import kafka_key
from services.kit.publisher import Publisher, Record
from services.kit.service import Context, Running
from services.kit.settings import Settings
from services.kpi import agents, rebuild, verify
from services.kpi.__main__ import SERVICE
from services.kpi.store.reading import archive
from tests.kpi_story import Story, two_weeks
from tests.kpi_world import Happening

pytestmark = pytest.mark.engines


@contextmanager
def running(context: Context) -> Iterator[None]:
    """The whole service, worker and API, in a thread of this process."""
    service, loop = Running(SERVICE, context), asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(service.run(worker=True, api=True)))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(service.stopping.set)
        thread.join(60)
        loop.close()


def records(settings: Settings, codec: Codec, told: Sequence[Happening]) -> list[Record]:
    """As the writers' relays publish them."""
    found = []
    for happening, sealed in zip(told, codec.seal([h.body for h in told]), strict=True):
        envelope = msgspec.structs.replace(happening.heard().envelope, body=msgspec.Raw(sealed.body), seal=sealed.seal)
        key = kafka_key(happening.body).encode()
        found.append(Record(settings.topic_name(happening.topic.name), key, encode(envelope)))
    return found


def wait_until_at_rest(settings: Settings, heard: int) -> None:
    """Until it has all that was told it, and nothing left to do."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            report = httpx.get(f"{settings.kpi_url}/health/ready").json()
        except httpx.TransportError:
            report = {"ready": False}
        partitions = report.get("stream", {}).get("partitions", [])
        if report["ready"] and sum(p["position"] or 0 for p in partitions) >= heard and not any(p["lag"] for p in partitions):
            return
        time.sleep(0.2)
    raise AssertionError(f"it did not come to rest: {report}")


def test_it_hears_all_that_the_catalogue_says() -> None:
    assert sorted(h.topic.name for h in agents.HEARS) == sorted(topic.name for topic in heard_by("kpi"))


def test_a_story_told_on_all_topics_is_counted_and_verified(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    story, clock = two_weeks(), settings.home / "clock"
    SteppedClock(clock).step_to(story.now)
    settings = settings.model_copy(update={"kpi_url": url, "topic_partitions": 2, "clock_file": clock})
    context = Context("kpi", settings, clock_of(settings))
    kafka.make_topics(settings)
    try:
        told = records(settings, context.codec, story.told)
        # A relay may publish twice; and one record is none of ours.
        told += told[::3]
        told.append(Record(settings.topic_name("publish.contacts"), b"nobody", b"not an event"))
        with Publisher(settings, "test") as publisher:
            publisher.publish(told)
        with running(context):
            wait_until_at_rest(settings, len(told))
            check(settings, context.worker, capsys)
            check_rebuilt(settings, context.worker, capsys, story)
    finally:
        kafka.delete_topics(settings)
        context.worker.close()
        context.api.close()


def check(settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    verdict = verify.verify(settings)
    assert verdict.differences == []
    assert (verdict.parked, verdict.compared["contacts"], verdict.compared["recipients"]) == (1, 5, 4)
    figures = {(f["campaign"] is None, f["kpi"]): (f["live"], f["recounted"]) for f in verdict.figures}
    assert figures[True, "all"] == (5, 5)
    assert figures[True, "active"] == (3, 3)
    assert figures[False, "touches"] == (3, 3)

    capsys.readouterr()
    assert verify.run(settings, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True
    wrong = (
        "UPDATE counters SET value = value + 1 WHERE kpi = 'engaged' AND value > 0",
        "UPDATE contacts SET names = array_remove(names, 'off_track') WHERE 'off_track' = ANY (names)",
        "UPDATE tallies SET value = value - 1 WHERE kind = 'outreach' AND state = 'asked'",
    )
    with database.transaction() as connection:
        assert all(run(connection, sql) for sql in wrong)
    assert verify.run(settings, as_json=False) == 1
    assert "differ" in capsys.readouterr().out
    found = Counter(difference.what for difference in verify.verify(settings).differences)
    assert found == {"number": 2, "contact": 1, "tally": 1}, "engaged in the campaign and in the workspace; one list; one tally"


def check_rebuilt(settings: Settings, database: Database, capsys: pytest.CaptureFixture[str], story: Story) -> None:
    """What verify found wrong is right again, beside the running service; what users set is as it was, and nothing was told."""
    with database.transaction() as connection:
        archive(connection, story.workspace, story.contact("Ann Berg"), "user:1", story.now)
        before = folded(connection)
    assert rebuild.run(settings) == 0
    assert f"folded {len(story.told) + len(story.told[::3])} events anew" in capsys.readouterr().out
    assert verify.verify(settings).same
    with database.transaction() as connection:
        assert folded(connection) == before
        [left] = rows(connection, "SELECT count(*) AS n FROM archived")
        assert left.n == 1


def folded(connection: Connection) -> Sequence[Any]:
    """What verify does not look at: scores and timelines, and what was told of the scores."""
    return [
        rows(connection, "SELECT contact_id, name, score, reasons::text, last_action_at FROM contacts ORDER BY contact_id"),
        rows(connection, "SELECT event_id, words, text FROM entries ORDER BY event_id"),
        rows(connection, "SELECT stream, head FROM streams ORDER BY stream"),
    ]
