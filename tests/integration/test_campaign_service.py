"""The service as it runs: from others' topics to its own, on real Kafka and PostgreSQL."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from schemas.accounts import Role, WorkspaceCreated
from schemas.body import Body
from schemas.campaign import OutreachAsked, StepScheduled, StepTaken
from schemas.publish import ContactApproved, ContactProposed
from schemas.sender import SenderRegistered
from schemas.topics import TOPIC_OF, heard_by
from services.campaign import agents
from services.campaign.__main__ import SERVICE
from services.kit import kafka
from services.kit.codec import encode
from services.kit.events import kafka_key
from services.kit.http import Caller
from services.kit.http.tokens import Signer
from services.kit.publisher import Publisher, Record
from services.kit.service import Running
from services.kit.settings import Settings
from tests.campaign_world import WORKSPACE, World
from tests.campaigns import MONDAY, accepted, hours, key_of, mails, person

pytestmark = pytest.mark.engines
SECONDS = 60


@contextmanager
def running(world: World) -> Iterator[None]:
    """The whole service, worker and API, in a thread of this process."""
    service, loop = Running(SERVICE, world.context), asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(service.run(worker=True, api=True)))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(service.stopping.set)
        thread.join(SECONDS)
        loop.close()


def record(world: World, body: Body, key: UUID) -> Record:
    """As its writer's relay would publish it."""
    heard, [sealed] = world.heard(body, key), world.context.codec.seal([body])
    envelope = msgspec.structs.replace(heard.envelope, body=msgspec.Raw(sealed.body), seal=sealed.seal)
    return Record(world.context.settings.topic_name(TOPIC_OF[type(body)].name), kafka_key(body).encode(), encode(envelope))


def publish(world: World, bodies: Iterable[tuple[Body, UUID]]) -> None:
    with Publisher(world.context.settings, "test") as publisher:
        publisher.publish([record(world, body, key) for body, key in bodies])


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.2)


def health(world: World) -> dict[str, object]:
    try:
        found: dict[str, object] = httpx.get(f"{world.context.settings.campaign_url}/health/ready").json()
    except httpx.TransportError:
        return {"ready": False}
    return found


def test_it_hears_all_that_the_catalogue_says(module_settings: Settings) -> None:
    hears = agents.hears(World(module_settings).context)
    assert sorted(h.topic.name for h in hears) == sorted(topic.name for topic in heard_by("campaign"))


def test_a_contact_on_its_topic_is_written_to_and_walks_on_when_that_is_accepted(module_settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    world = World(module_settings, campaign_url=url, topic_partitions=2)
    kafka.make_topics(world.context.settings)
    contact, sender = key_of("contact", 0), key_of("sender", 0)
    with running(world):
        until(lambda: health(world)["ready"] is True, "the service to be ready")
        publish(
            world,
            [
                (WorkspaceCreated(workspace_id=WORKSPACE, client_id=key_of("client"), name="Acme", time_zone="Europe/Rome"), WORKSPACE),
                (SenderRegistered(sender_id=sender, user_id=uuid4(), channels=("email",), daily_cap=9, name="Bea"), sender),
                (ContactProposed(contact_id=contact, person_id=uuid4(), details=person()), contact),
                (ContactApproved(contact_id=contact), contact),
            ],
        )
        until(lambda: world.count("contacts", "standing = 3") + world.count("senders", "cap = 9") == 2, "what was published to be heard")
        campaign = call(world, "", {"name": "Spring", "steps": steps(), "sender_ids": [str(sender)], "time_zone": "Europe/Rome"})
        assert call(world, f"/{campaign['campaign_id']}/recipients", {"all_approved": True})["enrolled"] == 1
        call(world, f"/{campaign['campaign_id']}/launch", None)
        until(lambda: len(world.told(StepScheduled)) == 1, "the first mail to be planned")
        world.now = MONDAY + hours(8)
        until(lambda: len(world.asked()) == 1, "the first mail to be asked for")
        [asked] = world.told(OutreachAsked)
        assert asked.message.text == "Dear Ann, this is about Acme."
        publish(world, [(accepted(asked, world.now), asked.recipient_id)])
        until(lambda: len(world.told(StepTaken)) == 1, "the mail to be taken")
        until(lambda: len(world.told(StepScheduled)) == 2, "the second mail to be planned")
        until(lambda: at_rest(world), "the service to be at rest")


def at_rest(world: World) -> bool:
    database = health(world)["database"]
    assert isinstance(database, dict)
    return (database["outbox"], database["busy"]) == (0, 0)


def steps() -> list[dict[str, object]]:
    return [step.model_dump(mode="json") for step in mails(2).steps]


def call(world: World, path: str, ask: object) -> dict[str, object]:
    settings = world.context.settings
    token = Signer(settings).sign(Caller(f"user:{uuid4()}", Role.MANAGER, WORKSPACE, uuid4()))
    url = f"{settings.campaign_url}/api/campaign/workspaces/{WORKSPACE}/campaigns{path}"
    answer = httpx.post(url, json=ask, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert answer.is_success, answer.text
    found: dict[str, object] = answer.json()
    return found
