"""The links in mails: unsubscribing, opening, clicking. Open to anybody who has a token that was signed here."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from schemas.accounts import Role
from services.kit.errors import NotFound
from services.kit.http import Caller, Desk
from services.sender.api import pages
from services.sender.domain.links import Link, Purpose
from services.sender.handlers import people
from services.sender.handlers.visits import visit
from services.sender.store import outreach, senders

router = APIRouter(include_in_schema=False)


def desk_of(request: Request, link: Link) -> Desk:
    """A desk in the workspace that the signed link names."""
    caller = Caller("service:sender", Role.MEMBER, link.workspace_id)
    return Desk(caller, link.workspace_id, request.app.state.context, request.scope["correlation_id"])


@router.get("/u/{token}")
def ask_to_confirm(token: str, request: Request) -> Response:
    """Changes nothing: spam filters follow links (RFC 8058)."""
    link = request.app.state.context.settings.links.read(token, Purpose.UNSUBSCRIBE)
    sender = link and desk_of(request, link).read(lambda connection: senders.name_of_writer(connection, link.outreach_id))
    return pages.ask_to_confirm(sender) if sender else pages.unknown()


@router.post("/u/{token}")
def unsubscribe(
    token: str, request: Request, one_click: Annotated[str | None, Form(alias="List-Unsubscribe", max_length=100)] = None
) -> Response:
    """By the page, or by the recipient's mail program in one click; at once, and without redirecting."""
    link = request.app.state.context.settings.links.read(token, Purpose.UNSUBSCRIBE)
    if link is None:
        return pages.unknown()
    desk, by = desk_of(request, link), "one_click" if one_click else "page"
    try:
        digest = desk.context.secrets.digest
        desk.do(lambda work: (None, people.unsubscribe(link.outreach_id, by, work, digest)))
    except NotFound:
        return pages.unknown()
    return pages.unsubscribed()


@router.get("/t/{token}")
def track(token: str, request: Request) -> Response:
    """The picture of an opening, or the way on to where a link leads; that stands in a table, never in the URL."""
    links = request.app.state.context.settings.links
    link = links.read(token, Purpose.OPEN) or links.read(token, Purpose.CLICK)
    if link is None:
        return pages.unknown()
    desk = desk_of(request, link)
    targets = desk.read(lambda connection: outreach.links_of(connection, link.outreach_id))
    if targets is None or (link.purpose is Purpose.CLICK and link.number >= len(targets)):
        return pages.unknown()
    agent = request.headers.get("user-agent")
    desk.do(lambda work: (None, visit(link, agent, work)))
    return pages.picture() if link.purpose is Purpose.OPEN else pages.on_to(targets[link.number])
