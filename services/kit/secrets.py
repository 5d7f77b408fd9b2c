"""Secrets at rest, and digests that name nobody; both keyed by the master key."""

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class Secrets:
    """Encrypts small secrets (passwords, tokens) for a table, and makes keyed digests of addresses."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(derive(master_key, b"secrets at rest"))
        self._digest_key = derive(master_key, b"digests")

    def encrypt(self, secret: str, about: str) -> str:
        """base64; opens only with the same `about` (say what it belongs to: workspace and field)."""
        nonce = os.urandom(NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), about.encode())).decode()

    def decrypt(self, stored: str, about: str) -> str:
        blob = base64.b64decode(stored)
        return self._cipher.decrypt(blob[:NONCE], blob[NONCE:], about.encode()).decode()

    def digest(self, kind: str, value: str) -> str:
        """Hex of a keyed digest of a normalised value, say ("email", "ann@example.org"): equal for equal values, and names nobody."""
        return hmac.new(self._digest_key, f"{kind}:{value.strip().casefold()}".encode(), hashlib.sha256).hexdigest()


def derive(master_key: bytes, purpose: bytes) -> bytes:
    return hmac.new(master_key, purpose, hashlib.sha256).digest()
