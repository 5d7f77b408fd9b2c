"""API keys of a client; with the Provider's reserved id as the client: operators' keys."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime

from schemas.accounts import ApiKeyIssued, Role
from services.accounts.api.common import Name, change, look
from services.accounts.handlers import keys
from services.accounts.handlers.directory import none_for_provider
from services.accounts.store import lists
from services.accounts.store.lists import Stretch
from services.accounts.tokens import new_key_secret
from services.accounts.views import KeyView
from services.kit.http import Ask, Desk, Page, Part, may

router = APIRouter(prefix="/api/accounts/clients/{client_id}/keys", tags=["API keys"])


class IssueKey(Ask):
    name: Name
    role: Role
    workspace_id: UUID | None = None
    """None: every workspace of the client."""
    expires_at: AwareDatetime | None = None


@router.get("")
def keys_of_client(client_id: UUID, part: Annotated[Part, Depends()], desk: Annotated[Desk, may("key.view")]) -> Page[KeyView]:
    """Without their secrets, which nobody can show again."""
    stretch = Stretch(part.after(str, UUID), part.limit + 1)
    seen = look(desk, client_id, lambda c: lists.keys(c, client_id, stretch))
    return part.page(seen, lambda view: (view.name, view.key_id))


@router.post("", status_code=201)
def issue_key(client_id: UUID, ask: IssueKey, desk: Annotated[Desk, may("key.edit")]) -> KeyView:
    """The answer shows the secret, once: an answer given again for the same Idempotency-Key is without it."""
    secret = new_key_secret()
    asked = ApiKeyIssued(
        key_id=uuid4(),
        client_id=none_for_provider(client_id),
        workspace_id=ask.workspace_id,
        role=ask.role,
        name=ask.name,
        expires_at=ask.expires_at,
    )
    view = change(desk, client_id, lambda work: keys.issue(work, asked, secret, desk.caller.role))
    return view.model_copy(update={"secret": secret})


@router.delete("/{key_id}")
def revoke_key(client_id: UUID, key_id: UUID, desk: Annotated[Desk, may("key.edit")]) -> KeyView:
    return change(desk, client_id, lambda work: keys.revoke(work, client_id, key_id, desk.caller.role))
