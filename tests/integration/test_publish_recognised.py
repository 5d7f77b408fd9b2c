"""A workspace's own person who is one of the Provider's: one contact there, what each knows, and nobody else sees any of it."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from schemas.dedupe import PersonFormed, PersonMergedAway, PersonWithdrawn
from schemas.details import PersonDetails
from services.kit.settings import Settings
from services.publish.domain.ids import contact_id
from services.publish.domain.review import Act
from tests.publish import Publish, company, person, publish_on, revised

pytestmark = pytest.mark.engines

PROFILE = "https://www.linkedin.com/in/ann"
ANN = PersonDetails(full_name="Ann Lee", given_name="Ann", family_name="Lee", title="Architect", phone="+41441234567", city="Bern")
OURS = PersonDetails(full_name="A. Lee", work_email="ann@lee.example", title="Chief Architect", custom={"Tier": "A"})


@pytest.fixture
def publish(module_settings: Settings) -> Iterator[Publish]:
    made = publish_on(module_settings)
    yield made
    made.forgets_all()


def published(publish: Publish, here: UUID) -> PersonFormed:
    """A person of the Provider's whom the workspace has been given."""
    publish.segment(here)
    theirs = person(ANN)
    publish.people(theirs)
    publish.reviews(here, Act.PUBLISH, contact_id(here, theirs.person_id))
    return theirs


def imported(publish: Publish, here: UUID, details: PersonDetails = OURS) -> PersonFormed:
    ours = person(details)
    publish.people(ours, workspace_id=here)
    return ours


def states(publish: Publish, here: UUID) -> dict[UUID, str]:
    return {key: row.state for key, row in publish.contacts(here).items()}


def test_there_is_one_contact_and_its_own_import_says_first_what_it_knows(publish: Publish) -> None:
    here = uuid4()
    theirs, ours = published(publish, here), imported(publish, here)
    publish.reviews(here, Act.APPROVE, contact_id(here, theirs.person_id))
    publish.recognises(here, ours.person_id, theirs.person_id)
    assert states(publish, here) == {theirs.person_id: "merged", ours.person_id: "approved"}
    row = publish.contacts(here)[ours.person_id]
    assert (row.origin, row.contact_id) == ("import", contact_id(here, ours.person_id))
    # Of a name and of a place the parts of two are not mixed.
    assert row.details == {
        "full_name": "A. Lee", "title": "Chief Architect", "work_email": "ann@lee.example",
        "phone": "+41441234567", "city": "Bern", "custom": {"Tier": "A"},
    }  # fmt: skip
    publish.people(revised(theirs, phone="+41449999999", title="Plumber"))
    row = publish.contacts(here)[ours.person_id]
    assert (row.details["phone"], row.details["title"]) == ("+41449999999", "Chief Architect")
    assert publish.recognises(here, ours.person_id, theirs.person_id) == []


def test_when_it_ends_both_are_as_they_were(publish: Publish) -> None:
    here = uuid4()
    theirs, ours = published(publish, here), imported(publish, here)
    before = {key: (row.state, row.details) for key, row in publish.contacts(here).items()}
    publish.recognises(here, ours.person_id, theirs.person_id)
    publish.recognises(here, ours.person_id, None, before=theirs.person_id)
    assert {key: (row.state, row.details) for key, row in publish.contacts(here).items()} == before


def test_an_import_that_is_undone_gives_the_providers_contact_back(publish: Publish) -> None:
    here = uuid4()
    theirs, ours = published(publish, here), imported(publish, here)
    publish.recognises(here, ours.person_id, theirs.person_id)
    publish.people(PersonWithdrawn(person_id=ours.person_id), workspace_id=here)
    publish.recognises(here, ours.person_id, None, before=theirs.person_id)
    assert states(publish, here) == {theirs.person_id: "published", ours.person_id: "withdrawn"}


@pytest.mark.parametrize(("ends", "state"), [("undone", "excluded"), ("refused", "published")])
def test_who_was_excluded_as_an_own_contact_does_not_return_when_its_import_is_undone(publish: Publish, ends: str, state: str) -> None:
    here = uuid4()
    theirs, ours = published(publish, here), imported(publish, here)
    publish.recognises(here, ours.person_id, theirs.person_id)
    publish.reviews(here, Act.EXCLUDE, contact_id(here, ours.person_id))
    if ends == "undone":
        publish.people(PersonWithdrawn(person_id=ours.person_id), workspace_id=here)
    publish.recognises(here, ours.person_id, None, before=theirs.person_id)
    assert states(publish, here) == {theirs.person_id: state, ours.person_id: "excluded"}


def test_what_was_not_published_is_not_known_to_the_workspace_until_it_is(publish: Publish) -> None:
    here = uuid4()
    publish.segment(here)
    theirs, ours = person(ANN), imported(publish, here)
    publish.people(theirs)
    publish.recognises(here, ours.person_id, theirs.person_id)
    assert states(publish, here) == {theirs.person_id: "proposed", ours.person_id: "published"}
    assert "phone" not in publish.contacts(here)[ours.person_id].details
    publish.reviews(here, Act.PUBLISH, contact_id(here, theirs.person_id))
    publish.settles()
    assert states(publish, here) == {theirs.person_id: "merged", ours.person_id: "published"}
    assert publish.contacts(here)[ours.person_id].details["phone"] == ANN.phone


