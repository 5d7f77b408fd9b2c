"""A workspace's market segments: a name and a rule; defined, defined anew, retired."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from schemas.publish import SegmentDefined, SegmentRetired
from services.publish.domain.rules import Facts, Rule, evaluate

SegmentEvent = SegmentDefined | SegmentRetired


@dataclass(frozen=True)
class Definition:
    """The folded state of a segment's stream."""

    name: str
    rule: dict[str, Any] = field(default_factory=dict)
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment ready to be asked."""

    segment_id: UUID
    workspace_id: UUID
    name: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Match:
    segment_ids: tuple[UUID, ...] = ()
    reasons: tuple[str, ...] = ()


def evolve(known: Definition | None, event: SegmentEvent) -> Definition:
    match event:
        case SegmentDefined():
            return Definition(event.name, event.rule)
        case SegmentRetired():
            return replace(known or Definition(""), retired=True)


def define(known: Definition | None, segment_id: UUID, name: str, rule: dict[str, Any]) -> list[SegmentEvent]:
    """Nothing, if it is defined just so."""
    wanted = SegmentDefined(segment_id=segment_id, name=name, rule=rule)
    return [] if known == Definition(name, rule) else [wanted]


def retire(known: Definition, segment_id: UUID) -> list[SegmentEvent]:
    return [] if known.retired else [SegmentRetired(segment_id=segment_id)]


def matching(segments: list[Segment], facts: Facts) -> Match:
    """Which of one workspace's segments mean a person of whom these facts are known, and why."""
    found = [(segment, reasons) for segment in segments if (reasons := evaluate(segment.rule, facts)) is not None]
    return Match(
        tuple(segment.segment_id for segment, _ in found),
        tuple(f"{segment.name}: {reason}" for segment, reasons in found for reason in reasons),
    )
