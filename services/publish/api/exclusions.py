"""Exclusion lists: who must not be contacted."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from schemas.details import Channel
from schemas.permissions import holds
from schemas.publish import SuppressedBy, SuppressionScope
from services.kit.errors import Forbidden
from services.kit.http import Ask, Desk, Page, Part, may
from services.publish.api.forms import PREFIX
from services.publish.commands import excluding as commands
from services.publish.commands.excluding import Excluded, Exclusions
from services.publish.domain.suppressions import Source
from services.publish.store import exclusions as store
from services.publish.store.suppressions import Standing

router = APIRouter(prefix=PREFIX, tags=["exclusions"])
MOST_ENTRIES = 5000


class Entry(Ask):
    by: Literal["email", "domain", "company", "linkedin"]
    value: str = Field(min_length=1, max_length=500)
    """An address, a domain or a web address, a company's name, a profile's URL."""


class EnterExclusions(Ask):
    entries: tuple[Entry, ...] = Field(min_length=1, max_length=MOST_ENTRIES)
    reason: str = Field(default="entered by hand", min_length=1, max_length=200)
    scope: SuppressionScope = SuppressionScope.WORKSPACE
    campaign_id: UUID | None = None


class ExclusionView(BaseModel):
    exclusion_id: UUID
    by: SuppressedBy
    value: str | None
    """As it was entered; of an opt-out or a bounce, whose address is not kept, none."""
    contact_id: UUID | None
    scope: SuppressionScope
    campaign_id: UUID | None
    channel: Channel | None
    reason: str
    source: Source
    at: datetime


@router.post("/exclusions", status_code=201)
def enter_exclusions(ask: EnterExclusions, desk: Annotated[Desk, may("exclusion.edit")], preview: bool = False) -> Excluded:
    """Contacts that these mean are excluded at once, and for good; persons not yet known are kept out as they come.

    With the scope `campaign` nobody is excluded: that campaign alone passes them over. `client` takes an administrator.
    """
    if ask.scope == SuppressionScope.CLIENT and not holds(desk.caller.role, "workspace.edit"):
        raise Forbidden("to exclude somebody for all of the client's workspaces takes an administrator of the client")
    digest = desk.context.secrets.digest
    asked = Exclusions([(SuppressedBy(entry.by), entry.value) for entry in ask.entries], ask.reason, ask.scope, ask.campaign_id)
    if preview:
        return desk.read(lambda c: commands.preview(c, desk.workspace_id, asked, digest))
    return desk.do(lambda work: commands.exclude(work, desk.workspace_id, asked, digest))


@router.get("/exclusions")
def all_exclusions(
    part: Annotated[Part, Depends()], desk: Annotated[Desk, may("exclusion.view")], source: Source = Source.LIST
) -> Page[ExclusionView]:
    """The newest first: those that people entered, or with `source` those that came of opt-outs or bounces."""
    after = part.after(datetime, UUID)
    found = desk.read(lambda c: store.page(c, desk.workspace_id, source, after, part.limit + 1))
    return part.page([view_of(*each) for each in found], lambda view: (view.at, view.exclusion_id))


@router.delete("/exclusions/{exclusion_id}", status_code=204)
def lift_exclusion(exclusion_id: UUID, desk: Annotated[Desk, may("exclusion.edit")]) -> None:
    """Whom it meant may be proposed again; who was excluded by it stays so."""
    desk.do(lambda work: commands.lift(work, desk.workspace_id, exclusion_id))


def view_of(standing: Standing, at: datetime) -> ExclusionView:
    body = standing.body
    return ExclusionView(
        exclusion_id=body.suppression_id,
        by=body.by,
        value=standing.value,
        contact_id=body.contact_id,
        scope=body.scope,
        campaign_id=body.campaign_id,
        channel=body.channel,
        reason=body.reason,
        source=standing.source,
        at=at,
    )
