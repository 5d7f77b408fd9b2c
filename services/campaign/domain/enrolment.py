"""Who may become a recipient, and why others may not."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from uuid import UUID

from schemas.details import Channel


class Standing(IntEnum):
    """How far a contact has come in its workspace. It only ever rises, so events may come in any order; excluded is for good."""

    UNKNOWN = 0
    PROPOSED = 1
    PUBLISHED = 2
    APPROVED = 3
    EXCLUDED = 4


class Refusal(StrEnum):
    UNKNOWN = "unknown"
    NOT_APPROVED = "not_approved"
    EXCLUDED = "excluded"
    SUPPRESSED = "suppressed"
    MERGED = "merged"
    SOURCE_WITHDRAWN = "source_withdrawn"
    NO_CHANNEL = "no_channel"
    ALREADY = "already_recipient"


@dataclass(frozen=True)
class Candidate:
    contact_id: UUID
    company_id: UUID | None
    standing: Standing
    channels: frozenset[Channel]
    suppressed: bool
    merged: bool
    withdrawn: bool
    """No source stands behind it any more."""
    already: bool
    """It, or one that was merged into it, is a recipient of the campaign."""


def refusal(candidate: Candidate, channels: frozenset[Channel]) -> Refusal | None:  # noqa: PLR0911 - one answer for each reason
    """`channels`: of the campaign. Who can be reached by one of them is taken; steps by another channel are left out for them."""
    if candidate.standing == Standing.EXCLUDED:
        return Refusal.EXCLUDED
    if candidate.merged:
        return Refusal.MERGED
    if candidate.withdrawn:
        return Refusal.SOURCE_WITHDRAWN
    if candidate.standing != Standing.APPROVED:
        return Refusal.NOT_APPROVED if candidate.standing else Refusal.UNKNOWN
    if candidate.already:
        return Refusal.ALREADY
    if candidate.suppressed:
        return Refusal.SUPPRESSED
    return None if candidate.channels & channels else Refusal.NO_CHANNEL
