"""How a webhook's calls are signed: Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks), its symmetric scheme.

A call bears `webhook-id`, `webhook-timestamp` (seconds since 1970) and `webhook-signature`: `v1,` and the base64 of HMAC-SHA256
over `id.timestamp.body`, several with spaces between them where secrets are being changed. A secret is `whsec_` and base64.
"""

import base64
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PREFIX = "whsec_"
SECRET_BYTES = 32
TOLERANCE = 300
"""Seconds by which a call's time may differ from ours: older ones are not looked at, and newer ones are not known before."""
MOST_SIGNATURES = 10
MOST_ID = 200


class Unsigned(Exception):  # noqa: N818 - what the call is
    """The call is not signed as it has to be. The message says nothing of whether there is such a webhook."""


@dataclass(frozen=True)
class Call:
    """What was signed, and the signatures."""

    id: str
    timestamp: int
    body: bytes
    signatures: tuple[str, ...]


def new_secret(random: Callable[[int], bytes]) -> str:
    return PREFIX + base64.b64encode(random(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


def call_of(message_id: str | None, timestamp: str | None, signatures: str | None, body: bytes) -> Call:
    """A call from its headers. Raises Unsigned where they are missing or cannot be meant."""
    if not message_id or not timestamp or not signatures:
        raise Unsigned("a call bears the headers webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks)")
    if len(message_id) > MOST_ID or not message_id.isascii():
        raise Unsigned(f"a webhook-id has at most {MOST_ID} characters, all of them ASCII")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise Unsigned("a webhook-timestamp is in whole seconds since 1970")
    return Call(message_id, int(timestamp), body, tuple(signatures.split()[:MOST_SIGNATURES]))


def check(call: Call, secrets: Sequence[str], now: float) -> None:
    """Raises Unsigned unless one of the secrets signed the call, and lately. Takes as long for a wrong signature as for a right one."""
    if abs(now - call.timestamp) > TOLERANCE:
        raise Unsigned(f"the call's time is more than {TOLERANCE} s from ours: sign each try anew, and set the clock of who calls")
    right = [signature(secret, call.id, call.timestamp, call.body).encode() for secret in secrets]
    fits = [hmac.compare_digest(given.encode(), each) for given in call.signatures for each in right]
    if not any(fits):
        raise Unsigned("the signature is not of this webhook's secret")
