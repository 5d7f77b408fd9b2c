"""API keys: the secret is stored as a digest and told to nobody but who asked for the key."""

from uuid import UUID

from schemas.accounts import ApiKeyIssued, Role
from schemas.body import PROVIDER
from services.accounts.domain import key
from services.accounts.handlers.directory import (
    KEY,
    by_the_rules,
    check_workspaces,
    found,
    tell,
    the_client,
    the_key,
)
from services.accounts.store import lists, secrets
from services.accounts.tokens import prefix_of
from services.accounts.views import KeyView
from services.kit.events import Told, Work


def issue(work: Work, asked: ApiKeyIssued, secret: str, by: Role) -> tuple[KeyView, list[Told]]:
    """The view is without the secret, as it is kept with the Idempotency-Key."""
    client_id = asked.client_id or PROVIDER
    if asked.client_id:
        the_client(work, asked.client_id)
    check_workspaces(work, client_id, [asked.workspace_id] if asked.workspace_id else [])
    with by_the_rules():
        told = tell(work, KEY, asked.key_id, key.issue(asked, by))
    secrets.keep_key(work.connection, asked.key_id, client_id, secret, prefix_of(secret))
    return found(lists.key(work.connection, asked.key_id), "API key"), told


def revoke(work: Work, client_id: UUID, key_id: UUID, by: Role) -> tuple[KeyView, list[Told]]:
    with by_the_rules():
        told = tell(work, KEY, key_id, key.revoke(the_key(work, client_id, key_id), by))
    return found(lists.key(work.connection, key_id), "API key"), told
