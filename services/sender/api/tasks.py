"""Acts that people do, and what they tell of answers that no mailbox sees."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import Connection

from schemas.accounts import Role
from services.kit.errors import Forbidden
from services.kit.events import Told, Work
from services.kit.http import Ask, Desk, Page, Part, may
from services.sender.handlers import people
from services.sender.store import directory, lists, senders
from services.sender.store.lists import Task, TaskFilter

router = APIRouter(prefix="/api/sender/workspaces/{workspace_id}", tags=["tasks"])
Doer = Annotated[Desk, may("task.do")]
Act = Callable[[UUID, Work], Iterable[Told]]


class OutreachRef(Ask):
    outreach_id: UUID


class Reply(Ask):
    text: str | None = Field(default=None, max_length=20_000)


@router.get("/tasks")
def tasks(
    part: Annotated[Part, Depends()],
    desk: Annotated[Desk, may("task.view")],
    day: date | None = None,
    sender_id: UUID | None = None,
    done: bool = False,
) -> Page[Task]:
    """By day, the oldest first. Members see their own."""
    after = part.after(date, UUID)
    user_id = desk.caller.user_id if desk.caller.role is Role.MEMBER else None

    def look(connection: Connection) -> list[Task]:
        zone = ZoneInfo(directory.time_zone_of(connection, desk.workspace_id))
        wanted = TaskFilter(desk.context.clock().astimezone(zone).date(), day, sender_id, user_id, done)
        return list(lists.tasks(connection, wanted, (after[0], after[1]) if after else None, part.limit + 1))

    return part.page(desk.read(look), lambda task: [task.due_on, task.outreach_id])


@router.post("/tasks/{outreach_id}/done")
def done(outreach_id: UUID, desk: Doer) -> OutreachRef:
    """The click "LinkedIn request sent" and the like. A second one changes nothing."""
    return act(outreach_id, desk, people.do_task)


@router.post("/tasks/{outreach_id}/accepted")
def accepted(outreach_id: UUID, desk: Doer) -> OutreachRef:
    """The recipient accepted the invite, and is a Connection now."""
    return act(outreach_id, desk, people.accept_invite)


@router.post("/tasks/{outreach_id}/withdrawn")
def withdrawn(outreach_id: UUID, desk: Doer) -> OutreachRef:
    """The sender took the invite back."""
    return act(outreach_id, desk, people.take_back_invite)


@router.post("/tasks/{outreach_id}/replied")
def replied(outreach_id: UUID, ask: Reply, desk: Doer) -> OutreachRef:
    return act(outreach_id, desk, lambda key, work: people.tell_reply(key, ask.text, work))


@router.post("/tasks/{outreach_id}/opted-out")
def opted_out(outreach_id: UUID, desk: Doer) -> OutreachRef:
    """They asked not to be contacted on this channel any more; open acts and mails to them on it are stopped at once."""
    digest = desk.context.secrets.digest
    return act(outreach_id, desk, lambda key, work: people.tell_opt_out(key, work, digest))


@router.post("/meetings", status_code=201)
def meeting(ask: OutreachRef, desk: Doer) -> OutreachRef:
    """They booked a meeting after this outreach, e-mail or other, in a way that no mailbox sees."""
    return act(ask.outreach_id, desk, people.tell_meeting)


def act(outreach_id: UUID, desk: Desk, what: Act) -> OutreachRef:
    def handler(work: Work) -> tuple[OutreachRef, Iterable[Told]]:
        must_be_theirs(outreach_id, desk, work)
        return OutreachRef(outreach_id=outreach_id), what(outreach_id, work)

    return desk.do(handler)


def must_be_theirs(outreach_id: UUID, desk: Desk, work: Work) -> None:
    """Members act for themselves. Raises Forbidden."""
    if desk.caller.role is not Role.MEMBER:
        return
    sender_id = people.standing(work, outreach_id).sender_id
    account = senders.accounts(work.connection, [sender_id]).get(sender_id)
    if account is None or account.user_id != desk.caller.user_id:
        raise Forbidden("this is another sender's task")
