"""The Provider's view of the whole pipeline: how much there is of everything, in which state."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.kit.http import Desk, may
from services.kit.stream import deadletters
from services.kpi.store import operations as store

router = APIRouter(prefix="/api/kpi", tags=["operations"])
MOST_IMPORTS = 200


class Stage(BaseModel):
    kind: str
    """`person`, `company`, `contact`, `recipient`, `outreach`, `import`, `segment`, `list`, `sender`, `suppression`, …"""
    state: str
    number: int


class ImportView(BaseModel):
    import_id: UUID
    workspace_id: UUID
    """The Provider's reserved id for its own."""
    state: str
    source: str | None = None
    file_name: str | None = None
    rows: int | None = None
    accepted: int | None = None
    unchanged: int | None = None
    rejected: int | None = None
    reason: str | None = None
    """Why it failed."""


class Operations(BaseModel):
    stages: list[Stage]
    imports: list[ImportView]
    parked: int
    """Events that kpi itself could not handle: while there are any, its figures miss them."""


@router.get("/operations")
def operations(desk: Annotated[Desk, may("operations.view")]) -> Operations:
    # The worker's role, as this is over all workspaces; the gate lets only operators come here.
    with desk.context.worker.transaction() as connection:
        stages = [*store.stages(connection), *store.standings(connection)]
        imports = store.imports(connection, None, MOST_IMPORTS)
        parked = deadletters.count(connection, desk.context.name)
    return Operations(
        stages=[Stage(kind=row.kind, state=row.state, number=row.number) for row in stages],
        imports=[import_view(row) for row in imports],
        parked=parked,
    )


def import_view(row: Any) -> ImportView:
    return ImportView(import_id=row.id, workspace_id=row.workspace_id, state=row.state, **row.details)
