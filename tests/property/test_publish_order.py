"""Persons, companies and merges in any order between them, in any batches, and twice: the same contacts, and nothing told anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schemas.body import Body
from schemas.campaign import Act as Step
from schemas.dedupe import (
    CompanyFormed,
    CompanyMergedAway,
    CompanyRevised,
    PersonFormed,
    PersonMergedAway,
    PersonRecognised,
    PersonRevised,
    PersonSplitOff,
)
from schemas.details import Channel, CompanyDetails, PersonDetails
from schemas.publish import SuppressedBy
from schemas.sender import OptedOut
from services.kit.codec import Heard
from services.kit.settings import Settings
from services.publish.commands import excluding
from services.publish.commands.excluding import Exclusions
from services.publish.domain.ids import contact_id
from services.publish.domain.review import Act
from tests.builders import MONDAY
from tests.publish import Publish, Streams, person, publish_on

pytestmark = pytest.mark.engines

HERE, THERE = UUID(int=101), UUID(int=102)
PEOPLE = [UUID(int=n) for n in range(1, 5)]
OWN, OWN_TOO = UUID(int=9), UUID(int=8)
COMPANIES = [UUID(int=n) for n in range(11, 14)]
QUEEN = PersonDetails(phone="+1", title="Queen")
TITLES = st.sampled_from(["Architect", "Chief Architect", "Plumber", None])
COUNTRIES = st.sampled_from(["DE", "CH", None])
EMAILS = st.sampled_from(["ann@lee.example", "ann@rival.example", None])


@pytest.fixture(scope="module")
def publish(module_settings: Settings) -> Publish:
    return publish_on(module_settings)


@st.composite
def lives(draw: st.DrawFn, person_id: UUID, others: Sequence[UUID]) -> list[Body]:
    """What dedupe tells of one person: formed, revised, perhaps merged away, perhaps split off again."""
    # One address each: whoever had an excluded one for a while is excluded for good, if the while was not over before it was heard of.
    email = draw(EMAILS)

    def details() -> PersonDetails:
        return PersonDetails(full_name="Ann Lee", title=draw(TITLES), work_email=email)

    company = draw(st.sampled_from([*COMPANIES, None]))
    life: list[Body] = [PersonFormed(person_id=person_id, company_id=company, record_ids=(), details=details())]
    life += [
        PersonRevised(person_id=person_id, company_id=company, record_ids=(), details=details()) for _ in range(draw(st.integers(0, 2)))
    ]
    if bool(others) and draw(st.booleans()):
        into = draw(st.sampled_from(others))
        life.append(PersonMergedAway(person_id=person_id, into=into, record_ids=(), why="same"))
        if draw(st.booleans()):
            life.append(PersonSplitOff(person_id=person_id, from_person=into, record_ids=()))
            life.append(PersonRevised(person_id=person_id, company_id=company, record_ids=(), details=details()))
    return life


@st.composite
def firms(draw: st.DrawFn, company_id: UUID, others: Sequence[UUID]) -> list[Body]:
    life: list[Body] = [CompanyFormed(company_id=company_id, details=CompanyDetails(name="Lee", country=draw(COUNTRIES)))]
    if draw(st.booleans()):
        life.append(CompanyRevised(company_id=company_id, details=CompanyDetails(name="Lee AG", country=draw(COUNTRIES))))
    if bool(others) and draw(st.booleans()):
        life.append(CompanyMergedAway(company_id=company_id, into=draw(st.sampled_from(others)), why="same"))
    return life


@dataclass(frozen=True)
class History:
    """Streams of events by topic and by whom they are about."""

    people: dict[UUID, list[Heard]]
    companies: dict[UUID, list[Heard]]

    @property
    def streams(self) -> dict[UUID, list[Heard]]:
        return self.people | self.companies


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A person is only ever merged into one with a higher number, as dedupe never merges in a circle."""
    streams, people, companies = Streams(), {}, {}
    for place, key in enumerate(PEOPLE):
        life = draw(lives(key, PEOPLE[place + 1 :]))
        people[key] = [streams.heard(body, f"person:{key}") for body in life]
    people[OWN] = [streams.heard(body, f"person:{OWN}", HERE) for body in draw(lives(OWN, []))]
    for place, key in enumerate(COMPANIES):
        companies[key] = [streams.heard(body, f"company:{key}") for body in draw(firms(key, COMPANIES[place + 1 :]))]
    return History(people, companies)


