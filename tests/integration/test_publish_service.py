"""The service as it runs: from dedupe's topic to its own, on real Kafka and PostgreSQL."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
import msgspec
import pytest
from kafka import KafkaConsumer

from schemas.details import PersonDetails
from schemas.envelope import Envelope
from schemas.publish import ContactProposed
from schemas.topics import DEDUPE_PEOPLE, PUBLISH_CONTACTS, heard_by
from services.kit import kafka
from services.kit.codec import encode
from services.kit.publisher import Publisher, Record
from services.kit.service import Context, Running
from services.kit.settings import Settings
from services.publish import agents
from services.publish.__main__ import SERVICE
from services.publish.domain.ids import contact_id
from tests.builders import MONDAY
from tests.publish import Publish, person

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


def sealed(publish: Publish, body: PersonDetails) -> tuple[bytes, bytes, Envelope]:
    """A person formed, as dedupe's relay publishes it: key, value, envelope."""
    event = person(body)
    heard = publish.streams.heard(event, f"person:{event.person_id}")
    [sealed_body] = publish.context.codec.seal([event])
    envelope = msgspec.structs.replace(heard.envelope, body=msgspec.Raw(sealed_body.body), seal=sealed_body.seal)
    return str(event.person_id).encode(), encode(envelope), envelope


def ready(settings: Settings) -> bool:
    try:
        return httpx.get(f"{settings.url_of('publish')}/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def wait_until_ready(settings: Settings) -> None:
    until = time.monotonic() + 60
    while not ready(settings):
        assert time.monotonic() < until, "the service did not become ready"
        time.sleep(0.2)


def test_it_hears_all_that_the_catalogue_says(module_settings: Settings) -> None:
    hears = agents.hears(Context("publish", module_settings, lambda: MONDAY))
    assert sorted(h.topic.name for h in hears) == sorted(topic.name for topic in heard_by("publish"))


def test_a_person_on_its_topic_becomes_a_contact_on_ours(module_settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = module_settings.model_copy(update={"publish_url": f"http://127.0.0.1:{port}", "topic_partitions": 2})
    kafka.make_topics(settings)
    publish = Publish(Context("publish", settings, lambda: MONDAY))
    here = uuid4()
    segment = publish.segment(here)
    key, value, envelope = sealed(publish, PersonDetails(full_name="Ann Berg", title="Architect"))
    with running(publish.context):
        wait_until_ready(settings)
        with Publisher(settings, "test") as publisher:
            publisher.publish([Record(settings.topic_name(DEDUPE_PEOPLE.name), key, value)])
        consumer = KafkaConsumer(
            settings.topic_name(PUBLISH_CONTACTS.name),
            **kafka.connection(settings),
            auto_offset_reset="earliest",
            consumer_timeout_ms=30_000,
        )
        record = next(iter(consumer))
        consumer.close()
    [told] = publish.context.codec.envelopes([record.value])
    assert isinstance(told, Envelope)
    [opened] = publish.context.codec.open([told])
    assert isinstance(opened, tuple)
    assert isinstance(opened[0], ContactProposed)
    assert opened[0].contact_id == contact_id(here, opened[0].person_id)
    assert (opened[0].details.full_name, opened[0].segment_ids) == ("Ann Berg", (segment,))
    assert (told.workspace_id, told.causation_id, record.key) == (here, envelope.event_id, str(opened[0].contact_id).encode())
