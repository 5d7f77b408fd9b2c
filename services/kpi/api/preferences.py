"""How a user last wanted the Leads page: kept as their default across log-ins, until they change or reset it."""

from typing import Annotated, Literal

from fastapi import APIRouter

from services.kit.events import Work
from services.kit.http import Ask, Desk, may
from services.kpi.api.forms import PREFIX
from services.kpi.domain.days import Period
from services.kpi.store import reading

router = APIRouter(prefix=PREFIX, tags=["leads"])


class Preferences(Ask):
    """None: as it is by default."""

    sort: Literal["last_action", "score", "combined"] | None = None
    view: Literal["active", "archived"] | None = None
    kpi: str | None = None
    q: str | None = None
    since: Period | None = None


@router.get("/leads/preferences")
def preferences(desk: Annotated[Desk, may("lead.view")]) -> Preferences:
    return Preferences(**desk.read(lambda c: reading.preferences(c, desk.workspace_id, desk.caller.actor)))


@router.put("/leads/preferences")
def prefer(desk: Annotated[Desk, may("lead.view")], ask: Preferences) -> Preferences:
    """What is left out goes back to the default: an empty object resets all."""

    def keep(work: Work) -> tuple[Preferences, tuple[()]]:
        wanted = ask.model_dump(mode="json", exclude_none=True)
        reading.prefer(work.connection, desk.workspace_id, desk.caller.actor, wanted)
        return ask, ()

    return desk.do(keep)
