"""From what dedupe tells to contacts, on a real PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from schemas.dedupe import CompanyMergedAway, CompanyWithdrawn, PersonMergedAway, PersonSplitOff, PersonWithdrawn
from schemas.details import PersonDetails
from schemas.kpi import ScoreChanged
from services.kit.settings import Settings
from services.kit.stream.worker import MOST_THREADS
from services.publish import handlers, loops
from services.publish.commands import lists, segments
from services.publish.domain.ids import contact_id
from services.publish.domain.review import Act
from services.publish.store import lists as store
from services.publish.store import reading
from tests.publish import Publish, company, company_revised, person, publish_on, revised

pytestmark = pytest.mark.engines

ANN = PersonDetails(full_name="Ann Lee", family_name="Lee", given_name="Ann", title="Senior Architect", work_email="ann@lee.example")
BOB = PersonDetails(full_name="Bob Ray", title="Plumber", linkedin="https://www.linkedin.com/in/bob-ray")


@pytest.fixture
def publish(module_settings: Settings) -> Iterator[Publish]:
    made = publish_on(module_settings)
    yield made
    made.forgets_all()


def test_a_person_is_proposed_where_it_matches_a_segment_and_says_why(publish: Publish) -> None:
    here, there = uuid4(), uuid4()
    segment = publish.segment(here)
    publish.segment(there, {"field": "title", "is": "mentions", "value": "plumber"}, "Plumbers")
    ann = person(ANN)
    told = publish.people(ann, person(BOB))
    assert len(told) == 2
    row = publish.contacts(here)[ann.person_id]
    assert (row.state, row.segment_ids, row.reasons) == ("proposed", [segment], ["Architects: The title mentions “architect”."])
    assert (row.email, row.verified, row.social) == (True, True, False)
    assert [row.details["title"] for row in publish.contacts(there).values()] == ["Plumber"]


def test_a_segment_defined_later_finds_those_known_already(publish: Publish) -> None:
    here = uuid4()
    people = [person(ANN) for _ in range(7)]
    publish.people(*people, person(BOB))
    assert publish.contacts(here) == {}
    publish.segment(here)
    assert publish.contacts(here).keys() == {each.person_id for each in people}


def test_a_company_that_changes_changes_whom_its_people_matter_to(publish: Publish) -> None:
    here, swiss = uuid4(), company(name="Acme", country="CH")
    publish.segment(here, {"field": "company_country", "is": "equal", "value": "DE"})
    ann = person(ANN, company_id=swiss.company_id)
    publish.people(ann)
    publish.companies(swiss)
    assert publish.contacts(here) == {}
    publish.companies(company_revised(swiss, country="DE"))
    assert publish.contacts(here)[ann.person_id].details["company_name"] == "Acme"


def test_people_of_a_company_merged_away_are_those_of_the_one_that_lives_on(publish: Publish) -> None:
    here, old, new = uuid4(), company(name="Acme"), company(name="Acme Group", country="DE")
    publish.segment(here, {"field": "company_country", "is": "equal", "value": "DE"})
    ann = person(ANN, company_id=old.company_id)
    publish.people(ann)
    publish.companies(old, new, CompanyMergedAway(company_id=old.company_id, into=new.company_id, why="same domain"))
    row = publish.contacts(here)[ann.person_id]
    assert (row.company_id, row.details["company_name"]) == (new.company_id, "Acme Group")


def test_what_changes_on_a_person_is_told_and_what_does_not_is_not(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    publish.segment(here)
    publish.people(ann)
    assert publish.people(revised(ann)) == []
    publish.people(revised(ann, city="Bern"))
    key = contact_id(here, ann.person_id)
    assert publish.told(f"contact:{key}") == ["ContactProposed", "ContactRevised"]
    assert publish.contacts(here)[ann.person_id].details["city"] == "Bern"


def test_a_proposed_contact_that_no_longer_matches_stays_but_matches_nothing(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    publish.segment(here)
    publish.people(ann)
    publish.people(revised(ann, title="Plumber"))
    row = publish.contacts(here)[ann.person_id]
    assert (row.state, row.segment_ids) == ("proposed", [])


def test_the_workspaces_own_import_is_published_there_at_once_and_nowhere_else(publish: Publish) -> None:
    here, there, bob = uuid4(), uuid4(), person(BOB)
    publish.segment(there, {"field": "title", "is": "known"}, "Anybody")
    publish.people(bob, workspace_id=here)
    row = publish.contacts(here)[bob.person_id]
    assert (row.state, row.origin, row.published, row.social) == ("published", "import", True, True)
    assert publish.contacts(there) == {}
    publish.segment(there, {"field": "title", "is": "mentions", "value": "plumber"}, "Plumbers")
    assert publish.contacts(there) == {}


def test_a_person_of_whom_nothing_is_left_takes_along_what_nobody_has_approved(publish: Publish) -> None:
    here, ann, bob, cy = uuid4(), person(ANN), person(ANN), person(ANN)
    publish.segment(here)
    publish.people(ann, bob, cy)
    keys = {each.person_id: contact_id(here, each.person_id) for each in (ann, bob, cy)}
    publish.reviews(here, Act.PUBLISH, keys[bob.person_id], keys[cy.person_id])
    publish.reviews(here, Act.APPROVE, keys[cy.person_id])
    told = publish.people(*(PersonWithdrawn(person_id=each) for each in keys))
    assert {(each.id, each.body.stays) for each in told} == {  # type: ignore[attr-defined]
        (keys[ann.person_id], False), (keys[bob.person_id], False), (keys[cy.person_id], True),
    }  # fmt: skip
    rows = publish.contacts(here)
    assert {key: (row.state, row.withdrawn, bool(row.details)) for key, row in rows.items()} == {
        ann.person_id: ("withdrawn", True, False),
        bob.person_id: ("withdrawn", True, False),
        cy.person_id: ("approved", True, True),
    }
    assert publish.people(*(PersonWithdrawn(person_id=each) for each in keys)) == []
    # Nobody who looks at all persons again finds them.
    publish.segment(here, name="Architects again")
    assert publish.contacts(here) == rows
    publish.people(ann, bob, cy)
    assert {key: (row.state, row.withdrawn) for key, row in publish.contacts(here).items()} == {
        ann.person_id: ("proposed", False),
        bob.person_id: ("published", False),
        cy.person_id: ("approved", False),
    }


def test_what_was_withdrawn_is_listed_and_counted_no_more(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    publish.segment(here)
    publish.people(ann)
    publish.people(PersonWithdrawn(person_id=ann.person_id))
    with publish.context.api.transaction(here) as connection:
        assert reading.count(connection, here, reading.Filter(proposals=True)) == {}
    refused = publish.reviews(here, Act.PUBLISH, contact_id(here, ann.person_id)).refused
    assert refused == {"withdrawn, as no source stands behind it any more": 1}


def test_a_company_that_is_withdrawn_is_forgotten(publish: Publish) -> None:
    here, acme = uuid4(), company(name="Acme", country="DE")
    publish.segment(here, {"field": "company_country", "is": "equal", "value": "DE"})
    publish.companies(acme)
    publish.companies(CompanyWithdrawn(company_id=acme.company_id))
    publish.people(person(ANN, company_id=acme.company_id))
    assert publish.contacts(here) == {}


def test_when_two_persons_become_one_the_higher_state_wins(publish: Publish) -> None:
    here, ann, anne = uuid4(), person(ANN), person(ANN)
    publish.segment(here)
    publish.people(ann, anne)
    keys = contact_id(here, ann.person_id), contact_id(here, anne.person_id)
    publish.reviews(here, Act.PUBLISH, keys[0])
    publish.reviews(here, Act.APPROVE, keys[0])
    publish.people(PersonMergedAway(person_id=ann.person_id, into=anne.person_id, record_ids=(), why="same e-mail"))
    contacts = publish.contacts(here)
    assert (contacts[ann.person_id].state, contacts[ann.person_id].merged_into) == ("merged", keys[1])
    assert contacts[anne.person_id].state == "approved"
    assert publish.told(f"contact:{keys[1]}") == ["ContactProposed", "ContactPublished", "ContactApproved"]


def test_an_exclusion_outlives_a_merge_and_any_later_news(publish: Publish) -> None:
    here, ann, anne = uuid4(), person(ANN), person(ANN)
    publish.segment(here)
    publish.people(ann)
    publish.reviews(here, Act.EXCLUDE, contact_id(here, ann.person_id))
    publish.people(PersonMergedAway(person_id=ann.person_id, into=anne.person_id, record_ids=(), why="same e-mail"))
    publish.people(anne)
    assert publish.contacts(here)[anne.person_id].state == "excluded"
    assert publish.people(revised(anne, title="Chief Architect")) == []
    publish.segment(here, name="Architects again")
    assert publish.contacts(here)[anne.person_id].state == "excluded"


def test_a_merge_heard_before_its_survivor_waits_for_it(publish: Publish) -> None:
    here, ann, anne = uuid4(), person(ANN), person(BOB)
    publish.segment(here)
    publish.people(ann)
    publish.reviews(here, Act.PUBLISH, contact_id(here, ann.person_id))
    publish.people(PersonMergedAway(person_id=ann.person_id, into=anne.person_id, record_ids=(), why="same profile"))
    assert publish.contacts(here)[ann.person_id].state == "published"
    publish.people(anne)
    contacts = publish.contacts(here)
    assert (contacts[ann.person_id].state, contacts[anne.person_id].state) == ("merged", "published")


def test_a_split_brings_the_contact_back_as_it_was(publish: Publish) -> None:
    here, ann, anne = uuid4(), person(ANN), person(ANN)
    publish.segment(here)
    publish.people(ann, anne)
    publish.reviews(here, Act.PUBLISH, contact_id(here, ann.person_id))
    publish.people(PersonMergedAway(person_id=ann.person_id, into=anne.person_id, record_ids=(), why="same e-mail"))
    publish.people(PersonSplitOff(person_id=ann.person_id, from_person=anne.person_id, record_ids=()))
    assert {row.state for row in publish.contacts(here).values()} == {"published"}


def test_a_review_goes_on_from_its_place_after_a_crash(publish: Publish) -> None:
    here, people = uuid4(), [person(ANN) for _ in range(5)]
    publish.people(*people)
    publish.does(lambda work: segments.define_segment(work, here, uuid4(), "All", {"field": "title", "is": "known"}), here)
    assert loops.busy(publish.context) == 1
    loops.review_step(publish.context, chunk=2)
    assert len(publish.contacts(here)) == 2
    publish_on(publish.context.settings).settles(chunk=2)
    assert len(publish.contacts(here)) == 5
    assert loops.busy(publish.context) == 0
    assert {len(publish.told(f"contact:{row.contact_id}")) for row in publish.contacts(here).values()} == {1}


def test_lists_follow_a_person_into_the_contact_it_is_merged_into(publish: Publish) -> None:
    here, key, ann, anne = uuid4(), uuid4(), person(ANN), person(ANN)
    publish.segment(here)
    publish.people(ann, anne)
    publish.does(lambda work: lists.make_list(work, here, key, "Spring"), here)
    publish.does(lambda work: lists.add_to_list(work, here, key, [contact_id(here, ann.person_id)], proposals=True), here)
    publish.people(PersonMergedAway(person_id=ann.person_id, into=anne.person_id, record_ids=(), why="same e-mail"))
    with publish.context.api.transaction(here) as connection:
        shown = reading.page(connection, here, reading.Filter(list_id=key, proposals=True), None, 10)
        [counted] = store.lists(connection, here, None, 10, proposals=True)
    assert [row.person_id for row in shown] == [anne.person_id]
    assert counted.contacts == 1
    assert publish.told(f"list:{key}") == ["ListMade", "ContactsListed", "ContactsListed"]


def test_scores_are_shown_and_the_last_one_counts(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    publish.segment(here)
    publish.people(ann)
    key = contact_id(here, ann.person_id)
    heard = [
        publish.streams.heard(ScoreChanged(contact_id=key, score=score, formula=1, reasons=()), f"score:{key}", here) for score in (3, 7)
    ]
    assert publish.hears(handlers.when_scores_change_show_them, heard) == []
    assert publish.contacts(here)[ann.person_id].score == 7


def test_what_is_heard_at_once_of_people_and_companies_misses_nothing(publish: Publish) -> None:
    here, firms = uuid4(), [company(name="Acme", country="DE") for _ in range(8)]
    publish.segment(here, {"field": "company_country", "is": "equal", "value": "DE"})
    staff = [person(ANN, company_id=firm.company_id) for firm in firms]
    both = (publish.people, publish.companies)
    with ThreadPoolExecutor(MOST_THREADS) as threads:
        batches = [threads.submit(hear, event) for pair in zip(staff, firms, strict=True) for hear, event in zip(both, pair, strict=True)]
        for batch in batches:
            batch.result()
    assert publish.contacts(here).keys() == {each.person_id for each in staff}


def test_news_of_a_person_and_a_decision_on_its_contact_at_once_both_hold(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    publish.segment(here)
    publish.people(ann)
    key = contact_id(here, ann.person_id)
    news = [publish.streams.heard(revised(ann, city=f"City {n}"), f"person:{ann.person_id}") for n in range(10)]

    def hear() -> None:
        for each in news:
            publish.hears_people([each])

    with ThreadPoolExecutor(1) as thread:
        hearing = thread.submit(hear)
        publish.reviews(here, Act.PUBLISH, key)
        publish.reviews(here, Act.APPROVE, key)
        hearing.result()
    row = publish.contacts(here)[ann.person_id]
    assert (row.state, row.details["city"]) == ("approved", "City 9")
    assert sorted(set(publish.told(f"contact:{key}"))) == ["ContactApproved", "ContactProposed", "ContactPublished", "ContactRevised"]
