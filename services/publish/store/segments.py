"""Segments as they stand, and the reviews that follow their changes."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from services.kit.database import rows, run
from services.publish.domain.people import PersonKey
from services.publish.domain.rule_trees import parse
from services.publish.domain.rules import Rule
from services.publish.domain.segments import Segment


@lru_cache(maxsize=10_000)
def rule_of(text: str) -> Rule:
    return parse(msgspec.json.decode(text))


def segments_by_workspace(connection: Connection, only: UUID | None = None) -> dict[UUID, list[Segment]]:
    """What persons are to be held against; of one workspace, or of all."""
    found = rows(
        connection,
        """SELECT workspace_id, segment_id, name, rule::text AS rule FROM segments
           WHERE NOT retired AND (:only IS NULL OR workspace_id = CAST(:only AS uuid)) ORDER BY workspace_id, name, segment_id""",
        only=only and str(only),
    )
    segments = defaultdict(list)
    for row in found:
        segments[row.workspace_id].append(Segment(row.segment_id, row.workspace_id, row.name, rule_of(row.rule)))
    return dict(segments)


def keep_segment(connection: Connection, workspace_id: UUID, segment_id: UUID, name: str, rule: dict[str, Any]) -> None:
    run(
        connection,
        """INSERT INTO segments (workspace_id, segment_id, name, rule) VALUES (:workspace, :segment, :name, CAST(:rule AS jsonb))
           ON CONFLICT (workspace_id, segment_id) DO UPDATE SET name = EXCLUDED.name, rule = EXCLUDED.rule, retired = false""",
        workspace=workspace_id,
        segment=segment_id,
        name=name,
        rule=msgspec.json.encode(rule).decode(),
    )


def retire_segment(connection: Connection, workspace_id: UUID, segment_id: UUID) -> None:
    run(
        connection,
        "UPDATE segments SET retired = true WHERE workspace_id = :workspace AND segment_id = :segment",
        workspace=workspace_id,
        segment=segment_id,
    )


def ask_review(connection: Connection, workspace_id: UUID) -> None:
    """Have all known persons looked at again for this workspace, from the first on."""
    run(
        connection,
        """INSERT INTO reviews (workspace_id) VALUES (:workspace)
           ON CONFLICT (workspace_id) DO UPDATE SET after_scope = NULL, after_person = NULL""",
        workspace=workspace_id,
    )


@dataclass(frozen=True, slots=True)
class Review:
    workspace_id: UUID
    place: PersonKey | None


def next_review(connection: Connection) -> Review | None:
    """Take one that nobody else has taken."""
    found = rows(connection, "SELECT * FROM reviews ORDER BY workspace_id LIMIT 1 FOR UPDATE SKIP LOCKED")
    return next((Review(r.workspace_id, (r.after_scope, r.after_person) if r.after_scope else None) for r in found), None)


def move_review(connection: Connection, workspace_id: UUID, place: PersonKey) -> None:
    run(
        connection,
        "UPDATE reviews SET after_scope = :scope, after_person = :person WHERE workspace_id = :workspace",
        workspace=workspace_id,
        scope=place[0],
        person=place[1],
    )


def end_review(connection: Connection, workspace_id: UUID) -> None:
    run(connection, "DELETE FROM reviews WHERE workspace_id = :workspace", workspace=workspace_id)


def segment_views(connection: Connection, workspace_id: UUID, *, all_states: bool) -> list[Any]:
    """Name, rule, whether it is still being looked for, and how many contacts match by state; of those never published if asked."""
    return list(
        rows(
            connection,
            """WITH counted AS (
                   SELECT segment_id, state, count(*) AS n FROM contacts, unnest(segment_ids) AS segment_id
                   WHERE workspace_id = :workspace AND state NOT IN ('merged', 'withdrawn') AND (published OR :all)
                   GROUP BY segment_id, state)
               SELECT segment_id, name, rule,
                      EXISTS (SELECT FROM reviews WHERE reviews.workspace_id = :workspace) AS reviewing,
                      coalesce((SELECT jsonb_object_agg(state, n) FROM counted c WHERE c.segment_id = segments.segment_id), '{}')
                          AS contacts
               FROM segments WHERE workspace_id = :workspace AND NOT retired ORDER BY name, segment_id""",
            workspace=workspace_id,
            all=all_states,
        )
    )
