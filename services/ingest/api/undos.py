"""Undoing an import: what it would do, and the asking."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.ingest import undoing
from services.ingest.api.imports import ImportView, find, import_view
from services.ingest.domain.sayings import Fate
from services.ingest.store import imports as store
from services.kit.errors import NotFound
from services.kit.events import Told, Work
from services.kit.http import Desk, may

router = APIRouter()


class UndoPreview(BaseModel):
    """What undoing would do to the records that the import speaks of, by all that is known now."""

    records: int
    gone: int
    """No other import says anything of them: they are taken back, and so is the person or company that rests on them alone."""
    back: int
    """They go back to what an earlier import says."""
    stayed: int
    """They stay as they are, as another import says the same, or something later."""
    activities: int
    """Activities that came with it. They stay: what people did is not taken back."""
    refused: str | None
    """Why it cannot be undone, if so."""
    state: str
    """Of the import. One that is `running` is stopped first."""


@router.get("/imports/{import_id}/undo")
def preview_undo(import_id: UUID, desk: Annotated[Desk, may("import.view")]) -> UndoPreview:
    """How many records would go, go back, or stay. Nothing is changed."""
    state = find(desk, import_id).state
    seen = desk.read(lambda c: undoing.foresee(c, desk.workspace_id, import_id))
    fates = {fate.value: seen.fates[fate] for fate in Fate}
    return UndoPreview(records=sum(fates.values()), **fates, activities=seen.activities, refused=seen.refused, state=state)


@router.post("/imports/{import_id}/undo", status_code=202)
def undo_import(import_id: UUID, desk: Annotated[Desk, may("import.undo")]) -> ImportView:
    """Begin to take back what rests on this import alone; GET the import to see how far it is. Asked again, it changes nothing."""

    def ask(work: Work) -> tuple[ImportView, list[Told]]:
        undoing.ask_to_undo(work, desk.workspace_id, import_id)
        row = store.find(work.connection, desk.workspace_id, import_id)
        if row is None:
            raise NotFound(f"there is no import {import_id} here")
        return import_view(row), []

    return desk.do(ask)
