"""Reading mailboxes now, for whoever cannot wait for the next look."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from services.kit.errors import Unavailable
from services.kit.http import Desk, may
from services.sender.books import Passwords
from services.sender.ports import AccountTrouble
from services.sender.postbox import Postbox
from services.sender.reading import read_once
from services.sender.wiring import mailbox_opener

router = APIRouter(prefix="/api/sender/workspaces/{workspace_id}/mailboxes", tags=["mailboxes"])


class ReadMailboxes(BaseModel):
    """`read` counts the mails that this call took in, by what they mean; the service may have read others just before."""

    mailboxes: int
    read: int
    meanings: dict[str, int]


@router.post("/read")
def read(desk: Annotated[Desk, may("sender.edit")]) -> ReadMailboxes:
    """Afterwards, all that was in the workspace's mailboxes when this was asked is taken in."""
    context = desk.context
    postbox = Postbox(
        context.api, context.codec, context.clock, Passwords(context.secrets), context.secrets.digest, workspace_id=desk.workspace_id
    )
    try:
        mailboxes, counts = read_once(postbox, mailbox_opener(context.settings))
    except AccountTrouble as trouble:
        raise Unavailable(f"a mailbox could not be read: {trouble.reason}", retry_after=5) from trouble
    return ReadMailboxes(mailboxes=mailboxes, read=counts.total(), meanings=dict(counts))
