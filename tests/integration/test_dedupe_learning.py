"""Learning from what is stored, and judging all again by it: on a real database, with made-up people whose truth is known."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from services.dedupe import handlers, index, learning, models
from services.dedupe.domain.linkage import knowledge
from services.dedupe.domain.linkage.quality import pairwise
from services.dedupe.learning import Learner
from services.kit.database import rows, run
from services.kit.settings import Settings
from tests.builders import MONDAY, work_on
from tests.dedupe_bed import Bed, make_bed
from tests.ingest_bed import heard
from tests.made_people import MadePeople, made_people, pairs_of

pytestmark = pytest.mark.engines
SAME_PAIRS = 0.995
"""Of the pairs that one order of arrival makes, how many another has to make as well."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadePeople:
    return made_people(tmp_path_factory.mktemp("people"), 350, 3)


@pytest.fixture
def bed(settings: Settings) -> Iterator[Bed]:
    """The Provider's records alone are learned from: so each test has a database of its own."""
    made = make_bed(settings)
    yield made
    made.database.close()


def version(bed: Bed) -> int:
    with bed.database.transaction() as connection:
        return models.latest_version(connection)


def due(bed: Bed) -> bool:
    with bed.database.transaction() as connection:
        return learning.is_due(connection, models.latest_version(connection))


def learn(bed: Bed) -> bytes:
    """As the loop does it, but here and now. Returns what was learned, as it is stored."""
    learned = learning.learn(bed.database, version(bed) + 1)
    with bed.database.transaction() as connection:
        models.keep(connection, learned)
    bed.look_again()
    return knowledge.write(replace(learned, version=0))


def test_neither_order_nor_batches_have_a_part_in_who_is_whom(bed: Bed, made: MadePeople) -> None:
    found = []
    for seed, size in ((1, 500), (2, 37)):
        bed.empty()
        records = list(made.records)
        random.Random(seed).shuffle(records)  # noqa: S311 - an order, no secret
        bed.hear_in_batches(records, size)
        learn(bed)
        found.append(pairs_of(bed.groups()))
    one, other = found
    assert len(one & other) >= SAME_PAIRS * len(one | other)


def test_the_loop_learns_in_a_process_of_its_own_and_judges_all_again(bed: Bed, made: MadePeople, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "LEAST_RECORDS", 500)
    bed.hear_in_batches(made.records, 300)
    learner = Learner(bed.database, bed.codec, lambda: MONDAY, bed.judges, settings_of(bed), batch=200)
    until = time.monotonic() + 120
    while version(bed) == 0:
        learner.step()
        assert time.monotonic() < until, "nothing was learned"
        time.sleep(0.05)
    while learner.step():
        pass
    learner.close()
    with bed.database.transaction() as connection:
        assert (index.waiting(connection), bed.judges.current(connection).knowledge.version) == (0, 1)
    group_of = {row: number for number, group in enumerate(bed.groups()) for row in group}
    quality = pairwise((person, group_of[row]) for row, person in made.person_of.items() if person and row in group_of)
    assert quality.precision > 0.95
    assert quality.recall > 0.85


def test_a_learning_that_fails_or_is_given_up_leaves_no_process_and_is_tried_again(
    bed: Bed, made: MadePeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "LEAST_RECORDS", 100)
    monkeypatch.setattr(learning, "SECONDS_BETWEEN_LOOKS", 0.0)
    bed.hear(*made.records[:120])
    broken = settings_of(bed).model_copy(update={"database_role_password": SecretStr("wrong")})
    learner = Learner(bed.database, bed.codec, lambda: MONDAY, bed.judges, broken)
    learner.step()
    [process] = multiprocessing.active_children()
    process.join(60)
    learner.step()
    assert (multiprocessing.active_children(), version(bed)) == ([], 0)
    learner.settings = settings_of(bed)
    learner.step()
    assert len(multiprocessing.active_children()) == 1
    learner.close()
    assert (multiprocessing.active_children(), version(bed)) == ([], 0)


