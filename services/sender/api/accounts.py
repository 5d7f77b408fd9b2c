"""Sender accounts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field, SecretStr

from schemas.details import Channel
from services.kit.errors import Invalid
from services.kit.http import Ask, Desk, Page, Part, may
from services.sender import mailbox
from services.sender.books import Passwords
from services.sender.domain import headers
from services.sender.domain.account import Account, Security, Server, sender_id_of
from services.sender.domain.errors import Refused
from services.sender.handlers import accounts as handlers
from services.sender.ports import AccountTrouble
from services.sender.store import senders
from services.sender.store.senders import Listed, Registration

router = APIRouter(prefix="/api/sender/workspaces/{workspace_id}/senders", tags=["senders"])


class ServerAsk(Ask):
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(ge=1, le=65535)
    security: Security
    username: str | None = None
    password: SecretStr | None = None

    def server(self) -> Server:
        password = self.password.get_secret_value() if self.password else None
        return Server(self.host, self.port, self.security, self.username, password)


class RegisterSender(Ask):
    """A user's accounts. Asked for again, it replaces what was registered for this user."""

    user_id: UUID
    name: str = Field(min_length=1, max_length=200)
    channels: tuple[Channel, ...] = Field(min_length=1)
    email: str | None = None
    linkedin: str | None = None
    daily_cap: int = Field(default=50, ge=1, le=2000)
    """E-mails in any 24 hours."""
    smtp: ServerAsk | None = None
    imap: ServerAsk | None = None
    sent_folder: str | None = None
    tracking: bool = True


class Pause(Ask):
    reason: str = Field(min_length=1, max_length=500)


class SenderRef(Ask):
    sender_id: UUID


@router.post("", status_code=201)
def register(ask: RegisterSender, desk: Annotated[Desk, may("sender.edit")]) -> SenderRef:
    """Takes effect at once. Servers are looked up, and refused where this installation must not connect to them."""
    registration = registration_of(ask, desk)
    return desk.do(lambda work: (SenderRef(sender_id=registration.account.sender_id), handlers.register_sender(registration, work)))


@router.get("")
def senders_of_workspace(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("sender.view")]) -> Page[Listed]:
    after = part.after(UUID)
    found = desk.read(lambda connection: senders.listed(connection, after[0] if after else None, part.limit + 1))
    return part.page(found, lambda sender: [sender.sender_id])


@router.post("/{sender_id}/pause")
def pause(sender_id: UUID, ask: Pause, desk: Annotated[Desk, may("sender.edit")]) -> SenderRef:
    """Nothing is sent on this sender's behalf until it is resumed; answers are still read."""
    answer = SenderRef(sender_id=sender_id)
    return desk.do(lambda work: (answer, handlers.pause_sender(sender_id, desk.workspace_id, ask.reason, work)))


@router.post("/{sender_id}/resume")
def resume(sender_id: UUID, desk: Annotated[Desk, may("sender.edit")]) -> SenderRef:
    return desk.do(lambda work: (SenderRef(sender_id=sender_id), handlers.resume_sender(sender_id, desk.workspace_id, work)))


def registration_of(ask: RegisterSender, desk: Desk) -> Registration:
    """Checked, with its passwords sealed. Raises Invalid."""
    if Channel.EMAIL in ask.channels and (ask.email is None or ask.smtp is None):
        raise Invalid("a sender of e-mails needs an e-mail address and a server (smtp)")
    if Channel.LINKEDIN in ask.channels and not ask.linkedin:
        raise Invalid("a sender on LinkedIn needs its LinkedIn profile (linkedin)")
    try:
        address = headers.address(ask.email) if ask.email else None
        headers.checked("name", ask.name)
    except Refused as refused:
        raise Invalid(refused.reason) from refused
    account = Account(
        sender_id=sender_id_of(desk.workspace_id, ask.user_id),
        workspace_id=desk.workspace_id,
        user_id=ask.user_id,
        name=ask.name,
        email=address,
        smtp=checked(ask.smtp, desk),
        imap=checked(ask.imap, desk),
        sent_folder=ask.sent_folder,
        tracking=ask.tracking,
    )
    return Registration(Passwords(desk.context.secrets).seal(account), tuple(map(str, ask.channels)), ask.daily_cap, ask.linkedin)


def checked(ask: ServerAsk | None, desk: Desk) -> Server | None:
    if ask is None:
        return None
    server = ask.server()
    try:
        mailbox.check(server, mailbox.addresses(server), local_only=desk.context.settings.sender_local_only)
    except AccountTrouble as trouble:
        raise Invalid(trouble.reason) from trouble
    except OSError as error:
        raise Invalid(f"{server.host} has no address: {error}") from error
    return server
