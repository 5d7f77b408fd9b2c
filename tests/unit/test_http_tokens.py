"""What passes for a token, and what does not."""

import base64
import json
import time
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from schemas.accounts import Role
from services.kit.errors import Unauthenticated
from services.kit.http.tokens import LIFETIME, Caller, Signer, Verifier, new_key_pair
from services.kit.settings import Settings

PRIVATE, PUBLIC = new_key_pair()
SETTINGS = Settings(token_private_key=SecretStr(PRIVATE), token_public_key=PUBLIC)
CALLER = Caller(f"user:{uuid4()}", Role.MANAGER, uuid4(), uuid4(), "Europe/Zurich")


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    return {
        "sub": CALLER.actor, "iss": "accounts", "aud": "smartleads", "iat": now, "exp": now + 30, "role": "operator",
    } | changes  # fmt: skip


def signed(content: dict[str, object], algorithm: str = "EdDSA", private: str = PRIVATE) -> str:
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private))
    return jwt.encode({k: v for k, v in content.items() if v is not None}, key, algorithm)


def read(token: str) -> Caller:
    return Verifier(SETTINGS).read(f"Bearer {token}")


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_a_token_says_who_calls_in_which_role_and_where() -> None:
    caller = read(Signer(SETTINGS).sign(CALLER))
    assert caller == CALLER
    assert caller.user_id is not None


def test_a_key_is_no_user() -> None:
    assert Caller(f"key:{uuid4()}", Role.OPERATOR).user_id is None


def test_the_token_of_a_caller_without_a_workspace_names_none() -> None:
    caller = read(Signer(SETTINGS).sign(Caller(CALLER.actor, Role.OPERATOR)))
    assert (caller.workspace_id, caller.client_id, caller.zone) == (None, None, None)


def test_an_expired_token_is_refused() -> None:
    with pytest.raises(Unauthenticated, match="expired"):
        read(Signer(SETTINGS).sign(CALLER, now=time.time() - LIFETIME - 10))


def test_a_token_signed_by_another_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        read(signed(claims(), private=new_key_pair()[0]))


def test_an_unsigned_token_is_refused() -> None:
    for algorithm in ("none", "None", "NONE"):
        with pytest.raises(Unauthenticated):
            read(f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims())}.")


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused() -> None:
    token = jwt.encode(claims(), base64.b64decode(PUBLIC), "HS256")
    with pytest.raises(Unauthenticated):
        read(token)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "elsewhere"},
        {"iss": "somebody"},
        {"exp": int(time.time()) + 3600},
        {"exp": None},
        {"sub": None},
        {"role": None},
        {"role": "emperor"},
        {"workspace": "not an id"},
        {"iat": int(time.time()) + 1000, "exp": int(time.time()) + 1030},
    ],
)
def test_a_token_with_any_wrong_claim_is_refused(changes: dict[str, object]) -> None:
    assert read(signed(claims())).role == Role.OPERATOR
    with pytest.raises(Unauthenticated):
        read(signed(claims(**changes)))


def test_a_token_whose_content_was_changed_is_refused() -> None:
    head, _, tail = Signer(SETTINGS).sign(CALLER).split(".")
    with pytest.raises(Unauthenticated):
        read(f"{head}.{part(claims())}.{tail}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c", "Bearer sl_key"])
def test_a_header_without_a_token_is_refused(header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        Verifier(SETTINGS).read(header)


def test_a_key_of_the_wrong_size_is_named() -> None:
    with pytest.raises(ValueError, match="SMARTLEADS_TOKEN_PUBLIC_KEY"):
        Verifier(Settings(token_public_key=base64.b64encode(b"short").decode()))
