"""What several routes of kpi take and give."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection

from services.kit.http import Desk
from services.kpi.domain.days import Period, start_of
from services.kpi.store import reading
from services.kpi.store.reading import Number

PREFIX = "/api/kpi/workspaces/{workspace_id}"


class NumberView(BaseModel):
    value: int = 0
    change: int = 0
    """Since the start of the period asked for, in the workspace's zone."""


NOTHING = NumberView()


def view_of(number: Number) -> NumberView:
    return NumberView(value=number.value, change=number.change)


def named(numbers: Iterable[Number], names: Sequence[str]) -> dict[str, NumberView]:
    """Those of the whole workspace or campaign, in this order; 0 where nothing was ever counted."""
    found = {number.kpi: view_of(number) for number in numbers if not number.step_id}
    return {name: found.get(name, NOTHING) for name in names}


def numbers_since(connection: Connection, desk: Desk, campaign_id: UUID, period: Period) -> tuple[datetime, list[Number]]:
    """When the period began, and all numbers with their changes since."""
    zone = reading.zone_of(connection, desk.workspace_id)
    since = start_of(period, desk.context.clock(), zone)
    return since, reading.numbers(connection, desk.workspace_id, campaign_id, since)
