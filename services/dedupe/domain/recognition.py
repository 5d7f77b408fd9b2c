"""Which of the Provider's persons a workspace's own person is: one of them or none, for that workspace alone.

It joins nothing. Whatever a workspace's own records say, no two of the Provider's persons become one by it, and who might be two of them
is taken for neither, unless one of the two is clearly likelier.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from schemas.dedupe import PersonRecognised, RecognitionAllowed, RecognitionRefused

RecognitionEvent = PersonRecognised | RecognitionRefused | RecognitionAllowed

CLEARLY = 3.0
"""Bits by which one must be likelier than the next: odds of 8 to 1."""


@dataclass(frozen=True)
class Recognition:
    person_id: UUID
    as_person: UUID | None = None
    refused: tuple[UUID, ...] = ()
    """Whom somebody said that this is not."""


def evolve(known: Recognition | None, event: RecognitionEvent) -> Recognition:
    known = known or Recognition(event.person_id)
    match event:
        case PersonRecognised():
            return replace(known, as_person=event.as_person)
        case RecognitionRefused():
            return replace(known, refused=(*known.refused, event.as_person))
        case RecognitionAllowed():
            return replace(known, refused=())


def settle(known: Recognition | None, person_id: UUID, as_person: UUID | None) -> list[PersonRecognised]:
    before = known.as_person if known else None
    if as_person == before:
        return []
    return [PersonRecognised(person_id=person_id, as_person=as_person, before=before)]


def likeliest(agreed: Mapping[UUID, float]) -> UUID | None:
    """`agreed`: the persons who may be meant, and what speaks for each, in bits."""
    ranked = sorted(agreed.items(), key=lambda each: (-each[1], each[0]))
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLEARLY:
        return None
    return ranked[0][0] if ranked else None