def test_what_came_by_the_old_version_while_the_new_one_was_taken_up_is_judged_again_too(
    bed: Bed, made: MadePeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "SECONDS_BETWEEN_LOOKS", 0.0)
    bed.hear(*made.records[:200])
    learned = learning.learn(bed.database, 1)
    own = replace(bed, workspace_id=uuid4())
    with bed.database.transaction() as connection:
        work = work_on(connection, bed.codec)
        came = [heard(own.record("1", full_name="Ann Lee", email="ann@acme.com"), own.workspace_id)]
        work.append(handlers.when_records_arrive_merge_them(came, work, bed.judges))
        with bed.database.transaction() as beside:
            models.keep(beside, learned)
    learner = Learner(bed.database, bed.codec, lambda: MONDAY, bed.judges, settings_of(bed))
    while learner.step():
        pass
    assert versions_described(bed) == {1: 201}
    learner.step()
    with bed.database.transaction() as connection:
        assert index.waiting(connection) == 0


def versions_described(bed: Bed) -> dict[int, int]:
    """Version → how many records are described by it."""
    with bed.database.transaction() as connection:
        return {row.version: row.n for row in rows(connection, "SELECT version, count(*) AS n FROM described GROUP BY version")}


def test_of_two_workers_one_learns(bed: Bed, made: MadePeople) -> None:
    bed.hear(*made.records[:50])
    here, there = multiprocessing.Pipe(duplex=False)
    with bed.database.transaction() as connection:
        run(connection, "SELECT pg_advisory_xact_lock(:lock)", lock=learning.LEARNING_LOCK)
        learning.learn_elsewhere(settings_of(bed), 1, there)
    assert here.recv_bytes() == b""


def settings_of(bed: Bed) -> Settings:
    assert bed.settings is not None
    return bed.settings


def test_it_is_learned_again_when_there_are_half_as_many_more(bed: Bed, made: MadePeople, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "LEAST_RECORDS", 200)
    third = len(made.records) // 3
    assert not due(bed)
    bed.hear(*made.records[:third])
    assert due(bed)
    learn(bed)
    assert not due(bed)
    bed.hear(*made.records[third : third + 50])
    assert not due(bed)
    bed.hear(*made.records[third + 50 : 2 * third])
    assert due(bed)


def test_a_workspaces_records_have_no_part_in_what_is_learned(bed: Bed, made: MadePeople) -> None:
    half = len(made.records) // 2
    bed.hear(*made.records[:half])
    before = knowledge.write(learning.learn(bed.database, 1))
    with_own = replace(bed, workspace_id=uuid4())
    with_own.hear(*made.records[half:])
    assert knowledge.write(learning.learn(bed.database, 1)) == before


def test_a_number_that_many_have_links_nobody_any_more(bed: Bed) -> None:
    """The first of them were one person by it, as far as it could be seen then."""
    desk = "+49 731 5550000"
    own = replace(bed, workspace_id=uuid4())
    own.hear(own.record("1", full_name="Ann Lee", phone=desk), own.record("2", given_name="Ann", phone=desk))
    assert own.groups() == {frozenset("12")}
    own.hear(*(own.record(str(n), full_name=name, phone=desk) for n, name in enumerate(("Bob Ray", "Cyd Moss", "Dan Poe", "Eve Fox"), 3)))
    own.look_again()
    assert frozenset("12") not in own.groups()
    assert len(own.groups()) == 6
    # And it stays so for whoever comes with it.
    own.hear(own.record("9", given_name="Ann", phone=desk))
    assert len(own.groups()) == 7


def test_a_domain_that_comes_later_brings_those_together_who_name_the_company(bed: Bed) -> None:
    own = replace(bed, workspace_id=uuid4())
    name: dict[str, Any] = {"given_name": "Ann", "company_name": "Umbrella Foods"}
    own.hear(own.record("1", **name), own.record("2", email="ann@umbf.com"))
    apart = own.groups()
    own.hear(own.record("3", full_name="Zoe Marsh", company_name="Umbrella Foods", email="zoe.marsh@umbf.com"))
    own.look_again()
    assert (apart, own.groups()) == ({frozenset("1"), frozenset("2")}, {frozenset("12"), frozenset("3")})


def person_ids(bed: Bed) -> set[UUID]:
    return set(bed.persons())


def test_ids_stay_where_persons_stay_when_all_is_judged_again(bed: Bed, made: MadePeople) -> None:
    bed.hear_in_batches(made.records, 400)
    before, groups = person_ids(bed), bed.groups()
    learn(bed)
    kept = len(groups & bed.groups())
    assert len(before & person_ids(bed)) >= kept
    assert kept > 0.8 * len(groups)


def test_what_was_learned_is_read_as_it_was_written() -> None:
    written = models.FIRST.read_bytes()
    assert knowledge.write(knowledge.read(written)) == written