def test_one_who_matches_no_segment_adds_nothing(publish: Publish) -> None:
    here = uuid4()
    theirs, ours = person(ANN), imported(publish, here)
    publish.people(theirs)
    publish.recognises(here, ours.person_id, theirs.person_id)
    assert states(publish, here) == {ours.person_id: "published"}
    assert publish.contacts(here)[ours.person_id].details == OURS.model_dump(exclude_none=True)


def test_who_was_excluded_does_not_return_by_an_import(publish: Publish) -> None:
    here = uuid4()
    theirs = published(publish, here)
    publish.reviews(here, Act.EXCLUDE, contact_id(here, theirs.person_id))
    ours = imported(publish, here)
    publish.recognises(here, ours.person_id, theirs.person_id)
    assert states(publish, here) == {theirs.person_id: "excluded", ours.person_id: "excluded"}
    publish.people(revised(ours, title="Queen"), workspace_id=here)
    assert states(publish, here)[ours.person_id] == "excluded"


def test_an_exclusion_of_a_proposal_holds_for_the_own_too(publish: Publish) -> None:
    here = uuid4()
    publish.segment(here)
    theirs, ours = person(ANN), imported(publish, here)
    publish.people(theirs)
    publish.recognises(here, ours.person_id, theirs.person_id)
    publish.reviews(here, Act.EXCLUDE, contact_id(here, theirs.person_id))
    publish.settles()
    assert states(publish, here) == {theirs.person_id: "excluded", ours.person_id: "excluded"}


def test_two_own_of_one_are_one_contact_and_the_other_goes_on_without_the_first(publish: Publish) -> None:
    here = uuid4()
    theirs = published(publish, here)
    first, second = sorted(
        (imported(publish, here, each) for each in (OURS, OURS.model_copy(update={"linkedin": PROFILE, "work_email": None}))),
        key=lambda each: each.person_id,
    )
    for each in (second, first):
        publish.recognises(here, each.person_id, theirs.person_id)
    assert states(publish, here) == {theirs.person_id: "merged", first.person_id: "published", second.person_id: "merged"}
    assert publish.contacts(here)[first.person_id].details["linkedin"] == PROFILE
    publish.people(PersonWithdrawn(person_id=first.person_id), workspace_id=here)
    publish.recognises(here, first.person_id, None, before=theirs.person_id)
    assert states(publish, here) == {theirs.person_id: "merged", first.person_id: "withdrawn", second.person_id: "published"}
    assert publish.contacts(here)[theirs.person_id].merged_into == contact_id(here, second.person_id)
    assert publish.contacts(here)[second.person_id].details["phone"] == ANN.phone


def test_it_holds_for_whoever_the_providers_person_is_found_to_be(publish: Publish) -> None:
    here = uuid4()
    theirs, ours = published(publish, here), imported(publish, here)
    publish.recognises(here, ours.person_id, theirs.person_id)
    other = person(ANN.model_copy(update={"twitter": "annlee"}))
    publish.people(other)
    publish.people(PersonMergedAway(person_id=theirs.person_id, into=other.person_id, record_ids=(), why="the same"))
    assert {key for key, state in states(publish, here).items() if state != "merged"} == {ours.person_id}
    assert publish.contacts(here)[ours.person_id].details["twitter"] == "annlee"


def test_colleagues_of_both_kinds_are_at_one_company(publish: Publish) -> None:
    here = uuid4()
    publish.segment(here)
    acme, own_acme = company(name="Acme AG", domain="acme.example"), company(name="acme", domain="acme.example")
    theirs = person(ANN, company_id=acme.company_id)
    ours = person(OURS.model_copy(update={"company_name": "acme", "company_domain": "acme.example"}), company_id=own_acme.company_id)
    publish.people(theirs)
    publish.people(ours, workspace_id=here)
    publish.companies(acme)
    publish.hears_companies([publish.streams.heard(own_acme, f"company:{own_acme.company_id}", here)])
    publish.reviews(here, Act.PUBLISH, contact_id(here, theirs.person_id))
    publish.recognises(here, ours.person_id, theirs.person_id)
    row = publish.contacts(here)[ours.person_id]
    assert (row.company_id, row.details["company_name"]) == (acme.company_id, "acme")


def test_another_workspace_sees_what_it_saw(publish: Publish) -> None:
    here, there = uuid4(), uuid4()
    published(publish, there)
    theirs = published(publish, here)
    publish.reviews(there, Act.PUBLISH, contact_id(there, theirs.person_id))
    seen, told = publish.contacts(there), len(publish.rows("SELECT FROM events WHERE workspace_id = :w", w=there))
    ours = imported(publish, here)
    publish.recognises(here, ours.person_id, theirs.person_id)
    publish.people(revised(ours, title="Queen"), workspace_id=here)
    publish.people(PersonWithdrawn(person_id=ours.person_id), workspace_id=here)
    publish.recognises(here, ours.person_id, None, before=theirs.person_id)
    assert publish.contacts(there) == seen
    assert len(publish.rows("SELECT FROM events WHERE workspace_id = :w", w=there)) == told
