"""The short-lived signed token that the gateway passes on with every call, and the caller whom it names."""

import base64
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from schemas.accounts import Role
from services.kit.errors import Unauthenticated
from services.kit.settings import Settings

ALGORITHM = "EdDSA"
ISSUER = "accounts"
AUDIENCE = "smartleads"
LIFETIME = 60
"""Seconds. A token that claims more is refused, whoever signed it."""
LEEWAY = 5
"""Seconds by which the clocks of two machines may differ."""
REQUIRED = ("sub", "iss", "aud", "iat", "exp", "role")


@dataclass(frozen=True)
class Caller:
    """Who calls, in the highest role that they have where the call goes."""

    actor: str
    """`user:ID` or `key:ID`."""
    role: Role
    workspace_id: UUID | None = None
    """The workspace that the path names; None where it names none."""
    client_id: UUID | None = None
    """The client of that workspace, else the caller's own; None for the Provider."""
    zone: str | None = None
    """IANA time zone of that workspace."""

    @property
    def user_id(self) -> UUID | None:
        """None for an API key."""
        kind, _, key = self.actor.partition(":")
        return UUID(key) if kind == "user" else None


class Signer:
    """Makes tokens; only accounts has the private key."""

    def __init__(self, settings: Settings) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(key_bytes(settings.token_private_key.get_secret_value(), "TOKEN_PRIVATE_KEY"))

    def sign(self, caller: Caller, now: float | None = None) -> str:
        """A token for `LIFETIME` seconds of real time from `now` (seconds since 1970)."""
        issued = int(time.time() if now is None else now)
        claims = {
            "sub": caller.actor,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": issued,
            "exp": issued + LIFETIME,
            "role": caller.role.value,
            "workspace": text(caller.workspace_id),
            "client": text(caller.client_id),
            "zone": caller.zone,
        }
        return jwt.encode({k: v for k, v in claims.items() if v is not None}, self._key, ALGORITHM)


class Verifier:
    """Reads tokens; every service has the public key."""

    def __init__(self, settings: Settings) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(key_bytes(settings.token_public_key, "TOKEN_PUBLIC_KEY"))

    def read(self, authorization: str | None) -> Caller:
        """The caller named by an `Authorization` header. Raises Unauthenticated for anything but a good token."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("this call bears no token: call through the gateway, with a session or an API key")
        try:
            claims = jwt.decode(
                token.strip(),
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY,
                options={"require": list(REQUIRED)},
            )
            return caller_of(claims)
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated(f"the token is not valid ({error}): call again through the gateway") from error


def caller_of(claims: dict[str, Any]) -> Caller:
    if claims["exp"] - claims["iat"] > LIFETIME:
        raise ValueError(f"it claims more than {LIFETIME} s")
    return Caller(
        actor=str(claims["sub"]),
        role=Role(claims["role"]),
        workspace_id=uuid(claims.get("workspace")),
        client_id=uuid(claims.get("client")),
        zone=claims.get("zone"),
    )


def key_bytes(encoded: str, name: str) -> bytes:
    raw = base64.b64decode(encoded)
    if len(raw) != 32:
        raise ValueError(f"SMARTLEADS_{name} must be base64 of a raw Ed25519 key of 32 bytes")
    return raw


def new_key_pair() -> tuple[str, str]:
    """A private and a public key, as the settings want them."""
    private = Ed25519PrivateKey.generate()
    return base64.b64encode(private.private_bytes_raw()).decode(), base64.b64encode(private.public_key().public_bytes_raw()).decode()


def text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def uuid(value: Any) -> UUID | None:
    return None if value is None else UUID(value)
