"""Events that the KPI service tells."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.body import Body


class ScoreChanged(Body):
    """The lead score of a contact, with the reason of each point."""

    contact_id: UUID
    score: Annotated[int, Field(ge=1, le=10)]
    formula: int
    reasons: tuple[str, ...]
