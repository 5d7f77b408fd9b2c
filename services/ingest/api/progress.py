"""An import's progress as a stream of events (server-sent events, WHATWG HTML 9.2), for whoever watches it come in."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import EventSourceResponse
from fastapi.sse import ServerSentEvent
from pydantic import BaseModel

from services.ingest.api.imports import ImportView, find
from services.ingest.domain.progress import Sight, pace, recent
from services.kit.errors import Unavailable
from services.kit.http import Desk, may

router = APIRouter()

SECONDS_BETWEEN_LOOKS = 0.3
MOST_SECONDS = 300.0
"""Then the stream ends without its end, and who watches comes again, with rights that are looked at anew."""
RETRY = 1000
"""Milliseconds after which a browser comes again."""


class ProgressView(BaseModel):
    state: str
    """`running`, `finished` or `failed`; `undoing` or `undone`."""
    reason: str | None
    progress: float
    """From 0 to 1, by the bytes of the file."""
    rows: int
    accepted: int
    unchanged: int
    rejected: int
    rows_per_second: float | None
    """Over the last seconds; None at first, and for an import that ended before."""


@dataclass(frozen=True)
class Watched:
    """An import that is there, and the desk to look at it from."""

    desk: Desk
    import_id: UUID
    first: ImportView


def watched(import_id: UUID, desk: Annotated[Desk, may("import.view")]) -> Watched:
    return Watched(desk, import_id, find(desk, import_id))


@router.get("/imports/{import_id}/progress", response_class=EventSourceResponse)
async def progress(it: Annotated[Watched, Depends(watched)]) -> AsyncIterator[ServerSentEvent]:
    """`progress` whenever it has moved, and `end` as the last; each with the counts. A comment every 15 s while nothing moves."""
    # Not a plain function as others are: it would hold one of the threads that serve all requests for as long as it lasts.
    begun, seen, sights, view = time.monotonic(), None, list[Sight](), it.first
    while (now := time.monotonic()) - begun < MOST_SECONDS:
        if view != seen:
            sights = recent([*sights, (now, view.rows)], now)
            ended, seen = view.state not in {"running", "undoing"}, view
            yield ServerSentEvent(event="end" if ended else "progress", data=shown(view, pace(sights)), retry=RETRY)
            if ended:
                return
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        try:
            view = await run_in_threadpool(find, it.desk, it.import_id)
        except Unavailable:
            # Who watches comes again.
            return


def shown(view: ImportView, rows_per_second: float | None) -> ProgressView:
    speed = None if rows_per_second is None else round(rows_per_second, 1)
    return ProgressView(**view.model_dump(include=set(ProgressView.model_fields)), rows_per_second=speed)
