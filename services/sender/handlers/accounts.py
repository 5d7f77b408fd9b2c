"""Sender accounts: registering them, pausing, and letting them go on."""

from collections.abc import Iterable
from uuid import UUID

from schemas.sender import SenderPaused, SenderRegistered, SenderResumed
from services.kit.errors import Conflict, NotFound
from services.kit.events import Told, Work
from services.sender.kinds import SENDER
from services.sender.store import directory, senders
from services.sender.store.senders import Registration


def register_sender(registration: Registration, work: Work) -> Iterable[Told]:
    """Registered again, an account gets its new settings, and goes on if it was paused."""
    account = registration.account
    if not directory.is_licensed(work.connection, account.user_id):
        raise Conflict("this user holds no licence, and only who holds one can be a sender: give them one first")
    senders.register(work.connection, registration)
    body = SenderRegistered(
        sender_id=account.sender_id,
        user_id=account.user_id,
        channels=registration.channels,
        daily_cap=registration.daily_cap,
        name=account.name,
        email=account.email,
        linkedin=registration.linkedin,
    )
    return [Told(SENDER, account.sender_id, body, account.workspace_id)]


def pause_sender(sender_id: UUID, workspace_id: UUID, reason: str, work: Work) -> Iterable[Told]:
    must_be_known(sender_id, work)
    if not senders.pause(work.connection, sender_id, reason):
        return []
    return [Told(SENDER, sender_id, SenderPaused(sender_id=sender_id, reason=reason), workspace_id)]


def resume_sender(sender_id: UUID, workspace_id: UUID, work: Work) -> Iterable[Told]:
    must_be_known(sender_id, work)
    if not senders.pause(work.connection, sender_id, None):
        return []
    return [Told(SENDER, sender_id, SenderResumed(sender_id=sender_id), workspace_id)]


def must_be_known(sender_id: UUID, work: Work) -> None:
    if not senders.is_known(work.connection, sender_id):
        raise NotFound("there is no such sender here")
