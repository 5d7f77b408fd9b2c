"""Where outreaches stand, and the mails in doubt that a person settles."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.kit.errors import NotFound
from services.kit.http import Ask, Desk, Page, Part, may
from services.sender.api.tasks import OutreachRef
from services.sender.handlers import people
from services.sender.store import lists
from services.sender.store.lists import Doubt, Progress

router = APIRouter(prefix="/api/sender/workspaces/{workspace_id}", tags=["sends"])


class Settle(Ask):
    went_out: bool
    """What was found: they have it, or they never got it."""


@router.get("/outreach/{outreach_id}")
def progress(outreach_id: UUID, desk: Annotated[Desk, may("outreach.view")]) -> Progress:
    found = desk.read(lambda connection: lists.progress(connection, outreach_id))
    if found is None:
        raise NotFound("there is no such outreach here")
    return found


@router.get("/in-doubt")
def in_doubt(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("outreach.view")]) -> Page[Doubt]:
    """Handed over, and no answer known. Held here until a bounce, a reply, the Sent folder or a person says what became of it."""
    after = part.after(UUID)
    found = desk.read(lambda connection: lists.doubts(connection, after[0] if after else None, part.limit + 1))
    return part.page(found, lambda doubt: [doubt.outreach_id])


@router.post("/in-doubt/{outreach_id}/settle")
def settle(outreach_id: UUID, ask: Settle, desk: Annotated[Desk, may("outreach.settle")]) -> OutreachRef:
    """Neither answer sends anything again."""
    answer = OutreachRef(outreach_id=outreach_id)
    return desk.do(lambda work: (answer, people.settle_doubt(outreach_id, work, went_out=ask.went_out)))
