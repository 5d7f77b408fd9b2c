"""Whom of the Provider's persons an own one is taken for."""

from uuid import UUID

import pytest

from schemas.dedupe import PersonRecognised
from services.dedupe.domain.recognition import evolve, likeliest, settle

ME, ANN, BOB = (UUID(int=n) for n in range(3))


@pytest.mark.parametrize(
    ("agreed", "found"),
    [
        ({}, None),
        ({ANN: 0.5}, ANN),
        ({ANN: 9.0, BOB: 4.0}, ANN),
        ({ANN: 9.0, BOB: 9.0}, None),
        ({ANN: 9.0, BOB: 7.0}, None),
    ],
)
def test_the_likeliest_and_of_two_that_are_about_as_likely_none(agreed: dict[UUID, float], found: UUID | None) -> None:
    assert likeliest(agreed) == found


def test_only_what_changes_is_told() -> None:
    assert settle(None, ME, None) == []
    [event] = settle(None, ME, ANN)
    assert event == PersonRecognised(person_id=ME, as_person=ANN, before=None)
    known = evolve(None, event)
    assert settle(known, ME, ANN) == []
    assert settle(known, ME, None) == [PersonRecognised(person_id=ME, as_person=None, before=ANN)]
