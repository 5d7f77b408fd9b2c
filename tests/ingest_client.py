"""Ingest's API on a real server, and who calls it: a manager of one workspace, and a program that signs."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx

from schemas.accounts import Role
from schemas.ingest import ActivityRecorded
from services.ingest.api import make_router
from services.ingest.domain.signature import new_secret, signature
from services.kit.clock import system_clock
from services.kit.database import rows
from services.kit.http import Caller, create_app
from services.kit.http.tokens import Signer
from services.kit.service import Context
from services.kit.settings import Settings
from tests.ingest_bed import Bed, make_bed
from tests.serving import served


class Healthy:
    def report(self) -> dict[str, Any]:
        return {"ready": True}


@dataclass
class Client:
    """A manager of one workspace, and the worker behind the API."""

    bed: Bed
    http: httpx.Client

    @property
    def here(self) -> str:
        return f"/api/ingest/workspaces/{self.bed.workspace_id}"

    def elsewhere(self) -> "Client":
        return replace(self, bed=replace(self.bed, workspace_id=uuid4()))

    def headers(self, **more: str) -> dict[str, str]:
        caller = Caller("user:1", Role.MANAGER, self.bed.workspace_id)
        return {"Authorization": f"Bearer {Signer(self.bed.settings).sign(caller)}", **more}

    def get(self, path: str, **params: str) -> Any:
        answer = self.http.get(self.here + path, params=params, headers=self.headers())
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return self.http.post(self.here + path, json=body, headers=self.headers(**headers))

    def told(self) -> list[ActivityRecorded]:
        """The activities that were told of this workspace, in their order."""
        with self.bed.database.transaction() as connection:
            found = rows(
                connection,
                "SELECT body FROM events WHERE workspace_id = :w AND type = 'ActivityRecorded' ORDER BY position",
                w=self.bed.workspace_id,
            )
        return [ActivityRecorded(**row.body) for row in found]


@dataclass(frozen=True)
class Hook:
    """A webhook and who calls it. `secret` is what it signs with."""

    client: Client
    source_id: str
    secret: str

    @property
    def url(self) -> str:
        return f"/api/ingest/webhooks/{self.source_id}"

    def call(self, body: Any, message_id: str | None = None, *, at: float = 0, headers: dict[str, str] | None = None) -> httpx.Response:
        """`body` is sent as it is if it is bytes; `at` is by how much the caller's clock is off, in seconds."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        message_id, timestamp = message_id or str(uuid4()), int(time.time() + at)
        signed = {
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self.secret, message_id, timestamp, content),
        }
        return self.client.http.post(self.url, content=content, headers={**signed, **(headers or {})})


def make_hook(client: Client, name: str = "Website") -> Hook:
    made = client.post("/sources", {"name": name, "kind": "webhook"}).json()
    return Hook(client, made["source_id"], made["secret"])


def no_hook(client: Client) -> Hook:
    """One that does not exist."""
    return Hook(client, str(uuid4()), new_secret(os.urandom))


@contextmanager
def serving_ingest(settings: Settings, **changed: Any) -> Iterator[Client]:
    bed = make_bed(settings.model_copy(update=changed))
    context = Context("ingest", bed.settings, system_clock)
    with served(create_app(context, [make_router(bed.bus)], Healthy())) as url, httpx.Client(base_url=url) as http:
        yield Client(bed, http)
    bed.close()
