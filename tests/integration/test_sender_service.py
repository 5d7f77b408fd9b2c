"""The service as it runs: from others' topics over real SMTP and IMAP to its own topics, on real Kafka and PostgreSQL."""

import asyncio
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from schemas.accounts import LicenceGranted, Role, WorkspaceCreated
from schemas.body import PROVIDER, Body
from schemas.topics import TOPIC_OF, heard_by
from services.kit import kafka
from services.kit.clock import system_clock
from services.kit.codec import encode
from services.kit.events import kafka_key
from services.kit.http import Caller
from services.kit.http.tokens import Signer
from services.kit.publisher import Publisher, Record
from services.kit.service import Context, Running
from services.kit.settings import Settings
from services.sender import agents
from services.sender.__main__ import SERVICE
from services.sender.settings import SenderSettings
from tests.conftest import Engines
from tests.sender_bed import CLIENT, Bed, heard, port_of, sender_settings

pytestmark = pytest.mark.engines
SECONDS = 60


@contextmanager
def running(settings: SenderSettings) -> Iterator[None]:
    """The whole service, worker and API, in a thread of this process."""
    service, loop = Running(SERVICE, Context("sender", settings, system_clock)), asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(service.run(worker=True, api=True)))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(service.stopping.set)
        thread.join(SECONDS)
        loop.close()
    assert not thread.is_alive()


def publish(bed: Bed, *bodies: tuple[Body, UUID]) -> None:
    """As their writers' relays would."""
    records = []
    for body, workspace_id in bodies:
        [sealed] = bed.codec.seal([body])
        envelope = msgspec.structs.replace(heard(body, workspace_id).envelope, body=msgspec.Raw(sealed.body), seal=sealed.seal)
        records.append(Record(bed.settings.topic_name(TOPIC_OF[type(body)].name), kafka_key(body).encode(), encode(envelope)))
    with Publisher(bed.settings, "test") as publisher:
        publisher.publish(records)


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.2)


def health(settings: SenderSettings) -> dict[str, Any]:
    try:
        found: dict[str, Any] = httpx.get(f"{settings.sender_url}/health/ready").json()
    except httpx.TransportError:
        return {"ready": False}
    return found


def post(bed: Bed, path: str, ask: object) -> httpx.Response:
    token = Signer(bed.settings).sign(Caller(f"user:{uuid4()}", Role.MANAGER, bed.workspace_id, CLIENT))
    url = f"{bed.settings.sender_url}/api/sender/workspaces/{bed.workspace_id}{path}"
    return httpx.post(url, json=ask, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def test_it_hears_all_that_the_catalogue_says(module_settings: Settings) -> None:
    hears = agents.hears(Context("sender", sender_settings(module_settings), system_clock))
    assert sorted(h.topic.name for h in hears) == sorted(topic.name for topic in heard_by("sender"))


def test_what_campaign_asks_for_goes_out_and_the_answer_is_told(module_settings: Settings, engines: Engines) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings = sender_settings(module_settings, sender_url=url, sender_mailbox_seconds=0.2, topic_partitions=2)
    bed = Bed(settings)
    kafka.make_topics(settings)
    made = WorkspaceCreated(workspace_id=bed.workspace_id, client_id=CLIENT, name="Acme", time_zone="Europe/Rome")
    with running(settings):
        until(lambda: health(settings)["ready"] is True, "the service to be ready")
        publish(bed, (made, PROVIDER), (LicenceGranted(user_id=bed.user_id, client_id=CLIENT), PROVIDER))
        until(lambda: post(bed, "/senders", account(bed, engines)).status_code == 201, "the licence to be heard")
        asked = bed.asked(f"bob-{uuid4().hex[:8]}@recipient.example")
        publish(bed, (asked, bed.workspace_id))
        until(lambda: "OutreachAccepted" in bed.told_types(), "the mail to be accepted")
        [accepted] = [body for kind, body in bed.told() if kind == "OutreachAccepted"]
        answer(bed, engines, str(asked.message.to), accepted["message_id"])
        until(lambda: "ReplyReceived" in bed.told_types(), "the reply to be read")
        until(lambda: at_rest(settings), "the service to be at rest")
    assert bed.told_types() == ["SenderRegistered", "OutreachAccepted", "ReplyReceived"]
    bed.database.close()


def account(bed: Bed, engines: Engines) -> dict[str, Any]:
    email = f"ann-{bed.user_id.hex[:8]}@sender.example"
    local = {"host": "127.0.0.1", "security": "none"}
    imap = {**local, "port": port_of(engines.imap), "username": email, "password": "any"}
    smtp = {**local, "port": port_of(engines.smtp)}
    return {"user_id": str(bed.user_id), "name": "Ann", "channels": ["email"], "email": email, "smtp": smtp, "imap": imap}


def answer(bed: Bed, engines: Engines, address: str, message_id: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = address, f"ann-{bed.user_id.hex[:8]}@sender.example"
    mail["Message-ID"], mail["In-Reply-To"], mail["Subject"] = f"<{uuid4()}@recipient.example>", message_id, "Re: Hello"
    mail.set_content("Yes")
    with smtplib.SMTP("127.0.0.1", port_of(engines.smtp)) as smtp:
        smtp.send_message(mail)


def at_rest(settings: SenderSettings) -> bool:
    database = health(settings)["database"]
    return (database["outbox"], database["busy"]) == (0, 0)