@st.composite
def recognitions(draw: st.DrawFn) -> dict[UUID, list[Body]]:
    """Whom the workspace's own persons are taken for, one after the other."""
    told: dict[UUID, list[Body]] = {}
    for own in (OWN, OWN_TOO):
        taken = draw(st.lists(st.sampled_from([*PEOPLE, None]), max_size=3))
        steps = [(before, now) for before, now in pairwise([None, *taken]) if before != now]
        told[own] = [PersonRecognised(person_id=own, as_person=now, before=before) for before, now in steps]
    return told


def with_recognitions(history: History, told: dict[UUID, list[Body]]) -> History:
    """They are on the persons' topic, in streams of their own."""
    streams = Streams()
    people = dict(history.people)
    people[OWN_TOO] = [streams.heard(PersonFormed(person_id=OWN_TOO, record_ids=(), details=QUEEN), f"person:{OWN_TOO}", HERE)]
    for own, bodies in told.items():
        if bodies:
            people[UUID(int=own.int + 1000)] = [streams.heard(body, f"recognition:{own}", HERE) for body in bodies]
    return History(people, history.companies)


def publish_matching(publish: Publish) -> None:
    """To HERE, what matches there now."""
    found = publish.rows("SELECT contact_id FROM contacts WHERE workspace_id = :w AND state = 'proposed' AND segment_ids <> '{}'", w=HERE)
    publish.reviews(HERE, Act.PUBLISH, *(row.contact_id for row in found))
    publish.settles()


def prepare(publish: Publish) -> None:
    publish.forgets_all()
    german = {
        "any": [{"field": "company_country", "is": "equal", "value": "DE"}, {"field": "company_country", "is": "equal", "value": "CH"}]
    }
    publish.segment(HERE)
    publish.segment(THERE, german, "Neighbours")
    asked = Exclusions([(SuppressedBy.DOMAIN, "rival.example")], "a rival")
    publish.does(lambda work: excluding.exclude(work, THERE, asked, publish.context.secrets.digest), THERE)
    publish.settles()


def batches(history: History, order: Sequence[int], most: int) -> Iterator[tuple[bool, list[Heard]]]:
    """Turns by turns the next events of a stream, in batches of one topic; each stream in its own order."""
    left = {key: list(heard) for key, heard in history.streams.items()}
    keys, turn = sorted(left), 0
    while any(left.values()):
        choice = order[turn % len(order)] if order else 0
        turn += 1
        alive = [key for key in keys if left[key]]
        key = alive[choice % len(alive)]
        same = [k for k in alive if (k in history.people) == (key in history.people)]
        batch = []
        for each in [key, *(k for k in same if k != key)][:most]:
            taken = 1 + choice % len(left[each])
            batch += left[each][:taken]
            del left[each][:taken]
        yield key in history.people, batch


def hear(publish: Publish, history: History, order: Sequence[int], most: int) -> int:
    told = 0
    for is_people, batch in batches(history, order, most):
        told += len(publish.hears_people(batch) if is_people else publish.hears_companies(batch))
    return told


