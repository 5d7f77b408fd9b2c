"""The envelope around every event on the bus: who, when, where in its stream, and because of what."""

from datetime import datetime
from uuid import UUID

import msgspec


class Seal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A body's private fields, encrypted as one. `subject` is like `contact:0197…`; without its key the rest still reads."""

    subject: str
    blob: str
    """base64 of nonce and AES-256-GCM text; the additional data is `subject` and the event's type."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One event as it stands on a topic, in JSON. `body` and `seal` are opened by the codec.

    `stream` and `version` (from 1, without gaps in the store) let a reader drop what it has heard before; records of bulk
    imports have version 0 and are told apart by `event_id`. All times are UTC.
    """

    event_id: UUID
    type: str
    schema: int = 1
    workspace_id: UUID
    stream: str
    version: int
    occurred_at: datetime
    recorded_at: datetime
    correlation_id: str
    causation_id: UUID | None = None
    actor: str
    """`user:ID`, `key:ID` or `service:NAME`."""
    body: msgspec.Raw
    seal: Seal | None = None
