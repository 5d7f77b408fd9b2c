"""A workspace's own persons among the Provider's, on a real database: who is recognised, when anew, and that nobody else sees any of it."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

import pytest

from schemas.body import PROVIDER
from schemas.dedupe import PersonRecognised
from schemas.ingest import RecordIngested, RecordWithdrawn
from services.dedupe import recognised, recognising, reviewing
from services.kit.database import Database, rows
from services.kit.errors import Conflict
from services.kit.settings import Settings
from tests.dedupe_bed import Bed, make_bed
from tests.ingest_bed import heard

pytestmark = pytest.mark.engines
PROFILE = "https://linkedin.com/in/queen-of-sales"


@pytest.fixture
def pool(settings: Settings) -> Iterator[Bed]:
    """The Provider's; each test has a database of its own."""
    made = make_bed(settings)
    yield made
    made.database.close()


@pytest.fixture
def own(pool: Bed) -> Bed:
    return replace(pool, workspace_id=uuid4())


def ann(bed: Bed, row_id: str, **more: str) -> RecordIngested:
    return bed.record(row_id, None, "crm", full_name="Ann Lee", email="ann@acme.com", company_name="Acme", **more)


def found(own: Bed) -> list[tuple[UUID, UUID | None]]:
    """What is told when all are looked for: own person, and whom they are recognised as."""
    told = own.recognise()
    assert {each.workspace_id for each in told} <= {own.workspace_id}
    return [(each.body.person_id, each.body.as_person) for each in told if isinstance(each.body, PersonRecognised)]


def withdrawn(record: RecordIngested) -> RecordWithdrawn:
    return RecordWithdrawn(
        record_id=record.record_id, source_id=record.source_id, import_id=record.import_id, stands=None, forgotten=(record.digest,)
    )


def withdraw(bed: Bed, record: RecordIngested) -> None:
    bed.take([heard(withdrawn(record), bed.workspace_id)])


@pytest.mark.parametrize("first", ["the Provider", "the workspace"])
def test_an_own_person_is_recognised_whoever_comes_first(pool: Bed, own: Bed, first: str) -> None:
    comes = [(pool, ann(pool, "1")), (own, ann(own, "a"))]
    for bed, record in comes if first == "the Provider" else comes[::-1]:
        assert found(own) == []
        bed.hear(record)
    assert found(own) == [(own.person_of("a"), pool.person_of("1"))]
    assert found(own) == []


def test_the_providers_records_are_not_moved_by_it(pool: Bed, own: Bed) -> None:
    pool.hear(ann(pool, "1"))
    before = everything(pool.database, PROVIDER)
    own.hear(ann(own, "a", title="Queen"))
    assert found(own)
    assert everything(pool.database, PROVIDER) == before


def test_an_own_record_is_no_bridge(pool: Bed, own: Bed) -> None:
    pool.hear(pool.record("1", email="ann@acme.com"), pool.record("2", linkedin=PROFILE))
    two = set(pool.persons())
    assert len(two) == 2
    own.hear(own.record("a", email="ann@acme.com", linkedin=PROFILE))
    assert len(found(own)) <= 1
    assert set(pool.persons()) == two
    pool.hear(pool.record("3", email="ann@acme.com", linkedin=PROFILE))
    assert len(pool.persons()) == 1
    found(own)
    assert recognised_as(own) == {own.person_of("a"): pool.person_of("1")}


def test_it_follows_the_providers_merges_and_splits(pool: Bed, own: Bed) -> None:
    pool.hear(pool.record("1", full_name="Bob Ray", email="bob@acme.com"), ann(pool, "2"))
    own.hear(ann(own, "a"))
    found(own)
    hers = pool.person_of("2")
    assert recognised_as(own) == {own.person_of("a"): hers}
    bob = pool.person_of("1")
    judgement = pool.ask(lambda work: reviewing.merge(work, pool.judges, PROVIDER, (bob, hers), None))
    found(own)
    assert recognised_as(own).get(own.person_of("a")) in {bob, None}
    pool.ask(lambda work: (None, reviewing.withdraw(work, pool.judges, PROVIDER, judgement)))
    found(own)
    assert recognised_as(own) == {own.person_of("a"): hers}


def test_it_ends_with_either_side(pool: Bed, own: Bed) -> None:
    theirs, ours = ann(pool, "1"), ann(own, "a")
    pool.hear(theirs)
    own.hear(ours)
    found(own)
    me, them = own.person_of("a"), pool.person_of("1")
    withdraw(pool, theirs)
    assert found(own) == [(me, None)]
    pool.hear(theirs)
    assert found(own) == [(me, them)]
    withdraw(own, ours)
    [told] = own.recognise()
    assert told.body == PersonRecognised(person_id=me, as_person=None, before=them)
    with pool.database.transaction() as connection:
        assert rows(connection, "SELECT FROM own_keys") == []


def test_two_own_persons_who_become_one_are_recognised_as_one(pool: Bed, own: Bed) -> None:
    pool.hear(pool.record("1", email="ann@acme.com", linkedin=PROFILE))
    own.hear(own.record("a", email="ann@acme.com"), own.record("b", linkedin=PROFILE))
    found(own)
    one, other = own.person_of("a"), own.person_of("b")
    assert recognised_as(own) == {one: pool.person_of("1"), other: pool.person_of("1")}
    own.hear(own.record("c", email="ann@acme.com", linkedin=PROFILE))
    assert found(own) == [(other, None)]
    assert recognised_as(own) == {one: pool.person_of("1")}


