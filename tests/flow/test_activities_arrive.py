"""What people do arrives: from a webhook, a program and a file, by e-mail address, on the timeline of who became a contact meanwhile."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from cli.client import Client
from cli.demo.world import World, make_world
from services.ingest.domain.signature import signature
from tests.system import System

pytestmark = [pytest.mark.flow, pytest.mark.timeout(1200)]

ANN = "ann.lee@kranich-bau.de"
AT = "2026-03-02T10:00:00Z"


@pytest.fixture(scope="module")
def world(demo_system: System) -> World:
    """A client of its own: the demo's figures stay as they are."""
    with Client(demo_system.gateway_url, demo_system.key) as api:
        return make_world(api)


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    """What `look` finds, as soon as it is anything."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it has not arrived"
        time.sleep(0.3)
    return found


def call(system: System, webhook: dict[str, Any], body: Any) -> dict[str, Any]:
    """As a portal would, which has the secret and nothing else."""
    content, message_id, timestamp = json.dumps(body).encode(), str(uuid4()), int(time.time())
    signed = signature(webhook["secret"], message_id, timestamp, content)
    headers = {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signed}
    answer = httpx.post(system.gateway_url + webhook["webhook"], content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()["activities"]["counts"]
    return said


def test_activities_by_an_address_arrive_on_the_timeline_of_who_has_it(demo_system: System, world: World, tmp_path: Path) -> None:
    with Client(demo_system.gateway_url, demo_system.key) as api:
        webhook = api.post(world.path("ingest", "sources"), {"name": "Portal", "kind": "webhook"})
        download = {"email": ANN, "kind": "download", "what": "tile.pdf", "at": AT}
        assert call(demo_system, webhook, {"activities": [download]})["waiting"] == 1

        people = tmp_path / "people.csv"
        people.write_text(f"Id,Name,E-Mail,Company\n1,Ann Lee,{ANN},Kranich Bau\n")
        imported = demo_system.cli("import-files", str(people), "--workspace", world.workspace_id)
        assert imported.returncode == 0, imported.stdout + imported.stderr

        contacts = world.path("publish", "contacts")
        [contact] = until(lambda: list(api.every(contacts)))
        timeline = world.path("kpi", f"contacts/{contact['contact_id']}/timeline")

        def happened(words: str) -> Callable[[], bool]:
            return lambda: any(words in entry["words"] for entry in api.every(timeline))

        until(happened("Downloaded a file: tile.pdf (Portal)"))
        assert call(demo_system, webhook, {"activities": [download]})["unchanged"] == 1

        browsed = {"email": ANN, "kind": "browsing", "seconds": 95, "at": AT}
        said = api.post(world.path("ingest", "activities"), {"source": "Shop", "activities": [browsed]})
        assert said["counts"]["added"] == 1
        until(happened("Browsed for 0:01:35 (Shop)"))

        visits = tmp_path / "visits.csv"
        visits.write_text(f"E-Mail,Event,Time,Page\n{ANN.upper()},Page visit,{AT},/prices\n")
        for rows in ('"accepted": 1', '"accepted": 0'):
            done = demo_system.cli("import-files", str(visits), "--workspace", world.workspace_id, "--json")
            assert rows in done.stdout, done.stdout + done.stderr
        until(happened("Visited a page: /prices (visits)"))
        assert len([entry for entry in api.every(timeline) if entry["kind"] == "ActivityRecorded"]) == 3
