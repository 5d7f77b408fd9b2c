"""The secrets of webhooks: made with their source, or anew; each is shown once, in the answer that makes it."""

import os
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.ingest.domain.signature import new_secret
from services.ingest.handlers import SOURCE
from services.ingest.store import hooks as store
from services.kit.errors import Conflict, NotFound
from services.kit.events import Told, Work
from services.kit.http import Ask, Desk, may

router = APIRouter()


class RotateSecret(Ask):
    overlap_hours: Annotated[float, Field(ge=0, le=168)] = 24
    """For so long the secret before this one still holds; 0 ends it at once."""


class SecretView(BaseModel):
    source_id: UUID
    secret: str | None = None
    former_until: datetime | None = None
    """Until when the one before it holds."""


@router.post("/sources/{source_id}/secret", status_code=201)
def rotate_secret(source_id: UUID, ask: RotateSecret, desk: Annotated[Desk, may("source.edit")]) -> SecretView:
    """The answer shows the secret, once: an answer given again for the same Idempotency-Key is without it."""
    secret = new_secret(os.urandom)

    def rotate(work: Work) -> tuple[SecretView, list[Told]]:
        source = work.load(SOURCE, [source_id], desk.workspace_id)[source_id]
        if source is None:
            raise NotFound(f"there is no source {source_id} here")
        if source.kind != "webhook":
            raise Conflict(f"{source.name} is no webhook, but of the kind {source.kind}: register a source of another name")
        secrets, seconds = desk.context.secrets, ask.overlap_hours * 3600
        until = store.rotate(work.connection, secrets, desk.workspace_id, source_id, secret, overlap=seconds)
        return SecretView(source_id=source_id, former_until=until if seconds else None), []

    return desk.do(rotate).model_copy(update={"secret": secret})