def living(publish: Publish) -> set[tuple[Any, ...]]:
    """The contacts that anybody can use: not merged away, not excluded, not a proposal that matches nothing any more."""
    found = publish.rows("SELECT * FROM contacts WHERE state IN ('proposed', 'published', 'approved')")
    return {
        (row.workspace_id, row.contact_id, row.state, row.company_id, str(sorted(row.details.items())), len(row.segment_ids))
        for row in found
        if row.segment_ids or row.origin == "import"
    }


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.explicit, Phase.generate]
)
@given(history=histories(), orders=st.tuples(*[st.lists(st.integers(0, 11), min_size=3, max_size=12)] * 2), most=st.integers(1, 4))
def test_the_order_between_persons_and_companies_does_not_matter(
    publish: Publish, history: History, orders: tuple[list[int], list[int]], most: int
) -> None:
    prepare(publish)
    hear(publish, history, orders[0], most)
    first = living(publish)
    prepare(publish)
    hear(publish, history, orders[1], 7)
    assert living(publish) == first


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), order=st.lists(st.integers(0, 11), min_size=3, max_size=12), most=st.integers(1, 4))
def test_what_is_heard_twice_changes_nothing(publish: Publish, history: History, order: list[int], most: int) -> None:
    prepare(publish)
    hear(publish, history, order, most)
    first = publish.rows("SELECT * FROM contacts ORDER BY 1, 2")
    assert hear(publish, history, order, most) == 0
    assert hear(publish, history, [], 7) == 0
    assert publish.rows("SELECT * FROM contacts ORDER BY 1, 2") == first


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.explicit, Phase.generate]
)
@given(
    history=histories(),
    told=recognitions(),
    orders=st.tuples(*[st.lists(st.integers(0, 11), min_size=3, max_size=12)] * 2),
    most=st.integers(1, 4),
)
def test_recognitions_come_in_any_order_and_leave_no_trace(
    publish: Publish, history: History, told: dict[UUID, list[Body]], orders: tuple[list[int], list[int]], most: int
) -> None:
    recognised = with_recognitions(history, told)
    outcomes = []
    for order, many in ((orders[0], most), (orders[1], 7)):
        prepare(publish)
        hear(publish, recognised, order, many)
        publish_matching(publish)
        outcomes.append(living(publish))
        assert hear(publish, recognised, order, many) == 0
    assert outcomes[0] == outcomes[1]
    end = Streams()
    for own, bodies in told.items():
        for _ in bodies:
            end.heard(bodies[0], f"recognition:{own}", HERE)
        last = bodies[-1].as_person if bodies else None  # type: ignore[attr-defined]
        if last:
            publish.hears_people([end.heard(PersonRecognised(person_id=own, before=last), f"recognition:{own}", HERE)])
    ended = living(publish)
    prepare(publish)
    hear(publish, with_recognitions(history, {}), orders[0], most)
    publish_matching(publish)
    assert living(publish) == ended


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(channels=st.lists(st.sampled_from([Channel.EMAIL, Channel.LINKEDIN]), min_size=1, max_size=6), cut=st.integers(0, 6))
def test_opt_outs_heard_twice_suppress_once(publish: Publish, channels: list[Channel], cut: int) -> None:
    prepare(publish)
    [formed] = [person(PersonDetails(title="Architect", work_email="ann@lee.example"))]
    publish.people(formed)
    key = contact_id(HERE, formed.person_id)
    heard = [publish.streams.heard(opted_out(key, channel), f"outreach:{n}", HERE) for n, channel in enumerate(channels)]
    publish.hears_outcomes(heard[:cut])
    publish.hears_outcomes(heard)
    assert publish.hears_outcomes(heard) == []
    found = publish.rows("SELECT by, channel FROM suppressions WHERE contact_id = :key ORDER BY by, channel", key=key)
    marks = {Channel.EMAIL: ("contact", "email"), Channel.LINKEDIN: ("contact",)}
    assert [(row.by, row.channel) for row in found] == sorted((by, channel) for channel in set(channels) for by in marks[channel])


def opted_out(key: UUID, channel: Channel) -> OptedOut:
    return OptedOut(
        outreach_id=OWN,
        recipient_id=OWN,
        campaign_id=OWN,
        contact_id=key,
        step_id="first",
        channel=channel,
        act=Step.EMAIL,
        at=MONDAY,
        by="page",
    )
