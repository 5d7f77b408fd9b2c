"""Signed links in mails. A token names the kind of act, the workspace and the outreach; where a click leads stands in a table."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

MAC_BYTES = 16
"""128 bits, hard to forge as RFC 8058 wants it."""


class Purpose(Enum):
    UNSUBSCRIBE = b"u"
    OPEN = b"o"
    CLICK = b"c"


@dataclass(frozen=True, slots=True)
class Link:
    purpose: Purpose
    workspace_id: UUID
    outreach_id: UUID
    number: int = 0
    """Which of the mail's links was clicked, from 0."""


class Links:
    """Makes and reads tokens under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, link: Link) -> str:
        """base64url, without padding."""
        text = link.purpose.value + link.number.to_bytes(1, "big") + link.workspace_id.bytes + link.outreach_id.bytes
        return base64.urlsafe_b64encode(text + self._mac(text)).rstrip(b"=").decode()

    def read(self, token: str, purpose: Purpose) -> Link | None:
        """None for anything that was not made here for this purpose."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        text, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        if len(text) != 34 or text[:1] != purpose.value or not hmac.compare_digest(mac, self._mac(text)):
            return None
        return Link(purpose, UUID(bytes=text[2:18]), UUID(bytes=text[18:34]), text[1])

    def _mac(self, text: bytes) -> bytes:
        return hmac.new(self._key, text, hashlib.sha256).digest()[:MAC_BYTES]
