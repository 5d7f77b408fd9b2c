"""A contact's life, and what people may decide on it."""

from dataclasses import replace
from functools import reduce
from uuid import UUID

import pytest

from schemas.details import PersonDetails, Reach
from schemas.publish import ContactApproved, ContactExcluded, ContactProposed, ContactPublished, ContactRevised, ContactWithdrawn
from services.publish.domain.contacts import Contact, Shown, Sight, State, evolve, merge_away, settle, withdraw
from services.publish.domain.people import reach_of
from services.publish.domain.review import Act, Verdict, judge, review

CONTACT, PERSON, OTHER, SEGMENT = (UUID(int=n) for n in range(1, 5))
SIGHT = Sight(CONTACT, PERSON, None, PersonDetails(title="Architect"), Reach(), segment_ids=(SEGMENT,), reasons=("It is so.",))
SHOWN = Shown(None, SIGHT.details, SIGHT.reach)


def types(contact: Contact | None, sight: Sight, shown: Shown | None = SHOWN) -> list[type]:
    return [type(event) for event in settle(contact, sight, shown)]


def test_who_matches_is_proposed_and_who_does_not_is_not() -> None:
    assert types(None, SIGHT) == [ContactProposed]
    assert types(None, replace(SIGHT, segment_ids=())) == []


def test_who_is_barred_is_not_proposed_but_an_own_import_is_shown_as_excluded() -> None:
    assert types(None, replace(SIGHT, barred="a customer")) == []
    assert types(None, replace(SIGHT, origin="import")) == [ContactProposed, ContactPublished]
    assert types(None, replace(SIGHT, origin="import", barred="a customer")) == [ContactProposed, ContactExcluded]


@pytest.mark.parametrize("state", [State.PROPOSED, State.PUBLISHED, State.APPROVED])
def test_a_living_contact_shows_what_is_new_and_nothing_twice(state: State) -> None:
    contact = Contact(PERSON, state, state)
    assert types(contact, SIGHT) == []
    assert types(contact, replace(SIGHT, details=PersonDetails(title="Chief"))) == [ContactRevised]
    assert types(contact, replace(SIGHT, segment_ids=())) == []
    assert types(contact, replace(SIGHT, barred="a customer")) == [ContactExcluded]


def test_an_excluded_contact_never_returns() -> None:
    excluded = Contact(PERSON, State.EXCLUDED, State.EXCLUDED)
    assert types(excluded, replace(SIGHT, details=PersonDetails(title="Chief"), inherited=State.APPROVED)) == []
    assert [judge(act, State.EXCLUDED)[0] for act in Act] == [Verdict.REFUSED, Verdict.REFUSED, Verdict.UNCHANGED]


@pytest.mark.parametrize(
    ("own", "inherited", "events"),
    [
        (State.PROPOSED, State.PROPOSED, []),
        (State.PROPOSED, State.PUBLISHED, [ContactPublished]),
        (State.PROPOSED, State.APPROVED, [ContactPublished, ContactApproved]),
        (State.PUBLISHED, State.APPROVED, [ContactApproved]),
        (State.APPROVED, State.PUBLISHED, []),
        (State.APPROVED, State.EXCLUDED, [ContactExcluded]),
        (None, State.APPROVED, [ContactProposed, ContactPublished, ContactApproved]),
        (None, State.EXCLUDED, [ContactProposed, ContactExcluded]),
    ],
)
def test_of_two_that_become_one_the_higher_state_wins(own: State | None, inherited: State, events: list[type]) -> None:
    contact = None if own is None else Contact(PERSON, own, own)
    assert types(contact, replace(SIGHT, inherited=inherited)) == events


def test_a_contact_that_was_merged_away_comes_back_as_it_was() -> None:
    approved = Contact(PERSON, State.APPROVED, State.APPROVED)
    merged = reduce(evolve, merge_away(approved, CONTACT, OTHER, ()), approved)
    assert (merged.state, merged.into, merged.held) == (State.MERGED, OTHER, State.APPROVED)
    assert merge_away(merged, CONTACT, OTHER, ()) == []
    assert reduce(evolve, settle(merged, SIGHT, SHOWN), merged) == approved


@pytest.mark.parametrize(
    ("act", "state", "verdict"),
    [
        (Act.PUBLISH, State.PROPOSED, Verdict.CHANGED),
        (Act.PUBLISH, State.APPROVED, Verdict.UNCHANGED),
        (Act.APPROVE, State.PROPOSED, Verdict.REFUSED),
        (Act.APPROVE, State.PUBLISHED, Verdict.CHANGED),
        (Act.EXCLUDE, State.APPROVED, Verdict.CHANGED),
        (Act.EXCLUDE, State.MERGED, Verdict.REFUSED),
    ],
)
def test_a_review_does_just_what_its_preview_says(act: Act, state: State, verdict: Verdict) -> None:
    found, why = judge(act, state)
    assert found == verdict
    assert (why is not None) == (verdict == Verdict.REFUSED)
    assert bool(review(Contact(PERSON, state), CONTACT, act, "by hand")) == (verdict == Verdict.CHANGED)


@pytest.mark.parametrize(
    ("details", "reach"),
    [
        (PersonDetails(work_email="ann@lee.example"), Reach(email=True, verified=True)),
        (PersonDetails(work_email="ann@lee"), Reach(email=True)),
        (PersonDetails(private_email="ann@mail.example"), Reach(email=True)),
        (PersonDetails(twitter="https://x.com/ann"), Reach(social=True)),
        (PersonDetails(phone="+4930123"), Reach()),
    ],
)
def test_reach_says_which_ways_there_are(details: PersonDetails, reach: Reach) -> None:
    assert reach_of(details) == reach


@pytest.mark.parametrize(
    ("state", "stays"),
    [(State.PROPOSED, False), (State.PUBLISHED, False), (State.APPROVED, True), (State.EXCLUDED, None), (State.MERGED, None)],
)
def test_without_a_source_what_nobody_approved_is_gone_and_what_was_approved_stays(state: State, stays: bool | None) -> None:
    contact = Contact(PERSON, state, state)
    assert withdraw(contact, CONTACT) == ([] if stays is None else [ContactWithdrawn(contact_id=CONTACT, stays=stays)])
    after = reduce(evolve, withdraw(contact, CONTACT), contact)
    assert after.state == (State.WITHDRAWN if stays is False else state)
    assert withdraw(after, CONTACT) == []


@pytest.mark.parametrize(
    ("state", "events"),
    [
        (State.PROPOSED, [ContactProposed]),
        (State.PUBLISHED, [ContactProposed, ContactPublished]),
        (State.APPROVED, [ContactRevised]),
    ],
)
def test_with_a_source_again_a_contact_is_what_it_was(state: State, events: list[type]) -> None:
    contact = Contact(PERSON, state, state)
    withdrawn = reduce(evolve, withdraw(contact, CONTACT), contact)
    assert types(withdrawn, SIGHT) == events
    assert reduce(evolve, settle(withdrawn, SIGHT, SHOWN), withdrawn) == contact
