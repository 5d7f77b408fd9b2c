"""FastAPI's base for all services. A service's `api.py` has a `router` and names on each route what it needs:

    router = APIRouter(prefix="/api/campaign", tags=["campaign"])

    @router.post("/workspaces/{workspace_id}/campaigns", status_code=201)
    def create_campaign(workspace_id: UUID, ask: CreateCampaign, desk: Annotated[Desk, may("campaign.edit")]) -> CampaignView:
        campaign_id = uuid4()
        return desk.do(lambda work: handlers.create_campaign(work, workspace_id, campaign_id, ask))

`ask` is an `Ask`: what it does not know, it refuses. The handler returns its answer and what it tells; it may run again. Routes
are plain functions, which run in threads. A route that takes no permission must be in `schemas.permissions.PUBLIC`.
"""

from pydantic import BaseModel, ConfigDict

from services.kit.http.app import create_app
from services.kit.http.desk import Desk, may
from services.kit.http.gate import allowed
from services.kit.http.paging import Page, Part
from services.kit.http.tokens import Caller


class Ask(BaseModel):
    """What a request's body asks for. Unknown fields are refused, so that a misspelt one is not silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")


__all__ = ["Ask", "Caller", "Desk", "Page", "Part", "allowed", "create_app", "may"]