def test_who_was_refused_is_not_taken_again_whoever_that_is_found_to_be(pool: Bed, own: Bed) -> None:
    pool.hear(ann(pool, "1"), pool.record("2", full_name="Bob Ray", email="bob@acme.com"))
    own.hear(ann(own, "a"))
    found(own)
    me, hers, bob = own.person_of("a"), pool.person_of("1"), pool.person_of("2")
    own.ask(lambda work: recognising.refuse(work, own.workspace_id, me))
    assert (found(own), recognised_as(own)) == ([], {})
    own.hear(ann(own, "a", title="Queen"))
    assert found(own) == []
    judgement = pool.ask(lambda work: reviewing.merge(work, pool.judges, PROVIDER, (hers, bob), None))
    pool.hear(pool.record("3", full_name="Ann Lee", email="ann@acme.com", company_name="Acme"))
    assert found(own) == []
    pool.ask(lambda work: (None, reviewing.withdraw(work, pool.judges, PROVIDER, judgement)))
    own.ask(lambda work: recognising.allow(work, own.workspace_id, me))
    assert found(own) == [(me, hers)]


def test_only_what_was_found_can_be_refused_and_only_what_was_refused_allowed(own: Bed) -> None:
    own.hear(ann(own, "a"))
    for act in (recognising.refuse, recognising.allow):
        with pytest.raises(Conflict):
            own.ask(partial(act, workspace_id=own.workspace_id, person_id=own.person_of("a")))


def test_another_workspace_and_its_api_see_nothing_of_it(pool: Bed, own: Bed) -> None:
    other = replace(pool, workspace_id=uuid4())
    other.hear(other.record("x", full_name="Cyd Moss", email="cyd@bolt.io"))
    pool.hear(ann(pool, "1"))
    before = everything(pool.database, other.workspace_id)
    own.hear(ann(own, "a"))
    own.recognise()
    assert everything(pool.database, other.workspace_id) == before
    assert pool.settings is not None
    api = Database(pool.settings, "dedupe", "api")
    try:
        for place, seen in ((own.workspace_id, 1), (other.workspace_id, 0), (PROVIDER, 0)):
            with api.transaction(place) as connection:
                assert len(rows(connection, "SELECT FROM recognised")) == seen
    finally:
        api.close()


def test_a_whole_story_of_the_provider_is_the_same_whatever_workspaces_import(pool: Bed, own: Bed) -> None:
    """Own ones that would bridge, fill blocks, share phones and teach names come in between: not one of its events is another."""
    chance = random.Random(7)  # noqa: S311 - no secret
    theirs = [pool.record(str(n), None, "crm", **somebody(chance)) for n in range(120)]
    ours = [own.record(str(n), None, "crm", **somebody(chance)) for n in range(300)]
    for start in range(0, len(theirs), 20):
        own.hear(*ours[start * 2 : start * 2 + 50])
        pool.hear(*theirs[start : start + 20])
        own.recognise()
    pool.look_again()
    own.recognise()
    with_own = everything(pool.database, PROVIDER)
    assert recognised_as(own)
    pool.empty()
    for start in range(0, len(theirs), 20):
        pool.hear(*theirs[start : start + 20])
    pool.look_again()
    assert everything(pool.database, PROVIDER) == with_own


def somebody(chance: random.Random) -> dict[str, str]:
    given, family, at = (
        chance.choice(("Ann", "Bob", "Cyd", "Dan")),
        chance.choice(("Lee", "Ray", "Moss")),
        chance.choice(("acme.com", "bolt.io")),
    )
    said = {
        "full_name": f"{given} {family}",
        "email": f"{given}.{family}@{at}".lower(),
        "phone": f"+49 30 12345{chance.randrange(10, 40)}",
        "company_name": at.partition(".")[0],
        "linkedin": f"https://linkedin.com/in/{given}-{family}-{chance.randrange(3)}".lower(),
    }
    return {name: said[name] for name in sorted(chance.sample(sorted(said), chance.randrange(1, 5)))}


def recognised_as(own: Bed) -> dict[UUID, UUID]:
    with own.database.transaction() as connection:
        found = rows(connection, "SELECT person_id, as_person FROM recognised WHERE workspace_id = :w", w=own.workspace_id)
        assert recognised.waiting(connection) == 0
    return {row.person_id: row.as_person for row in found}


def everything(database: Database, workspace_id: UUID) -> list[tuple[str, str]]:
    """All events of a workspace, in order, and what its records are decided from; without what each run has of its own."""
    with database.transaction() as connection:
        events = rows(
            connection, "SELECT stream, type, body::text AS body FROM events WHERE workspace_id = :w ORDER BY position", w=workspace_id
        )
        records = rows(
            connection,
            "SELECT record_id, person_id, company_id, keys FROM records WHERE workspace_id = :w ORDER BY record_id",
            w=workspace_id,
        )
        links = rows(
            connection,
            """SELECT a.record_id AS one, b.record_id AS other, bits, apart FROM links
               JOIN records a ON a.arrived = links.record JOIN records b ON b.arrived = links.other
               WHERE links.workspace_id = :w ORDER BY one, other""",
            w=workspace_id,
        )
        tallies = rows(
            connection, "SELECT company_id, tally::text AS tally FROM tallies WHERE workspace_id = :w ORDER BY 1", w=workspace_id
        )
    said = [(row.stream, f"{row.type} {row.body}") for row in events]
    said += [(str(row.company_id), str(json.loads(row.tally)["records"])) for row in tallies]
    said += [(str(row.record_id), f"{row.person_id} {row.company_id} {sorted(row.keys)}") for row in records]
    return said + [(str(row.one), f"{row.other} {row.bits} {row.apart}") for row in links]
