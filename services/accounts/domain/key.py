"""An API key: what it may do and where. Its secret is no part of this."""

from dataclasses import dataclass, replace
from uuid import UUID

from schemas.accounts import ApiKeyIssued, ApiKeyRevoked, Role
from services.accounts.domain.rules import check_not_above, check_place

KeyEvent = ApiKeyIssued | ApiKeyRevoked


@dataclass(frozen=True)
class Key:
    key_id: UUID
    client_id: UUID | None
    role: Role
    revoked: bool = False


def issue(asked: ApiKeyIssued, by: Role) -> list[KeyEvent]:
    check_place(asked.role, of_provider=asked.client_id is None, in_workspace=asked.workspace_id is not None)
    check_not_above(by, asked.role)
    return [asked]


def revoke(key: Key, by: Role) -> list[KeyEvent]:
    check_not_above(by, key.role)
    return [] if key.revoked else [ApiKeyRevoked(key_id=key.key_id, client_id=key.client_id)]


def evolve(key: Key | None, event: KeyEvent) -> Key:
    match event:
        case ApiKeyIssued():
            return Key(event.key_id, event.client_id, event.role)
        case ApiKeyRevoked():
            if key is None:
                raise LookupError("a key's stream begins with ApiKeyIssued")
            return replace(key, revoked=True)
