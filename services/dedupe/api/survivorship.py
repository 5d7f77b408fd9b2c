"""The routes of the golden fields: the survivorship rules with their preview, operators' corrections, and why each value is what it is."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from schemas.dedupe import Criterion
from services.dedupe import correcting, kept, ruling
from services.dedupe.choosing import Group, choosing_for, policy_of
from services.dedupe.domain.corrections import LONGEST, Correction
from services.dedupe.domain.golden import Source
from services.dedupe.domain.survivorship import GROUPS, RULES_ID, Policy, beside_defaults
from services.dedupe.kept import FIRST
from services.dedupe.kinds import RULES
from services.dedupe.ruling import Preview
from services.kit.http import Ask, Desk, may

router = APIRouter(prefix="/api/dedupe", tags=["golden"])
SLICE = 1000
MOST_LOOKED_AT = 10_000
"""Persons of a preview: their ids are spread evenly, so the first are a fair sample of all."""
SourceName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class OriginView(BaseModel):
    """A record's row, or the correction of somebody."""

    record_id: UUID | None = None
    source: str | None = None
    import_id: UUID | None = None
    row: int | None = None
    as_of: datetime
    mapping_version: int | None = None
    corrected_by: str | None = None


class LosingView(BaseModel):
    value: str
    origin: OriginView


class FieldView(BaseModel):
    value: str | None
    origin: OriginView
    rule: str
    """The criterion by which it won; `only`: nobody says otherwise; `alphabet`: no criterion told the values apart; `correction`;
    `anothers`: all that is said has somebody else's name."""
    losing: list[LosingView]
    """All that else is said, the best first."""


def fields_of(desk: Desk, person_id: UUID, group: Group) -> dict[str, FieldView]:
    """By the rules and corrections as they stand now."""
    if not group:
        return {}
    # The rules are the Provider's, also where a workspace looks at what it imported itself.
    policy = desk.at_provider().read(policy_of)
    chosen = desk.read(lambda c: choosing_for(c, {person_id: group}, policy)).golden(person_id, group)
    return {
        name: FieldView(
            value=each.value,
            origin=origin_view(each.source),
            rule=each.rule,
            losing=[LosingView(value=value, origin=origin_view(source)) for value, source in each.losing],
        )
        for name, each in chosen.choices.items()
    }


def origin_view(source: Source) -> OriginView:
    if isinstance(source, Correction):
        return OriginView(as_of=source.at, corrected_by=source.by)
    return OriginView(
        record_id=source.record_id,
        source=source.source,
        import_id=source.import_id,
        row=source.row,
        as_of=source.as_of,
        mapping_version=source.mapping_version,
    )


class CorrectionAsked(Ask):
    field: FieldName
    """As in the details, or `custom:NAME`. The full name follows its halves."""
    value: Annotated[str, StringConstraints(max_length=LONGEST)] | None = None
    """None or empty: the field is to be empty, whatever records say."""


@router.put("/people/{person_id}/corrections", status_code=204)
def correct(person_id: UUID, ask: CorrectionAsked, desk: Annotated[Desk, may("merge.review")]) -> None:
    """It outranks every record, whoever the person is merged with, until it is withdrawn."""
    desk.do(lambda work: correcting.correct(work, desk.workspace_id, person_id, ask.field, ask.value))


@router.delete("/people/{person_id}/corrections", status_code=204)
def withdraw(person_id: UUID, field: Annotated[FieldName, Query()], desk: Annotated[Desk, may("merge.review")]) -> None:
    """The records decide again."""
    desk.do(lambda work: correcting.withdraw(work, desk.workspace_id, person_id, field))


class RulesAsked(Ask):
    version: int = Field(ge=0)
    """The one that the asker has seen."""
    fields: dict[str, tuple[Criterion, ...]]
    """Group → criteria, the first that tells values apart decides. A group that is left out keeps the default."""
    sources: tuple[SourceName, ...] = Field(default=(), max_length=1000)
    """In the order of trust."""
    hidden_sources: tuple[SourceName, ...] = Field(default=(), max_length=1000)
    """Of which customers see neither name nor file nor row."""

    @property
    def policy(self) -> Policy:
        return Policy(self.version, beside_defaults(self.fields), self.sources, self.hidden_sources)


class VersionView(BaseModel):
    version: int
    by: str
    at: datetime


class PassView(BaseModel):
    """All persons being chosen anew."""

    version: int
    finished: bool
    looked_at: int
    changed: int


class RulesView(BaseModel):
    version: int
    """0: nobody has set any, the default holds."""
    fields: dict[str, tuple[Criterion, ...]]
    """For each group what decides, default or not."""
    defaults: list[str]
    """Groups that keep the default."""
    sources: tuple[str, ...]
    hidden_sources: tuple[str, ...]
    criteria: list[Criterion]
    """All there are."""
    versions: list[VersionView]
    """The latest first."""
    rechoosing: PassView | None


class ExampleView(BaseModel):
    person_id: UUID
    name: str | None
    field: str
    now: str | None
    then: str | None


class PreviewView(BaseModel):
    people: int
    """The Provider's golden persons. Workspaces' own imports follow the rules too, and are not counted here."""
    looked_at: int
    changed: int
    """Of those looked at."""
    estimate: int
    """Of all; exact where all were looked at."""
    fields: dict[str, int]
    examples: list[ExampleView]


@router.get("/survivorship")
def rules(desk: Annotated[Desk, may("merge.view")]) -> RulesView:
    policy = desk.read(policy_of)
    going, versions = desk.read(lambda c: (kept.rechoosing(c), kept.versions(c, RULES.stream(RULES_ID))))
    return RulesView(
        version=policy.version,
        fields={group: policy.criteria(group) for group in GROUPS},
        defaults=[group for group in GROUPS if not policy.fields.get(group)],
        sources=policy.sources,
        hidden_sources=policy.hidden_sources,
        criteria=list(Criterion),
        versions=[VersionView(version=each.version, by=each.by, at=each.at) for each in versions],
        rechoosing=PassView(version=going.version, finished=going.finished, looked_at=going.looked_at, changed=going.changed)
        if going
        else None,
    )


@router.put("/survivorship", status_code=204)
def set_rules(ask: RulesAsked, desk: Annotated[Desk, may("merge.review")]) -> None:
    """They hold at once for what arrives; all others are chosen anew in the background, in slices."""
    desk.do(lambda work: ruling.set_rules(work, ask.policy))


@router.post("/survivorship/preview")
def preview(ask: RulesAsked, desk: Annotated[Desk, may("merge.view")]) -> PreviewView:
    """What the rules would change if they were set now. Nothing is changed by asking."""
    asked, found, place = ruling.checked(ask.policy), Preview(), (desk.workspace_id, FIRST)
    people = desk.read(lambda c: kept.count_persons(c, desk.workspace_id))
    while found.looked_at < MOST_LOOKED_AT and (keys := desk.read(partial(kept.persons_after, place=place, most=SLICE))):
        found += desk.read(partial(ruling.preview, asked=asked, keys=keys))
        place = keys[-1]
    whole = found.looked_at >= people
    return PreviewView(
        people=people,
        looked_at=found.looked_at,
        changed=found.changed,
        estimate=found.changed if whole else round(found.changed * people / max(1, found.looked_at)),
        fields=dict(found.fields),
        examples=[ExampleView(**vars(each)) for each in found.examples],
    )
