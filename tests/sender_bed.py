"""The sender's parts over a real database, for its tests; and short ways to ask it for outreach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

import msgspec

from schemas.accounts import LicenceGranted, WorkspaceCreated
from schemas.body import PROVIDER, Body
from schemas.campaign import Act, OutreachAsked, OutreachMessage, OutreachWithdrawn
from schemas.details import Channel
from schemas.envelope import Envelope
from services.kit.codec import Codec, Heard
from services.kit.database import Database, rows
from services.kit.events import Told, Work
from services.kit.secrets import Secrets
from services.kit.settings import Settings
from services.kit.vault import Vault
from services.sender.books import Books, Passwords
from services.sender.domain.account import Account, Security, Server, sender_id_of
from services.sender.domain.compose import Composer
from services.sender.handlers import asking, knowing
from services.sender.postbox import Postbox
from services.sender.sending import Sending
from services.sender.settings import SenderSettings
from services.sender.store import senders
from services.sender.store.senders import Registration
from services.sender.wiring import carrier_of, composer_of
from tests.builders import MONDAY

CLIENT = UUID("c0000000-0000-4000-8000-000000000001")


def sender_settings(settings: Settings, **more: Any) -> SenderSettings:
    """Short leases and pauses, so that tests need not wait long."""
    quick = {
        "sender_answer_seconds": 2.0,
        "sender_hand_over_seconds": 5.0,
        "sender_claim_seconds": 2.0,
        "sender_retry_seconds": 3600.0,
        "sender_connect_seconds": 5.0,
    }
    return SenderSettings(**{**settings.model_dump(), **quick, **more})


def heard(body: Body, workspace_id: UUID) -> Heard:
    envelope = Envelope(
        event_id=uuid4(),
        type=type(body).__name__,
        workspace_id=workspace_id,
        stream=f"test:{uuid4()}",
        version=1,
        occurred_at=MONDAY,
        recorded_at=MONDAY,
        correlation_id="test",
        actor="service:test",
        body=msgspec.Raw(b"{}"),
    )
    return Heard(envelope, body)


@dataclass
class Bed:
    settings: SenderSettings
    workspace_id: UUID = field(default_factory=uuid4)
    user_id: UUID = field(default_factory=uuid4)
    campaign_id: UUID = field(default_factory=uuid4)
    now: datetime = MONDAY

    @cached_property
    def database(self) -> Database:
        return Database(self.settings, "sender")

    @cached_property
    def codec(self) -> Codec:
        return Codec(Vault(self.database, self.settings.master_key_bytes))

    @cached_property
    def secrets(self) -> Secrets:
        return Secrets(self.settings.master_key_bytes)

    @cached_property
    def composer(self) -> Composer:
        return composer_of(self.settings)

    def clock(self) -> datetime:
        return self.now

    @property
    def sender_id(self) -> UUID:
        return sender_id_of(self.workspace_id, self.user_id)

    def books(self) -> Books:
        passwords = Passwords(self.secrets)
        return Books(self.database, self.codec, self.clock, passwords, self.settings.patience, self.settings.sender_claims_each)

    def sending(self) -> Sending:
        settings = self.settings
        return Sending(
            self.books(), carrier_of(settings), self.composer, self.clock, settings.sender_sessions, settings.sender_sessions_each
        )

    def postbox(self) -> Postbox:
        return Postbox(self.database, self.codec, self.clock, Passwords(self.secrets), self.secrets.digest)

    def handle(self, handler: Any, *bodies: Body, workspace_id: UUID | None = None, **more: Any) -> list[Told]:
        """What the shell does with a batch: one transaction with its effects and what it tells."""
        batch = [heard(body, workspace_id or self.workspace_id) for body in bodies]
        return self.do(lambda work: handler(batch, work, **more))

    def do(self, handler: Any) -> list[Told]:
        with self.database.transaction() as connection:
            work = Work(connection, self.codec, self.now, "service:sender", f"test-{uuid4()}")
            told = list(handler(work))
            work.append(told)
        return told

    def know_workspace(self) -> None:
        made = WorkspaceCreated(workspace_id=self.workspace_id, client_id=CLIENT, name="Test", time_zone="Europe/Berlin")
        granted = LicenceGranted(user_id=self.user_id, client_id=CLIENT)
        self.handle(knowing.when_accounts_change_know_workspaces_and_licences, made, granted, workspace_id=PROVIDER)

    def register(self, smtp_port: int | None = None, imap_port: int | None = None, **more: Any) -> Account:
        """A sender whose servers are on this machine."""
        fields: dict[str, Any] = {
            "sender_id": self.sender_id,
            "workspace_id": self.workspace_id,
            "user_id": self.user_id,
            "name": "Ann Sender",
            "email": f"ann-{self.user_id.hex[:8]}@sender.example",
            "tracking": False,
        }
        if smtp_port:
            fields["smtp"] = Server("127.0.0.1", smtp_port, Security.NONE)
        if imap_port:
            fields["imap"] = Server("127.0.0.1", imap_port, Security.NONE, fields["email"], "secret")
        account = Account(**{**fields, **more})
        with self.database.transaction() as connection:
            sealed = Passwords(self.secrets).seal(account)
            senders.register(connection, Registration(sealed, ("email", "linkedin"), 100, "https://www.linkedin.com/in/ann"))
        return account

    def asked(self, to: str = "bob@recipient.example", **more: Any) -> OutreachAsked:
        fields: dict[str, Any] = {
            "outreach_id": uuid4(),
            "recipient_id": uuid4(),
            "campaign_id": self.campaign_id,
            "contact_id": uuid4(),
            "step_id": "first",
            "channel": Channel.EMAIL,
            "act": Act.EMAIL,
            "sender_id": self.sender_id,
            "due_on": date(2026, 3, 2),
            "message": OutreachMessage(to=to, to_name="Bob", subject="Hello", text="Hello Bob,\n\nhow are you?\n"),
        }
        return OutreachAsked(**{**fields, **more})

    def ask(self, *bodies: Body) -> list[Told]:
        return self.handle(
            asking.when_outreach_is_asked_plan_it, *bodies, composer=self.composer, digest=self.secrets.digest, real=real_now
        )

    def ask_for(self, addresses: Iterable[str]) -> list[OutreachAsked]:
        asked = [self.asked(address) for address in addresses]
        self.ask(*asked)
        return asked

    def stages(self) -> dict[UUID, str]:
        with self.database.transaction() as connection:
            return {row.outreach_id: row.stage for row in rows(connection, "SELECT outreach_id, stage FROM sends")}

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """(type, open fields) of all events, in order."""
        with self.database.transaction() as connection:
            return [(row.type, row.body) for row in rows(connection, "SELECT type, body FROM events ORDER BY position")]

    def told_types(self) -> list[str]:
        return [kind for kind, _ in self.told()]

    def send_all(self, sending: Sending) -> None:
        """Until there is nothing more to do."""
        while sending.step():
            pass


def real_now() -> datetime:
    return datetime.now(UTC)


def types_of(told: Sequence[Told]) -> list[str]:
    return [type(each.body).__name__ for each in told]


def withdrawn(asked: OutreachAsked) -> OutreachWithdrawn:
    return OutreachWithdrawn(**asked.model_dump(include=set(OutreachWithdrawn.model_fields)), reason="they replied")


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])
