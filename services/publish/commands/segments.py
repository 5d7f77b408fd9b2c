"""Define and retire market segments. What they mean is found by the review that is asked for with it."""

from typing import Any
from uuid import UUID

from services.kit.errors import Invalid, NotFound
from services.kit.events import Told, Work
from services.publish.domain.rule_trees import RuleError, parse
from services.publish.domain.segments import Definition, define, retire
from services.publish.kinds import SEGMENT
from services.publish.store import segments as store


def define_segment(work: Work, workspace_id: UUID, segment_id: UUID, name: str, rule: dict[str, Any]) -> tuple[UUID, list[Told]]:
    """A new segment, or a known one anew. Raises Invalid with the place in the rule that cannot be used."""
    try:
        parse(rule)
    except RuleError as error:
        raise Invalid(str(error)) from error
    known = work.load(SEGMENT, [segment_id], workspace_id)[segment_id]
    events = define(known, segment_id, name, rule)
    if events:
        store.keep_segment(work.connection, workspace_id, segment_id, name, rule)
        store.ask_review(work.connection, workspace_id)
    return segment_id, [Told(SEGMENT, segment_id, body, workspace_id) for body in events]


def revise_segment(work: Work, workspace_id: UUID, segment_id: UUID, name: str, rule: dict[str, Any]) -> tuple[UUID, list[Told]]:
    known_segment(work, workspace_id, segment_id)
    return define_segment(work, workspace_id, segment_id, name, rule)


def retire_segment(work: Work, workspace_id: UUID, segment_id: UUID) -> tuple[UUID, list[Told]]:
    """Nobody is proposed by it any more; the contacts that there are stay."""
    events = retire(known_segment(work, workspace_id, segment_id), segment_id)
    store.retire_segment(work.connection, workspace_id, segment_id)
    store.ask_review(work.connection, workspace_id)
    return segment_id, [Told(SEGMENT, segment_id, body, workspace_id) for body in events]


def known_segment(work: Work, workspace_id: UUID, segment_id: UUID) -> Definition:
    known = work.load(SEGMENT, [segment_id], workspace_id)[segment_id]
    if known is None or known.retired:
        raise NotFound("there is no such segment in this workspace")
    return known
